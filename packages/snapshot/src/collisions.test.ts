// Names that meet in one slot of the table: who knows the key can find them, and nobody else.

import { describe, expect, it } from 'vitest';
import { Random } from '../../protocol/test-support/random.ts';
import { find, host, publish } from '../test-support/nodes.ts';
import { countProbes } from '../test-support/probes.ts';
import { mergeHere, NameHasher, Publisher, SnapshotReader } from './index.ts';

/** Enough to be felt; a table for so many has 1,024 slots. */
const NAMES = 500;
const SLOTS = 1024;

const empty = () => new Publisher({ readers: 1, merge: async (task) => mergeHere(task) });

/** As an attacker would who had read the key out of the server's memory. */
function craft({ handle }: Publisher): string[] {
  const hasher = new NameHasher(handle.key0, handle.key1);
  const names: string[] = [];
  // One label of eight letters before a fixed suffix: only the letters change from one attempt to the next.
  const wire = Buffer.concat([
    ...[Buffer.of(8), Buffer.alloc(8), Buffer.of(4), Buffer.from('evil'), Buffer.of(7)],
    ...[Buffer.from('example'), Buffer.of(0), Buffer.alloc(4)],
  ]);
  const view = new DataView(wire.buffer, wire.byteOffset, wire.length);
  const labels = Uint8Array.of(0, 9, 14);
  for (let i = 0; names.length < NAMES; i++) {
    wire.write(i.toString(36).padStart(8, '-'), 1, 'latin1');
    hasher.absorb(view, labels, labels.length);
    if ((hasher.hashOf(0) & (SLOTS - 1)) === 7)
      names.push(`${wire.toString('latin1', 1, 9)}.evil.example`);
  }
  return names;
}

/** Slots looked at for each of the names, in a table that has them all. */
function probesOf(publisher: Publisher, names: readonly string[]): number[] {
  publish(publisher, ...names.map((name) => host(name, 1)));
  const reader = new SnapshotReader(publisher.handle, 0);
  reader.refresh();
  const probes = countProbes(reader, publisher.handle);
  return names.map((name) => {
    probes.reset();
    expect(find(reader, name), name).not.toBe(0);
    return probes.count;
  });
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

describe('names that are made to meet in one slot', () => {
  it('cost a walk through all of them where the key is known, and what any names cost under another', () => {
    const known = empty();
    const crafted = craft(known);
    // One behind the other: 1 + 2 + … + 500.
    expect(sum(probesOf(known, crafted))).toBe((NAMES * (NAMES + 1)) / 2);

    const random = new Random(1);
    for (let key = 0; key < 5; key++) {
      const others = probesOf(empty(), crafted);
      const any = probesOf(
        empty(),
        crafted.map(
          () => `${random.below(2 ** 32).toString(36)}-${random.below(2 ** 32)}.evil.example`,
        ),
      );
      // Linear probing at a load of 1/2: 1.5 on average (Knuth, 6.4), and far below 30 for 500 names.
      expect(sum(others) / NAMES).toBeLessThan(2);
      expect(Math.max(...others)).toBeLessThan(60);
      expect(sum(any) / NAMES).toBeLessThan(2);
    }
  });

  it('need a key that each publisher draws for itself', () => {
    const keys = Array.from({ length: 50 }, () => {
      const { key0, key1 } = empty().handle;
      return `${key0} ${key1}`;
    });
    expect(new Set(keys).size).toBe(keys.length);
  });
});
