import { describe, expect, it } from 'vitest';
import { Random, seeds } from '../../protocol/test-support/random.ts';
import { Arena, type ArenaRange } from './arena.ts';
import { ArenaFullError } from './growable-words.ts';

describe('Arena', () => {
  it.each(seeds(10))('never gives out a word twice, and takes all back, seed %i', (seed) => {
    const random = new Random(seed);
    const arena = new Arena(2 ** 26);
    const held: ArenaRange[] = [];
    for (let i = 0; i < 2000; i++) {
      if (held.length > 0 && random.oneIn(2)) {
        const [range] = held.splice(random.below(held.length), 1);
        if (range === undefined) continue;
        const kept = random.below(range.words + 1);
        // A part may be given back first, as when less was written than was reserved.
        arena.release({ offset: range.offset + kept, words: range.words - kept });
        arena.release({ offset: range.offset, words: kept });
      } else {
        held.push(arena.allocate(1 + random.below(5000)));
      }
      const ranges = held.toSorted((a, b) => a.offset - b.offset);
      for (const [j, range] of ranges.entries()) {
        const next = ranges[j + 1];
        const end = range.offset + range.words;
        expect(end, `SEED=${seed}`).toBeLessThanOrEqual(next?.offset ?? arena.words.length);
      }
      expect(arena.used).toBe(held.reduce((sum, range) => sum + range.words, 0));
    }
    for (const range of held) arena.release(range);
    expect(arena.used).toBe(0);
    // Everything has grown together again: the whole of it is one range from the start.
    const { length } = arena.words;
    expect(arena.allocate(length)).toEqual({ offset: 0, words: length });
    expect(arena.words.length).toBe(length);
  });

  it('grows in place: older views stay valid', () => {
    const arena = new Arena(2 ** 26);
    const before = arena.words;
    const { offset } = arena.allocate(1);
    before[offset] = 42;
    arena.allocate(10 * before.length);
    expect(arena.words.length).toBeGreaterThan(before.length);
    expect(arena.words[offset]).toBe(42);
    expect(arena.words.buffer).toBe(before.buffer);
  });

  it('says so when there is no more', () => {
    const arena = new Arena(2 ** 20);
    const { used } = arena;
    expect(() => arena.allocate(2 ** 19)).toThrow(ArenaFullError);
    expect(() => arena.allocate(2 ** 19)).toThrow(expect.objectContaining({ code: 'ARENA_FULL' }));
    expect(arena.used).toBe(used);
    expect(arena.allocate(1000).words).toBe(1000);
  });
});
