import { expect, test } from 'vitest';
import { patienceAt } from './patience.ts';

const SETTINGS = { idleTimeoutMs: 10_000, messageTimeoutMs: 5_000 };

test.each([
  [0, 10_000, 5_000],
  [0.5, 10_000, 5_000],
  [0.75, 5_100, 2_750],
  [1, 200, 500],
])('with %d of the places taken: idle %d ms, a message %d ms', (use, idleMs, messageMs) => {
  expect(patienceAt(use, SETTINGS)).toEqual({ idleMs, messageMs });
});

test('what is short already stays so', () => {
  const settings = { idleTimeoutMs: 50, messageTimeoutMs: 60 };
  expect(patienceAt(1, settings)).toEqual({ idleMs: 50, messageMs: 60 });
});
