import { FLAG, formatName, parseAddress, parseName, RCODE, TYPE } from '@seamark/protocol';
import { composeRRset } from '@seamark/snapshot';
import { HostsTable, type Logger } from '@seamark/watcher/hosts';
import type { HostsConfig } from '../config/server-config.ts';
import { isWithin } from '../config/zone.ts';
import { hostsOptions } from '../workers/hosts-options.ts';
import type { ComposedReply, PendingQuery } from './pending-query.ts';

/** What a `hosts` directive has for names outside of all zones, which are forwarded otherwise. */
export class HostsEntries {
  private readonly config: HostsConfig;
  private readonly table: HostsTable;

  /** @param signal ends the looking for changes of the file. */
  constructor(config: HostsConfig, log: Logger, signal: AbortSignal) {
    this.config = config;
    this.table = new HostsTable(hostsOptions(config));
    void this.table.follow(log, signal);
  }

  /** @returns undefined for what is none of its business, or falls through. */
  answer(pending: PendingQuery): ComposedReply | undefined {
    const { type, name: wire, nameLength } = pending.query;
    const name = formatName(wire.subarray(0, nameLength));
    const found = this.table.find(name, type);
    if (found !== undefined) {
      const answer = found.values.map(
        (value) => composeRRset(type, found.ttl, [rdataOf(type, value)]).octets,
      );
      const sections = { answer, authority: [], additional: [] };
      return pending.records(sections, FLAG.AA, RCODE.NOERROR);
    }
    // CoreDNS: an address without a name goes on whatever is said.
    const { zones, fallthrough = [] } = this.config;
    const isOurs = zones.some((zone) => isWithin(name, zone));
    const goesOn = type === TYPE.PTR || fallthrough.some((zone) => isWithin(name, zone));
    return isOurs && !goesOn ? pending.error(RCODE.SERVFAIL) : undefined;
  }
}

function rdataOf(type: number, value: string): Uint8Array {
  return (type === TYPE.PTR ? undefined : parseAddress(value)) ?? parseName(value);
}
