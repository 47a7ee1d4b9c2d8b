import { NameHasher } from '@seamark/snapshot';
import { describe, expect, it } from 'vitest';
import { Random, seeds } from '../../../protocol/test-support/random.ts';
import { KINDS, type Kind } from '../sources/contract.ts';
import { addressSet } from './address-set.ts';
import { ObjectTable, type StoredObject } from './object-table.ts';
import { WordHeap } from './word-heap.ts';

const table = (): ObjectTable => new ObjectTable(new WordHeap(), new NameHasher(1, 2));
const object = (names: number[], addresses: string[] = [], refused = 0): StoredObject => ({
  names,
  addresses: addressSet(addresses),
  refused,
});

describe('ObjectTable', () => {
  it.each([
    object([]),
    object([7]),
    object([7, 8, 9], ['192.0.2.1']),
    object([7], ['192.0.2.1', '2001:db8::1', '192.0.2.2']),
    object([], ['2001:db8::1'], 5),
    object([1, 2], [], -5),
  ])('gives back what was put in, and tells it from anything else: %j', (stored) => {
    const objects = table();
    const record = objects.add('Service', 'ns/näme', stored, 1);
    expect(objects.find('Service', 'ns/näme')).toBe(record);
    expect(objects.find('Ingress', 'ns/näme')).toBe(0);
    expect(objects.keyOf(record)).toBe('ns/näme');
    expect(objects.kindOf(record)).toBe('Service');
    expect(objects.namesOf(record)).toEqual(stored.names);
    expect(objects.addressesOf(record)).toEqual(stored.addresses);
    expect(objects.says(record, stored)).toBe(true);
    const { names, addresses, refused } = stored;
    expect(objects.says(record, { ...stored, names: [...names, 99] })).toBe(false);
    expect(objects.says(record, { ...stored, refused: refused + 1 })).toBe(false);
    const v6 = [...addresses.v6, new Uint8Array(16)];
    expect(objects.says(record, { ...stored, addresses: { ...addresses, v6 } })).toBe(false);
  });

  it('tells the objects of a list from those that it lacks', () => {
    const objects = table();
    const old = objects.add('Ingress', 'ns/old', object([1]), 1);
    const kept = objects.add('Ingress', 'ns/kept', object([2], [], 3), 1);
    objects.see(kept, 2);
    expect(objects.isSeen(old, 2)).toBe(false);
    expect(objects.isSeen(kept, 2)).toBe(true);
    expect(objects.says(kept, object([2], [], 3))).toBe(true);
    expect([...objects.recordsOf('Ingress')].sort()).toEqual([old, kept].sort());
    expect([...objects.recordsOf('Service')]).toEqual([]);
  });

  it('tells them however many lists have broken off in between', () => {
    const objects = table();
    let list = objects.nextList('Ingress', 0);
    const old = objects.add('Ingress', 'ns/old', object([1]), list);
    for (let i = 0; i < 2100; i++) {
      list = objects.nextList('Ingress', list);
      expect(objects.isSeen(old, list), `list ${i}`).toBe(false);
    }
    objects.see(old, list);
    expect(objects.isSeen(old, list)).toBe(true);
  });

  it('refuses a key that it would have to cut short', () => {
    expect(() => table().find('Ingress', `ns/${'x'.repeat(2100)}`)).toThrow(RangeError);
  });

  it('holds an object of 40,000 hosts', () => {
    const names = Array.from({ length: 40_000 }, (_, i) => i + 1);
    const objects = table();
    const record = objects.add('Ingress', 'ns/many', object(names, ['192.0.2.1']), 1);
    expect(objects.namesOf(record)).toEqual(names);
    expect(objects.addressesOf(record)).toEqual(addressSet(['192.0.2.1']));
  });

  it.each(seeds(5))('agrees with a Map as objects come and go, seed %i', (seed) => {
    const random = new Random(seed);
    const objects = table();
    const model = new Map<string, StoredObject>();
    const draw = (): [Kind, string] => [
      KINDS[random.below(KINDS.length)] as Kind,
      `${'n'.repeat(1 + random.below(3))}/${random.below(300)}`,
    ];
    for (let i = 0; i < 5000; i++) {
      const [kind, key] = draw();
      const known = objects.find(kind, key);
      expect(known !== 0, `SEED=${seed}`).toBe(model.has(`${kind} ${key}`));
      if (known !== 0) {
        objects.remove(known);
        model.delete(`${kind} ${key}`);
      }
      if (random.oneIn(3)) continue;
      const addresses = Array.from(
        { length: random.below(4) },
        () => `192.0.2.${random.below(250)}`,
      );
      const names = Array.from({ length: random.below(4) }, (_, n) => 1 + n + random.below(9));
      const stored = object(names, addresses);
      objects.add(kind, key, stored, i);
      model.set(`${kind} ${key}`, stored);
    }
    const keys = KINDS.flatMap((kind) =>
      [...objects.recordsOf(kind)].map((record) => `${kind} ${objects.keyOf(record)}`),
    );
    expect(keys.sort()).toEqual([...model.keys()].sort());
    for (const [id, stored] of model) {
      const [kind, key] = id.split(' ') as [Kind, string];
      expect(objects.says(objects.find(kind, key), stored), `SEED=${seed}`).toBe(true);
    }
    const counts = KINDS.map((kind) => objects.countOf(kind)).reduce((a, b) => a + b);
    expect(counts).toBe(model.size);
  });
});
