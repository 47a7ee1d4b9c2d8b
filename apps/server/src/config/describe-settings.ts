import type { BlockSettings } from '@seamark/matcher';
import { typeMnemonic } from '@seamark/protocol';
import type { ListenerConfig, LogBlock } from './server-config.ts';

/** A line for each thing that a listener does otherwise than by default. */
export function describeSettings({ answering, log, logged }: ListenerConfig): string[] {
  const { udpLimit, nsid, chaos, blocks } = answering ?? {};
  const lines: string[] = [];
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
  lines.push(...(blocks ?? []).flatMap(describeBlock));
  if (log && logged === undefined) lines.push('questions are logged');
  else if (logged !== undefined) lines.push(...logged.flatMap(describeLog));
  return lines;
}

function describeBlock({ zones, minimalAny, access }: BlockSettings): string[] {
  const rules = access.map(({ action, zones: narrowed = zones, types, networks }) => {
    const what = types === undefined ? 'all' : types.map(typeMnemonic).join(' ');
    return `${action} ${what} in ${narrowed.join(' ')} from ${networks?.join(' ') ?? 'anywhere'}`;
  });
  return minimalAny ? [...rules, `ANY in ${zones.join(' ')} is answered with HINFO`] : rules;
}

function describeLog({ zones, rules }: LogBlock): string[] {
  return rules.map((rule) => {
    const which = rule.classes === undefined ? 'questions' : rule.classes.join(', ');
    return `${which} in ${(rule.zones ?? zones).join(' ')} are logged`;
  });
}
