import type { Problems } from '../../corefile/errors.ts';
import type { Token } from '../../corefile/token.ts';
import type { GatewayDraft } from '../draft.ts';
import { type Reading, readName } from '../zone.ts';

/**
 * Reads the name of a nameserver into its form relative to the zone: folded, no trailing dot. An
 * absolute name must lie in the gateway's zone, which then can be only one.
 */
export function readNameserverName(
  token: Token,
  gateway: GatewayDraft,
  problems: Problems,
): string | undefined {
  const name = readName(token.text);
  const relative = 'reason' in name ? name : relate(name.value, token.text.endsWith('.'), gateway);
  if ('value' in relative) return relative.value;
  problems.report(token, `"${token.text}" is no nameserver's name: ${relative.reason}`);
  return undefined;
}

function relate(name: string, isAbsolute: boolean, { zones }: GatewayDraft): Reading<string> {
  if (name === '.') return { reason: 'it is empty' };
  if (!isAbsolute) return { value: name.slice(0, -1) };
  const [zone, ...others] = zones;
  if (zone === undefined || others.length > 0) {
    return { reason: 'with several zones it must be relative to them, without the last dot' };
  }
  if (zone.value === '.') return { value: name.slice(0, -1) };
  const end = `.${zone.value}`;
  if (!name.endsWith(end)) return { reason: `it does not lie below "${zone.value}"` };
  return { value: name.slice(0, -end.length) };
}

/** Checks that the names of both nameservers, and the SOA's mailbox, fit below every zone. */
export function fitNameservers(gateway: GatewayDraft, problems: Problems): void {
  const names =
    gateway.secondary === undefined ? [gateway.apex] : [gateway.apex, gateway.secondary.value];
  if (names[0] === names[1] && gateway.secondary !== undefined) {
    problems.report(gateway.secondary.token, 'the secondary nameserver is the same as the apex');
  }
  for (const zone of gateway.zones) {
    for (const name of names) {
      const whole = `hostmaster.${name}.${zone.value === '.' ? '' : zone.value}`;
      if ('reason' in readName(whole)) {
        problems.report(zone.token, `"${whole}", the zone's mailbox, has more than 255 octets`);
      }
    }
  }
}
