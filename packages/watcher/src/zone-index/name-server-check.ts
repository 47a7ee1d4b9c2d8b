import { formatName } from '@seamark/protocol';
import type { Logger } from '../sources/contract.ts';
import type { AddressSet } from './address-set.ts';
import { isWithin } from './wire-name.ts';
import type { Zone } from './zone.ts';

/**
 * Tells of name servers that NS points at in vain: in a zone of ours, and without an address (RFC 1912 2.8, a lame
 * delegation). Each is told once, and once more when it has one.
 */
export class NameServerCheck {
  private readonly log: Logger;
  private readonly addressesOf: (entry: number) => AddressSet;
  private readonly lame = new Set<number>();

  constructor(log: Logger, addressesOf: (entry: number) => AddressSet) {
    this.log = log;
    this.addressesOf = addressesOf;
  }

  /** @param zone of which everything has been read, or waited for long enough. */
  look(zone: Zone): void {
    for (const [i, entry] of zone.serverEntries.entries()) {
      const server = zone.servers[i];
      if (entry === 0 || server === undefined) continue;
      const { v4, v6 } = this.addressesOf(entry);
      const isLame = v4.length + v6.length === 0;
      if (isLame === this.lame.has(entry)) continue;
      const name = formatName(server.name);
      const fields = { zone: formatName(zone.apexName), nameServer: name };
      if (isLame) {
        this.lame.add(entry);
        const text = `${name}, a name server of ${fields.zone}, has no address, and resolvers that follow NS end there: ${remedyFor(zone, i)}`;
        this.log.warn({ event: 'name-server-without-address', ...fields }, text);
      } else {
        this.lame.delete(entry);
        const text = `${name}, a name server of ${fields.zone}, has an address now`;
        this.log.info({ event: 'name-server-with-address', ...fields }, text);
      }
    }
  }
}

function remedyFor({ apexName, servers }: Zone, index: number): string {
  const directive = index === 0 ? 'apex' : 'secondary';
  const { name } = servers[index] as Zone['servers'][number];
  const written = `write one behind it (${directive} NAME ADDRESS)`;
  if (!isWithin(name, apexName)) return written;
  const [service, namespace, ...more] = formatName(name)
    .slice(0, -formatName(apexName).length - 1)
    .split('.');
  if (service === undefined || namespace === undefined || more.length > 0) return written;
  return `give the Service ${namespace}/${service} one, or ${written}`;
}
