import { RCODE, rcodeMnemonic, typeMnemonic } from '@seamark/protocol';
import { newForwardDraft } from './directives/forward/draft.ts';
import { formatHttpAddress } from './http-address.ts';
import type {
  ForwardConfig,
  ListenerConfig,
  TemplateConfig,
  UpstreamConfig,
} from './server-config.ts';

/** A line on which names go where, and for whom, and one for each thing that is not as by default. */
export function describeForward(forward: ForwardConfig): string[] {
  const { from, except, to, clients } = forward;
  const without = except.length === 0 ? '' : ` without ${except.join(' ')}`;
  const whom = clients === undefined ? 'clients near by' : `clients in ${clients.join(' ')}`;
  return [
    `${from.join(' ')}${without} to ${to.map(describeUpstream).join(' ')}, for ${whom}`,
    ...describeAsking(forward),
    ...describeFailing(forward),
    ...describeNext(forward),
  ];
}

const DEFAULTS = newForwardDraft();

/** How upstreams are asked. */
function describeAsking(forward: ForwardConfig): string[] {
  const { policy, forceTcp, preferUdp, sourceAddress, readTimeoutMs } = forward;
  const { expireMs, maxIdleConnections, maxConcurrent, maxConnectAttempts: attempts } = forward;
  const lines: string[] = [];
  if (policy !== DEFAULTS.policy) lines.push(`the first to be asked by ${policy}`);
  if (forceTcp) lines.push('asked over TCP always');
  else if (preferUdp) lines.push('asked over UDP first, for clients over TCP too');
  if (sourceAddress !== undefined) lines.push(`asked from ${sourceAddress}`);
  if (readTimeoutMs !== DEFAULTS.readTimeoutMs)
    lines.push(`each is waited for ${seconds(readTimeoutMs)}`);
  if (attempts === 0) lines.push('as many attempts as there is time for');
  else if (attempts !== undefined) lines.push(`${attempts} attempts at the most`);
  if (maxConcurrent !== DEFAULTS.maxConcurrent) {
    lines.push(`${maxConcurrent} questions at once, more are REFUSED`);
  }
  if (expireMs !== DEFAULTS.expireMs)
    lines.push(`TCP connections are kept for ${seconds(expireMs)}`);
  if (maxIdleConnections !== DEFAULTS.maxIdleConnections) {
    lines.push(`${maxIdleConnections} idle TCP connections to each are kept`);
  }
  return lines;
}

/** When an upstream is down, and what then. */
function describeFailing({ maxFails, healthCheck, failfast }: ForwardConfig): string[] {
  const lines: string[] = [];
  const { intervalMs, recursion, domain } = healthCheck;
  const before = DEFAULTS.healthCheck;
  if (maxFails === 0) lines.push('none ever counts as down');
  else if (maxFails !== DEFAULTS.maxFails)
    lines.push(`down after ${maxFails} failed health checks`);
  const isUsual =
    intervalMs === before.intervalMs && recursion === before.recursion && domain === before.domain;
  if (!isUsual && maxFails > 0) {
    const how = recursion ? '' : ', without RD,';
    lines.push(`one that failed is asked for ${domain} NS${how} every ${seconds(intervalMs)}`);
  }
  if (failfast) lines.push('SERVFAIL at once while all are down');
  return lines;
}

/** Which replies lead on. */
function describeNext({ failover, next, nextOnNodata }: ForwardConfig): string[] {
  const lines: string[] = [];
  if (failover.length > 0) lines.push(`after ${rcodes(failover)} the next of them is asked`);
  const leading = [...next.map(rcodeMnemonic), ...(nextOnNodata ? ['NODATA'] : [])];
  if (leading.length > 0) lines.push(`after ${leading.join(', ')} the next forward is asked`);
  return lines;
}

/** A line on what is answered, and one for each thing that is not as by default. */
export function describeTemplate(template: TemplateConfig): string[] {
  const { type, zones, match, answer, authority, additional, rcode, ede, fallthrough } = template;
  const what = type === 0 ? 'every type' : typeMnemonic(type);
  const which = match.length === 0 ? '' : ` that match ${match.join(' or ')}`;
  const lines = [`${what} in ${zones.join(' ')}${which}`];
  for (const [section, records] of Object.entries({ answer, authority, additional })) {
    lines.push(...records.map((record) => `${section} ${record}`));
  }
  if (rcode !== RCODE.NOERROR) lines.push(rcodeMnemonic(rcode));
  if (ede !== undefined) {
    const text = ede.text === '' ? '' : `: ${ede.text}`;
    lines.push(`Extended DNS Error ${ede.code}${text}`);
  }
  if (match.length > 0) {
    const others = fallthrough.includes('.') ? '' : ` in ${fallthrough.join(' ')}`;
    lines.push(
      fallthrough.length === 0
        ? 'names that do not match are SERVFAIL'
        : `names${others} that do not match go on`,
    );
  }
  return lines;
}

/** Whose forwarding is looked at for loops. */
export function describeLoops({ detour }: ListenerConfig): string[] {
  const keys = (detour?.blocks ?? []).filter(({ loop }) => loop).flatMap((block) => block.keys);
  return keys.length === 0
    ? []
    : [`ends at the start if what is forwarded of ${keys.join(' ')} comes back`];
}

function describeUpstream(upstream: UpstreamConfig): string {
  return 'file' in upstream ? upstream.file : formatHttpAddress(upstream);
}

function rcodes(all: readonly number[]): string {
  return all.map(rcodeMnemonic).join(', ');
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}
