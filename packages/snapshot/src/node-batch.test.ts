import { foldName, parseName } from '@seamark/protocol';
import { expect, test } from 'vitest';
import { NameHasher } from './name-hash.ts';
import { NodeBatch } from './node-batch.ts';

const nodeOf = (name: string) => ({
  name: foldName(parseName(name)),
  zone: 0,
  apexLabels: 2,
  flags: 0,
  rrsets: [],
});

test('a batch that was large once gives its memory back, and takes names as before', () => {
  const batch = new NodeBatch(new NameHasher(1, 2));
  for (let i = 0; i < 50_000; i++) batch.add(nodeOf(`name-${i}.example.com`));
  expect(batch.words.byteLength).toBeGreaterThan(1 << 20);
  batch.clear();
  expect(batch.words.byteLength + batch.index.byteLength).toBeLessThan(8192);
  for (let i = 0; i < 500; i++) batch.add(nodeOf(`name-${i}.example.com`));
  expect(batch.count).toBe(500);
  const fresh = new NodeBatch(new NameHasher(1, 2));
  for (let i = 0; i < 500; i++) fresh.add(nodeOf(`name-${i}.example.com`));
  expect(batch.words.subarray(0, batch.length)).toEqual(fresh.words.subarray(0, fresh.length));
  expect(batch.index.subarray(0, 1000)).toEqual(fresh.index.subarray(0, 1000));
});
