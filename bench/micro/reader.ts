// From a hashed name to an RRset: SnapshotReader's steps, and Lookup's next to them.
// `node --conditions=seamark-source bench/micro/reader.ts`

import { Lookup, MATCH } from '@seamark/matcher';
import { CLASS, parseName, parseQuery, Query, TYPE } from '@seamark/protocol';
import { hostName, messagesFor, QUERIES, readerOf } from './fixture.ts';
import { type Contender, compare } from './runner.ts';
import { zoneReader } from './zone.ts';

const HOSTS = 1000;

function parsed(octets: Uint8Array, start: number, length: number): Query {
  const query = new Query();
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  parseQuery(query, octets, view, start, length);
  return query;
}

function ask(name: string, type: number): Query {
  const header = [0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
  const message = Uint8Array.of(...header, ...parseName(name), 0, type, 0, CLASS.IN, 0, 0, 0);
  return parsed(message, 0, message.length - 3);
}

function doing(name: string, step: (i: number) => number): Contender {
  return {
    name,
    run(times) {
      let total = 0;
      for (let i = 0; i < times; i++) total += step(i);
      return total | 0;
    },
  };
}

const { octets, starts, lengths } = messagesFor(HOSTS, hostName);
const queries = Array.from({ length: QUERIES }, (_, i) =>
  parsed(octets, starts[i] as number, lengths[i] as number),
);
const plain = readerOf(HOSTS);
const overlaid = readerOf(HOSTS, 4);
const hashes = [plain, overlaid].map(({ hasher }) =>
  Int32Array.from(queries, ({ nameView, labels, labelCount }) => {
    hasher.absorb(nameView, labels, labelCount);
    return hasher.hashOf(0);
  }),
);
const finding =
  (which: 0 | 1) =>
  (i: number): number => {
    const { nameView, nameLength } = queries[i & (QUERIES - 1)] as Query;
    const hash = hashes[which]?.[i & (QUERIES - 1)] as number;
    return (which === 0 ? plain : overlaid).find(hash, nameView, 0, nameLength, false);
  };
/** What JavaScript has for it: a string of the name, and a Map. */
const byName = new Map(
  Array.from({ length: HOSTS }, (_, i) => [
    Buffer.from(parseName(hostName(i))).toString('latin1'),
    i,
  ]),
);
compare('find a name that was hashed', [
  doing('SnapshotReader.find', finding(0)),
  doing('the same under 4 overlays', finding(1)),
  doing('loser: a Map of strings, which allocates', (i) => {
    const { name, nameLength } = queries[i & (QUERIES - 1)] as Query;
    return byName.get(Buffer.from(name.buffer, 0, nameLength).toString('latin1')) ?? 0;
  }),
]);

const reader = await zoneReader(HOSTS);
const lookup = new Lookup();
const looking = (title: string, match: number, name: string, type: number = TYPE.A): Contender => {
  const query = ask(name, type);
  const found = lookup.find(reader, query);
  if (found !== match) throw new Error(`${name}: ${found}, not ${match}`);
  return doing(title, () => lookup.find(reader, query) + lookup.node);
};
compare('Lookup.find, one name each', [
  looking('exact', MATCH.EXACT, 'app-500.team-15.example.com'),
  looking('wildcard', MATCH.WILDCARD, 'any.apps.example.com'),
  looking('wildcard, three labels deep', MATCH.WILDCARD, 'a.b.c.apps.example.com'),
  looking('no such name', MATCH.NONE, 'no.example.com'),
  looking('no such name, 122 labels', MATCH.NONE, `${'a.'.repeat(120)}example.com`),
  looking('in no zone', MATCH.OUTSIDE, 'www.example.org'),
  looking('DS at an apex', MATCH.EXACT, 'example.com', TYPE.DS),
]);

const apexQuery = ask('app-500.team-15.example.com', TYPE.SOA);
lookup.find(reader, apexQuery);
const apex = lookup.findApex(reader, apexQuery);
const soa = reader.findRRset(apex, TYPE.SOA);
compare('steps from a node', [
  doing('Lookup.findApex', () => lookup.findApex(reader, apexQuery)),
  doing('Lookup.apexOffset', () => lookup.apexOffset(apexQuery)),
  doing('findRRset, the first', () => reader.findRRset(apex, TYPE.SOA)),
  doing('findRRset, of none', (i) => reader.findRRset(apex, TYPE.DS + (i & 1))),
  doing('anyRRset', () => reader.anyRRset(apex)),
  doing(
    'all that is read of an RRset',
    () =>
      reader.octetsAt(apex, soa) +
      reader.lengthOf(soa) +
      reader.recordsOf(soa) +
      reader.recordLengthOf(soa) +
      reader.pointersOf(soa),
  ),
]);
