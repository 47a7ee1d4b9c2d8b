import type { BlockSettings, RateLimitRule } from '@seamark/matcher';
import { typeMnemonic } from '@seamark/protocol';
import type { ListenerConfig, LogBlock, TlsConfig } from './server-config.ts';

/** A line for each thing that a listener does otherwise than by default. */
export function describeSettings(listener: ListenerConfig): string[] {
  const { answering, proxies, log, logged, tls } = listener;
  const { udpLimit, nsid, chaos, blocks, requireCookie, ignoreCookies, rateLimits } =
    answering ?? {};
  const lines: string[] = tls === undefined ? [] : describeTls(tls);
  if (udpLimit !== undefined) lines.push(`replies over UDP of ${udpLimit} octets at most`);
  if (nsid !== undefined) lines.push(`NSID ${JSON.stringify(nsid)}`);
  if (chaos !== undefined) {
    const { version, hostname, authors } = chaos;
    const by =
      authors.length === 0
        ? ''
        : `, authors ${authors.map((name) => JSON.stringify(name)).join(', ')}`;
    lines.push(
      `class CH tells version ${JSON.stringify(version)}, host ${JSON.stringify(hostname)}${by}`,
    );
  }
  if (requireCookie) lines.push('a good cookie first, of those who have cookies');
  if (ignoreCookies) lines.push('no cookies');
  if (proxies !== undefined) {
    lines.push(`TCP from ${proxies.join(' ')} begins with a PROXY header`);
  }
  lines.push(...(blocks ?? []).flatMap(describeBlock));
  lines.push(...(rateLimits ?? []).flatMap(describeRates));
  if (log && logged === undefined) lines.push('questions are logged');
  else if (logged !== undefined) lines.push(...logged.flatMap(describeLog));
  return lines;
}

function describeTls({ certificate, key, ca, clientAuth }: TlsConfig): string[] {
  const lines = [`certificate ${certificate}, its key ${key}`];
  if (clientAuth === 'nocert') return lines;
  const whose = clientAuth.includes('verify') ? ` by ${ca ?? "the system's authorities"}` : '';
  return [...lines, `certificates of clients: ${clientAuth}${whose}`];
}

function describeBlock({ zones, minimalAny, access }: BlockSettings): string[] {
  const rules = access.map(({ action, zones: narrowed = zones, types, networks }) => {
    const what = types === undefined ? 'all' : types.map(typeMnemonic).join(' ');
    return `${action} ${what} in ${narrowed.join(' ')} from ${networks?.join(' ') ?? 'anywhere'}`;
  });
  return minimalAny ? [...rules, `ANY in ${zones.join(' ')} is answered with HINFO`] : rules;
}

function describeRates({ zones, limits }: RateLimitRule): string[] {
  if (limits === undefined) return [];
  const { responses, nodata, nxdomains, referrals, errors, amplified, requests } = limits;
  const rates = Object.entries({
    responses,
    nodata,
    nxdomains,
    referrals,
    errors,
    amplified,
    requests,
  });
  const said = rates.flatMap(([name, rate]) => (rate === 0 ? [] : [`${name} ${rate}/s`]));
  const networks = `/${limits.ipv4Prefix} or /${limits.ipv6Prefix}`;
  const exempt = limits.exempt.length === 0 ? '' : `, not to ${limits.exempt.join(' ')}`;
  const report = limits.reportOnly ? '; counted only' : '';
  return [
    `names in ${zones.join(' ')} to one ${networks}: ${said.join(', ') || 'no limit'}${exempt}${report}`,
  ];
}

function describeLog({ zones, rules }: LogBlock): string[] {
  return rules.map((rule) => {
    const which = rule.classes === undefined ? 'questions' : rule.classes.join(', ');
    return `${which} in ${(rule.zones ?? zones).join(' ')} are logged`;
  });
}
