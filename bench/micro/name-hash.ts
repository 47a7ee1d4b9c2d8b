// The hashes of a name and all its ancestors. `node --conditions=seamark-source bench/micro/name-hash.ts`

import { parseQuery, Query } from '@seamark/protocol';
import { NameHasher } from '@seamark/snapshot';
import { hostName, messagesFor, QUERIES } from './fixture.ts';
import { type Contender, compare } from './runner.ts';

const { octets, starts, lengths } = messagesFor(1000, hostName);
const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
const queries = Array.from({ length: QUERIES }, (_, i) => {
  const query = new Query();
  parseQuery(query, octets, view, starts[i] as number, lengths[i] as number);
  return query;
});

function hashing(name: string, hash: (query: Query) => number): Contender {
  return {
    name,
    run(times) {
      let total = 0;
      for (let i = 0; i < times; i++) total ^= hash(queries[i & (QUERIES - 1)] as Query);
      return total;
    },
  };
}

const hasher = new NameHasher(0x12345678, 0x1abcdef0);
const states = new Int32Array(129);

/** FNV-1a from the right: as many ancestors in one pass, but an octet at a time, and without a key. */
function fnv({ name, labels, labelCount }: Query): number {
  let hash = 0x811c9dc5;
  for (let i = labelCount - 1; i >= 0; i--) {
    const start = labels[i] as number;
    const end = start + (name[start] as number);
    for (let at = start; at <= end; at++) hash = Math.imul(hash ^ (name[at] as number), 0x01000193);
    states[i] = hash;
  }
  return hash;
}

compare('hash a name of about 30 octets', [
  hashing('HalfSipHash-1-3, exact name', ({ nameView, labels, labelCount }) => {
    hasher.absorb(nameView, labels, labelCount);
    return hasher.hashOf(0);
  }),
  hashing('HalfSipHash-1-3, name, parent and wildcard', ({ nameView, labels, labelCount }) => {
    hasher.absorb(nameView, labels, labelCount);
    return hasher.hashOf(0) ^ hasher.hashOf(1) ^ hasher.wildcardHashOf(1);
  }),
  hashing('loser: FNV-1a, which anyone can make collide', fnv),
]);
