import { isIP } from 'node:net';
import type { Problems } from '../../../corefile/errors.ts';
import type { Token } from '../../../corefile/token.ts';
import type { Directive } from '../../../corefile/tree.ts';
import type { GatewayDraft } from '../../gateway-draft.ts';
import type { Placed } from '../../placed.ts';
import type { NameserverConfig } from '../../server-config.ts';
import { addOnce, canonicalAddress } from '../../values.ts';
import type { Word } from '../../vocabulary.ts';
import { isWithin, type Reading, readName } from '../../zone.ts';

export const apex: Word<GatewayDraft> = {
  name: 'apex',
  usage: 'apex NAME [ADDRESS…]',
  help: 'The nameserver, relative to the zone or absolute; dns1.kube-system by default.',
  least: 1,
  read(directive, gateway, { problems }) {
    gateway.apex = readNameserver(directive, gateway, problems) ?? gateway.apex;
  },
};

export const secondary: Word<GatewayDraft> = {
  name: 'secondary',
  usage: 'secondary NAME [ADDRESS…]',
  help: 'A second nameserver.',
  least: 1,
  read(directive, gateway, { problems }) {
    // As in the plugin, an empty name, such as a variable's that is not set, is none.
    const [name, ...addresses] = directive.arguments;
    if (name?.text === '' && addresses.length === 0) return;
    const nameserver = readNameserver(directive, gateway, problems);
    if (nameserver !== undefined) gateway.secondary = nameserver;
  },
};

function readNameserver(
  { arguments: [token, ...words] }: Directive,
  gateway: GatewayDraft,
  problems: Problems,
): Placed<NameserverConfig> | undefined {
  if (token === undefined) return undefined;
  const addresses = readAddresses(words, problems);
  const name = readNameserverName(token.text, gateway);
  if ('reason' in name) {
    problems.report(token, `"${token.text}" is no nameserver's name: ${name.reason}`);
    return undefined;
  }
  const nameserver = { name: name.value, addresses };
  const [first] = words;
  if (first !== undefined && !isServed(nameserver, gateway)) {
    const zones = gateway.zones.map((zone) => zone.value).join(', ');
    problems.report(
      first,
      `"${token.text}" lies in no zone here (${zones}): its addresses are told by the servers of ` +
        'its own zone; remove them',
    );
  }
  return { value: nameserver, token };
}

function readAddresses(words: readonly Token[], problems: Problems): string[] {
  const addresses = new Map<string, Token>();
  for (const token of words) {
    if (isIP(token.text) === 0 || token.text.includes('%')) {
      problems.report(token, `"${token.text}" is no address of a nameserver`, {
        allowed: ['IPv4', 'IPv6'],
      });
    } else addOnce(addresses, canonicalAddress(token.text), token, problems);
  }
  return [...addresses.keys()];
}

/** As {@link NameserverConfig} has it. */
function readNameserverName(text: string, { zones }: GatewayDraft): Reading<string> {
  if (isIP(text) !== 0) return { reason: 'it is an address, which goes behind a name' };
  const name = readName(text);
  if ('reason' in name) return name;
  if (name.value === '.') return { reason: 'it is empty' };
  if (!text.endsWith('.')) return { value: name.value.slice(0, -1) };
  const [zone, ...others] = zones;
  if (zone === undefined || others.length > 0) return name;
  const end = zone.value === '.' ? '.' : `.${zone.value}`;
  return { value: name.value.endsWith(end) ? name.value.slice(0, -end.length) : name.value };
}

/** Whether a zone of the gateway holds the name. Zones that could not be read are reported already. */
function isServed({ name }: NameserverConfig, { zones }: GatewayDraft): boolean {
  if (!name.endsWith('.') || zones.length === 0) return true;
  return zones.some((zone) => isWithin(name, zone.value));
}

/** Checks that the names of both nameservers, and the SOA's mailbox, fit below every zone. */
export function fitNameservers(gateway: GatewayDraft, problems: Problems): void {
  const { secondary } = gateway;
  for (const zone of gateway.zones) {
    const primary = absoluteName(gateway.apex.value, zone.value);
    const names = [primary];
    if (secondary !== undefined) {
      const name = absoluteName(secondary.value, zone.value);
      names.push(name);
      if (name === primary) {
        problems.report(secondary.token, 'the secondary nameserver is the same as the apex');
      }
    }
    for (const name of names) {
      const whole = `hostmaster.${name}`;
      if ('reason' in readName(whole)) {
        problems.report(zone.token, `"${whole}", the zone's mailbox, has more than 255 octets`);
      }
    }
  }
}

function absoluteName({ name }: NameserverConfig, zone: string): string {
  if (name.endsWith('.')) return name;
  return zone === '.' ? `${name}.` : `${name}.${zone}`;
}
