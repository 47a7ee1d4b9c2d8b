import { expect, test } from 'vitest';
import { Backoff } from './backoff.ts';

const limits = { baseMs: 800, maxMs: 30_000 };

test('the bound doubles to its limit, and the delay lies anywhere below it', () => {
  const most = new Backoff(limits, () => 1);
  const delays = Array.from({ length: 8 }, () => most.next());
  expect(delays).toEqual([800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
  expect(new Backoff(limits, () => 0).next()).toBe(0);
  expect(most.lastBoundMs).toBe(30_000);
  most.reset();
  expect(most.lastBoundMs).toBe(800);
  expect(most.next()).toBe(800);
  expect(most.lastBoundMs).toBe(800);
  most.next();
  expect(most.lastBoundMs).toBe(1600);
});

test('never sooner than the server asks, and never later than five minutes and a jitter', () => {
  expect(new Backoff(limits, () => 0).next(7000)).toBe(7000);
  expect(new Backoff(limits, () => 0).next(86_400_000)).toBe(300_000);
});
