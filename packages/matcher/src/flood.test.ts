// What a flood of names that nobody has asked for before costs: slots of the table that are looked at, not time.

import { foldName, parseName, TYPE } from '@seamark/protocol';
import {
  composeRRset,
  mergeHere,
  NODE,
  type NodeSpec,
  Publisher,
  SnapshotReader,
} from '@seamark/snapshot';
import { describe, expect, it } from 'vitest';
import { query } from '../../../test/support/dns/query.ts';
import { Random } from '../../protocol/test-support/random.ts';
import { countProbes } from '../../snapshot/test-support/probes.ts';
import { exchange } from '../test-support/asking.ts';
import { Responder } from './index.ts';

const HOSTS = 5000;
/** No name has more labels: `h1.team.example.com`, and `*.wild.example.com`. */
const DEEPEST = 4;
/**
 * Slots a lookup looks at on average where the name is not there: 5, of a table that is two thirds full (Knuth, 6.4:
 * linear probing), and it never is fuller.
 */
const PROBES = 5;

function node(name: string, flags: number, ...addresses: number[]): NodeSpec {
  const rdata = addresses.map((last) => Uint8Array.of(192, 0, 2, last));
  return {
    ...{ name: foldName(parseName(name)), zone: 0, apexLabels: 2, flags },
    rrsets: rdata.length === 0 ? [] : [composeRRset(TYPE.A, 60, rdata)],
  };
}

const publisher = new Publisher({ readers: 1, merge: async (task) => mergeHere(task) });
publisher.add(node('example.com', NODE.APEX));
publisher.add(node('team.example.com', 0));
publisher.add(node('wild.example.com', NODE.HAS_WILDCARD_CHILD));
publisher.add(node('*.wild.example.com', 0, 9));
for (let i = 0; i < HOSTS; i++) publisher.add(node(`h${i}.team.example.com`, 0, 1));
publisher.publish();
const reader = new SnapshotReader(publisher.handle, 0);
reader.refresh();
const probes = countProbes(reader, publisher.handle);
const responder = new Responder(reader);

/** Slots looked at for each question, on average. */
function costOf(name: (random: Random) => string): number {
  const random = new Random(1);
  probes.reset();
  const questions = 2000;
  for (let i = 0; i < questions; i++) exchange(responder, query(`${name(random)}. A`));
  return probes.count / questions;
}

const label = (random: Random): string => random.below(2 ** 32).toString(36);
const labels = (random: Random, count: number): string =>
  Array.from({ length: count }, () => random.below(36).toString(36)).join('.');

describe('a flood of random names', () => {
  it.each<[where: string, lookups: number, name: (random: Random) => string]>([
    // The name, the apex that is its closest encloser, and the apex once more for its SOA.
    ['right below the zone', 3, (random) => `${label(random)}.example.com`],
    ['beside hosts', 3, (random) => `${label(random)}.team.example.com`],
    ['below a host', 4, (random) => `${label(random)}.h${random.below(HOSTS)}.team.example.com`],
    // The name, the wildcard's parent, and the wildcard.
    ['under a wildcard', 3, (random) => `${label(random)}.wild.example.com`],
    ['deep under a wildcard', DEEPEST + 2, (random) => `${labels(random, 20)}.wild.example.com`],
    // However deep: only suffixes of as many labels as some name has are looked for.
    ['of 127 labels below the zone', DEEPEST + 3, (random) => `${labels(random, 121)}.example.com`],
    ['of 127 labels in no zone', DEEPEST + 2, (random) => `${labels(random, 127)}`],
  ])('%s costs %i lookups', (_, lookups, name) => {
    expect(costOf(name)).toBeLessThanOrEqual(lookups * PROBES);
  });

  it('costs hardly more than names that exist', () => {
    const known = costOf((random) => `h${random.below(HOSTS)}.team.example.com`);
    expect(known).toBeGreaterThanOrEqual(1);
    expect(costOf((random) => `${label(random)}.team.example.com`)).toBeLessThan(6 * known);
  });
});
