import { describe, expect, it } from 'vitest';
import { Random, seeds } from '../../protocol/test-support/random.ts';
import { asked } from '../test-support/nodes.ts';
import { NameHasher } from './index.ts';

function hashOf(hasher: NameHasher, name: string): number {
  const { view, labels, count } = asked(name);
  hasher.absorb(view, labels, count);
  return hasher.hashOf(0);
}

function randomName(random: Random): string {
  const label = () =>
    [...random.octets(1 + random.below(12))]
      .map((octet) => `\\${String(octet).padStart(3, '0')}`)
      .join('');
  return `${Array.from({ length: 1 + random.below(9) }, label).join('.')}.`;
}

describe('NameHasher', () => {
  it.each(seeds(5))('gives each ancestor the hash it has by itself, seed %i', (seed) => {
    const random = new Random(seed);
    const hasher = new NameHasher(random.below(2 ** 32), random.below(2 ** 32));
    const alone = new NameHasher(hasher.key0, hasher.key1);
    for (let i = 0; i < 200; i++) {
      const name = randomName(random);
      const labels = name.split('.').slice(0, -1);
      const { view, labels: starts, count } = asked(name);
      hasher.absorb(view, starts, count);
      for (let index = 0; index <= count; index++) {
        const suffix = index === count ? '.' : `${labels.slice(index).join('.')}.`;
        const wildcard = suffix === '.' ? '*.' : `*.${suffix}`;
        expect(hasher.hashOf(index), `SEED=${seed} ${suffix}`).toBe(hashOf(alone, suffix));
        expect(hasher.wildcardHashOf(index), `SEED=${seed} ${wildcard}`).toBe(
          hashOf(alone, wildcard),
        );
      }
    }
  });

  it('depends on both words of the key', () => {
    const hashes = [
      [0, 0],
      [1, 0],
      [0, 1],
    ].map(([key0 = 0, key1 = 0]) => hashOf(new NameHasher(key0, key1), 'www.example.com'));
    expect(new Set(hashes).size).toBe(3);
  });

  it('tells apart what has the same octets in other labels', () => {
    const hasher = new NameHasher(7, 11);
    const names = ['ab.c', 'a.bc', 'abc', 'a.b.c', 'a\\.b.c', 'ab\\000.c', 'ab.c\\000', 'c.ab'];
    expect(new Set(names.map((name) => hashOf(hasher, name))).size).toBe(names.length);
  });

  it('spreads names that differ little over all slots', () => {
    const hasher = new NameHasher(0x01234567, 0x89abcdef);
    const filled = new Set<number>();
    const slots = 4096;
    for (let i = 0; i < slots; i++) filled.add(hashOf(hasher, `h${i}.example.com`) & (slots - 1));
    // Of n random balls, 1 - 1/e of n bins hold one: 2,589 of 4,096, give or take 31.
    expect(filled.size / slots).toBeGreaterThan(0.6);
    expect(filled.size / slots).toBeLessThan(0.665);
  });
});
