// A parsed question to a node. `node --conditions=seamark-source bench/micro/lookup.ts [HOSTS]`

import { Lookup } from '@seamark/matcher';
import { parseQuery, Query } from '@seamark/protocol';
import type { SnapshotReader } from '@seamark/snapshot';
import { hostName, messagesFor, QUERIES, readerOf } from './fixture.ts';
import { type Contender, compare } from './runner.ts';

function looking(
  name: string,
  reader: SnapshotReader,
  hosts: number,
  text: (i: number) => string,
): Contender {
  const { octets, starts, lengths } = messagesFor(hosts, text);
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  const queries = Array.from({ length: QUERIES }, (_, i) => {
    const query = new Query();
    parseQuery(query, octets, view, starts[i] as number, lengths[i] as number);
    return query;
  });
  const lookup = new Lookup();
  return {
    name,
    run(times) {
      let total = 0;
      for (let i = 0; i < times; i++) {
        total += lookup.find(reader, queries[i & (QUERIES - 1)] as Query) + lookup.node;
      }
      return total | 0;
    },
  };
}

const given = process.argv[2];
for (const hosts of given === undefined ? [1000, 1_000_000] : [Number(given)]) {
  const reader = readerOf(hosts);
  compare(`look a name up among ${hosts.toLocaleString('en')}`, [
    looking('exact', reader, hosts, hostName),
    looking('its parent', reader, hosts, (i) => `no-${hostName(i)}`),
    looking('in no zone', reader, hosts, (i) => `app-${i}.example.org`),
  ]);
}
