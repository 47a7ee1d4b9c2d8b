import { formatName } from '@seamark/protocol';
import { NameHasher } from '@seamark/snapshot';
import { describe, expect, it } from 'vitest';
import { Random, seeds } from '../../../protocol/test-support/random.ts';
import { ELSEWHERE, ENTRY, NameTree } from './name-tree.ts';
import { wireName } from './wire-name.ts';
import { WordHeap } from './word-heap.ts';

const tree = (...apexes: string[]): NameTree =>
  new NameTree(new WordHeap(), new NameHasher(1, 2), apexes.map(wireName));

describe('NameTree', () => {
  it('has its apexes, each below the zone around it, in whatever order they are named', () => {
    const names = tree('a.b.example.com', 'example.com', 'example.org', 'b.example.com');
    expect([0, 1, 2, 3].map((zone) => names.namesIn(zone))).toEqual([1, 1, 1, 1]);
    expect(names.parentOf(names.apexOf(0))).toBe(names.apexOf(3));
    expect(names.parentOf(names.apexOf(3))).toBe(names.apexOf(1));
    expect(names.parentOf(names.apexOf(1))).toBe(0);
    expect(names.parentOf(names.apexOf(2))).toBe(0);
    expect(names.ensure(wireName('b.example.com'))).toBe(names.apexOf(3));
  });

  it('makes the names between two zones', () => {
    const names = tree('example.com', 'a.b.example.com');
    expect(names.namesIn(0)).toBe(2);
    expect(names.parentOf(names.apexOf(1))).toBe(names.ensure(wireName('b.example.com')));
  });

  it('puts a name into the innermost zone around it, and into no other', () => {
    const names = tree('example.com', 'sub.example.com');
    expect(names.zoneOf(names.ensure(wireName('x.sub.example.com')))).toBe(1);
    expect(names.zoneOf(names.ensure(wireName('x.example.com')))).toBe(0);
    expect(names.ensure(wireName('y.sub.example.com'), new Set([0]))).toBe(ELSEWHERE);
    expect(names.ensure(wireName('y.sub.example.com'), new Set([1]))).not.toBe(0);
    expect(names.ensure(wireName('example.org'))).toBe(0);
    expect(names.ensure(wireName('x\\007example.com'))).toBe(0);
    expect(names.ensure(wireName('com'))).toBe(0);
  });

  it('serves the root', () => {
    const names = tree('.', 'com');
    const entry = names.ensure(wireName('a.example.org'));
    expect(formatName(names.nameOf(entry))).toBe('a.example.org.');
    expect(names.zoneOf(entry)).toBe(0);
    expect(formatName(names.nameOf(names.apexOf(0)))).toBe('.');
    expect(names.parentOf(names.apexOf(1))).toBe(names.apexOf(0));
  });

  it('tells a parent of the wildcard below it, until that goes', () => {
    const names = tree('example.com');
    const wildcard = names.ensure(wireName('*.a.example.com'));
    const star = names.ensure(wireName('**.b.example.com'));
    const parent = names.parentOf(wildcard);
    expect(names.hasFlags(parent, ENTRY.HAS_WILDCARD_CHILD)).toBe(true);
    expect(names.hasFlags(names.parentOf(star), ENTRY.HAS_WILDCARD_CHILD)).toBe(false);
    expect(names.remove(wildcard)).toBe(parent);
    expect(names.hasFlags(parent, ENTRY.HAS_WILDCARD_CHILD)).toBe(false);
  });

  it.each(seeds(5))('agrees with a Set as names come and go, seed %i', (seed) => {
    const random = new Random(seed);
    const names = tree('example.com');
    const entries = new Map<string, number>([['example.com.', names.apexOf(0)]]);
    const label = (): string =>
      ['a', 'b', 'c', '*', 'long-label-of-more-than-a-word'][random.below(5)] ?? '';
    const draw = (): string => {
      const labels = Array.from({ length: 1 + random.below(4) }, label);
      return `${labels.join('.')}.${random.below(40)}.example.com.`;
    };
    for (let i = 0; i < 4000; i++) {
      const name = draw();
      if (random.oneIn(2)) {
        const entry = names.ensure(wireName(name));
        for (let at = entry; at !== 0; at = names.parentOf(at)) {
          const text = formatName(names.nameOf(at));
          expect(entries.get(text) ?? at, `SEED=${seed}`).toBe(at);
          entries.set(text, at);
        }
        expect(formatName(names.nameOf(entry))).toBe(name);
      } else {
        const [text, entry] = [...entries][random.below(entries.size)] as [string, number];
        if (names.hasChildren(entry) || names.hasFlags(entry, ENTRY.PINNED)) continue;
        names.remove(entry);
        entries.delete(text);
      }
      expect(names.size, `SEED=${seed}`).toBe(entries.size);
      expect(names.namesIn(0)).toBe(entries.size);
    }
    for (const [text, entry] of entries) expect(names.ensure(wireName(text))).toBe(entry);
    expect(names.size).toBe(entries.size);
  });
});
