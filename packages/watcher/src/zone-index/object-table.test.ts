import type { FoldedName } from '@seamark/protocol';
import { NameHasher } from '@seamark/snapshot';
import { describe, expect, it } from 'vitest';
import { Random, seeds } from '../../../protocol/test-support/random.ts';
import { CLAIMING_KINDS } from '../projection/contract.ts';
import { type Content, contentOf } from './content.ts';
import {
  MAX_CLUSTERS,
  ObjectTable,
  type Origin,
  originOf,
  type StoredObject,
} from './object-table.ts';
import { WordHeap } from './word-heap.ts';

const table = (): ObjectTable => new ObjectTable(new WordHeap(), new NameHasher(1, 2));
const content = (addresses: string[], more: Partial<Content> = {}): Content => ({
  ...contentOf({ names: [], addresses }, []),
  ...more,
});
const object = (
  names: number[],
  addresses: string[] = [],
  faults = 0,
  more: Partial<Content> = {},
): StoredObject => ({ names, content: content(addresses, more), faults });
const SERVICE = originOf(3, 'Service');
const INGRESS = originOf(0, 'Ingress');

describe('ObjectTable', () => {
  it.each([
    object([]),
    object([7]),
    object([7, 8, 9], ['192.0.2.1']),
    object([7], ['192.0.2.1', '2001:db8::1', '192.0.2.2']),
    object([], ['2001:db8::1'], 5),
    object([1, 2], [], -5),
    object([1], ['192.0.2.1', '2001:db8::1'], 0, { ttl: 0 }),
    object([1], [], 0, { ttl: 0x7fffffff, targets: [Uint8Array.of(1, 97, 0) as FoldedName] }),
    object([1], ['2001:db8::1'], 7, {
      rrsets: [
        { type: 16, rdata: [Uint8Array.of(1, 97), Uint8Array.of()] },
        { type: 65_280, rdata: [new Uint8Array(3000).fill(9)] },
      ],
    }),
  ])('gives back what was put in, and tells it from anything else: %j', (stored) => {
    const objects = table();
    const record = objects.add(SERVICE, 'ns/näme', stored, 1);
    expect(objects.find(SERVICE, 'ns/näme')).toBe(record);
    expect(objects.find(INGRESS, 'ns/näme')).toBe(0);
    expect(objects.find(originOf(2, 'Service'), 'ns/näme')).toBe(0);
    expect(objects.keyOf(record)).toBe('ns/näme');
    expect(objects.originOf(record)).toBe(SERVICE);
    expect(objects.namesOf(record)).toEqual(stored.names);
    expect(objects.contentOf(record)).toEqual(stored.content);
    expect(objects.says(record, stored)).toBe(true);
    const { names, content, faults } = stored;
    expect(objects.says(record, { ...stored, names: [...names, 99] })).toBe(false);
    expect(objects.says(record, { ...stored, faults: faults + 1 })).toBe(false);
    const { addresses } = content;
    const v6 = [...addresses.v6, new Uint8Array(16)];
    for (const other of [{ addresses: { ...addresses, v6 } }, { ttl: 99 }]) {
      expect(objects.says(record, { ...stored, content: { ...content, ...other } })).toBe(false);
    }
  });

  it('tells the objects of a list from those that it lacks', () => {
    const objects = table();
    const old = objects.add(INGRESS, 'ns/old', object([1]), 1);
    const kept = objects.add(INGRESS, 'ns/kept', object([2], [], 3), 1);
    objects.see(kept, 2);
    expect(objects.isSeen(old, 2)).toBe(false);
    expect(objects.isSeen(kept, 2)).toBe(true);
    expect(objects.says(kept, object([2], [], 3))).toBe(true);
    expect([...objects.recordsOf(INGRESS)].sort()).toEqual([old, kept].sort());
    expect([...objects.recordsOf(SERVICE)]).toEqual([]);
  });

  it('tells them however many lists have broken off in between', () => {
    const objects = table();
    let list = objects.nextList(INGRESS, 0);
    const old = objects.add(INGRESS, 'ns/old', object([1]), list);
    for (let i = 0; i < 2100; i++) {
      list = objects.nextList(INGRESS, list);
      expect(objects.isSeen(old, list), `list ${i}`).toBe(false);
    }
    objects.see(old, list);
    expect(objects.isSeen(old, list)).toBe(true);
  });

  it('refuses a key that it would have to cut short', () => {
    expect(() => table().find(INGRESS, `ns/${'x'.repeat(2100)}`)).toThrow(RangeError);
  });

  it('holds an object of 40,000 hosts', () => {
    const names = Array.from({ length: 40_000 }, (_, i) => i + 1);
    const objects = table();
    const record = objects.add(INGRESS, 'ns/many', object(names, ['192.0.2.1']), 1);
    expect(objects.namesOf(record)).toEqual(names);
    expect(objects.contentOf(record)).toEqual(content(['192.0.2.1']));
  });

  it.each(seeds(5))('agrees with a Map as objects come and go, seed %i', (seed) => {
    const random = new Random(seed);
    const objects = table();
    const model = new Map<string, StoredObject>();
    const origins = CLAIMING_KINDS.map((kind) => originOf(random.below(MAX_CLUSTERS), kind));
    const draw = (): [Origin, string] => [
      random.pick(origins),
      `${'n'.repeat(1 + random.below(3))}/${random.below(300)}`,
    ];
    for (let i = 0; i < 5000; i++) {
      const [origin, key] = draw();
      const known = objects.find(origin, key);
      expect(known !== 0, `SEED=${seed}`).toBe(model.has(`${origin} ${key}`));
      if (known !== 0) {
        objects.remove(known);
        model.delete(`${origin} ${key}`);
      }
      if (random.oneIn(3)) continue;
      const addresses = Array.from(
        { length: random.below(4) },
        () => `192.0.2.${random.below(250)}`,
      );
      const names = Array.from({ length: random.below(4) }, (_, n) => 1 + n + random.below(9));
      const stored = object(names, addresses);
      objects.add(origin, key, stored, i);
      model.set(`${origin} ${key}`, stored);
    }
    const keys = origins.flatMap((origin) =>
      objects.recordsOf(origin).map((record) => `${origin} ${objects.keyOf(record)}`),
    );
    expect(keys.sort()).toEqual([...model.keys()].sort());
    for (const [id, stored] of model) {
      const [origin, key] = id.split(' ') as [string, string];
      const record = objects.find(Number(origin) as Origin, key);
      expect(objects.says(record, stored), `SEED=${seed}`).toBe(true);
    }
    const counts = origins.map((origin) => objects.countOf(origin)).reduce((a, b) => a + b);
    expect(counts).toBe(model.size);
  });
});
