// Whether there is a newer snapshot, asked once a message. `node --conditions=seamark-source bench/micro/refresh.ts`
//
// The work between two looks is a lookup, so that no contender's read can be moved out of the loop.

import { parseQuery, Query } from '@seamark/protocol';
import { hostName, messagesFor, QUERIES, readerOf } from './fixture.ts';
import { type Contender, compare } from './runner.ts';

const reader = readerOf(1000);
const { octets, starts, lengths } = messagesFor(1000, hostName);
const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
const queries = Array.from({ length: QUERIES }, (_, i) => {
  const query = new Query();
  parseQuery(query, octets, view, starts[i] as number, lengths[i] as number);
  return query;
});
const control = new Int32Array(new SharedArrayBuffer(64));
let adopted = 0;

function looking(name: string, isNewer: () => boolean): Contender {
  return {
    name,
    run(times) {
      let total = 0;
      for (let i = 0; i < times; i++) {
        if (isNewer()) total += 1;
        const { nameView, labels, labelCount, nameLength } = queries[i & (QUERIES - 1)] as Query;
        reader.hasher.absorb(nameView, labels, labelCount);
        total += reader.find(reader.hasher.hashOf(0), nameView, 0, nameLength, false);
      }
      return total | 0;
    },
  };
}

function byAtomicsAlone(): boolean {
  const sequence = Atomics.load(control, 0);
  if (sequence === adopted) return false;
  adopted = sequence;
  return true;
}

function byReadThenAtomics(): boolean {
  return control[0] === adopted ? false : byAtomicsAlone();
}

compare('look for a newer snapshot, then a name up', [
  looking('SnapshotReader.refresh', () => reader.refresh()),
  looking('an ordinary read, Atomics.load where it differs', byReadThenAtomics),
  looking('loser: Atomics.load each time, which V8 calls', byAtomicsAlone),
  looking('not looking at all', () => false),
]);
