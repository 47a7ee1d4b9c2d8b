import { expect, test } from 'vitest';
import { affordable, mostOpenFiles } from './open-files.ts';

test('as many as are wanted, but no more than half of the files', () => {
  expect(affordable(4096, 1_048_576)).toBe(4096);
  expect(affordable(4096, 1024)).toBe(512);
  expect(affordable(4096, Number.POSITIVE_INFINITY)).toBe(4096);
  expect(affordable(4096, 1)).toBe(1);
});

test.runIf(process.platform === 'linux')('Linux tells how many files there may be', () => {
  expect(mostOpenFiles()).toBeGreaterThan(16);
});
