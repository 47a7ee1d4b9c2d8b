import { expect, it } from 'vitest';
import { Random, seeds } from '../../../protocol/test-support/random.ts';
import { WordHeap } from './word-heap.ts';

it.each(seeds(5))(
  'never gives out a word twice, and uses again what came back, seed %i',
  (seed) => {
    const random = new Random(seed);
    const heap = new WordHeap();
    const held: { block: number; words: number }[] = [];
    const drop = (): void => {
      const [gone] = held.splice(random.below(held.length), 1);
      if (gone === undefined) return;
      // Every word of a block says whose it is: were one given out twice, its second owner would have.
      const own = heap.words.subarray(gone.block, gone.block + gone.words);
      expect(
        own.every((word) => word === gone.block),
        `SEED=${seed}`,
      ).toBe(true);
      heap.release(gone.block, gone.words);
    };
    for (let i = 0; i < 3000; i++) {
      if (held.length > 200 || random.oneIn(3)) drop();
      const words = 1 + random.below(random.oneIn(20) ? 5000 : 70);
      const block = heap.allocate(words);
      expect(block).toBeGreaterThan(0);
      heap.words.fill(block, block, block + words);
      held.push({ block, words });
    }
    const { bytes } = heap;
    const sizes = held.map(({ words }) => words);
    while (held.length > 0) drop();
    for (const words of sizes) heap.allocate(words);
    expect(heap.bytes).toBe(bytes);
  },
);

it('cuts up a large block that came back', () => {
  const heap = new WordHeap();
  heap.release(heap.allocate(1 << 17), 1 << 17);
  const { bytes } = heap;
  const blocks = new Set(Array.from({ length: 10_000 }, () => heap.allocate(13)));
  expect(blocks.size).toBe(10_000);
  expect(heap.bytes).toBe(bytes);
});

it('shows what was allocated through all its views, as it grows', () => {
  const heap = new WordHeap();
  const blocks = Array.from({ length: 50 }, () => heap.allocate(10_000));
  for (const block of blocks) heap.words[block] = block;
  for (const block of blocks) {
    expect(heap.view.getInt32(4 * block, true)).toBe(block);
    expect(heap.octets[4 * block]).toBe(block & 0xff);
    expect(heap.words[block + 9_999]).toBeDefined();
  }
});
