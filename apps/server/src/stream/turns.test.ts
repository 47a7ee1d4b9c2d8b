import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Turns } from './turns.ts';

/** Works for so long, as often as it says. */
function busy(turns: Turns, order: string[], name: string, times: number, ms: number): void {
  let left = times;
  const resume = (): void => {
    const until = performance.now() + ms;
    while (performance.now() < until) {}
    order.push(name);
    left -= 1;
    if (left > 0) turns.wait(resume);
  };
  turns.wait(resume);
}

test('each has its turn, and the event loop goes round between two spells', async () => {
  const turns = new Turns();
  const order: string[] = [];
  busy(turns, order, 'a', 4, 3);
  busy(turns, order, 'b', 4, 3);
  while (order.filter((name) => name !== 'loop').length < 8) {
    await turn();
    order.push('loop');
  }
  const served = order.filter((name) => name !== 'loop');
  expect(served.join('')).toBe('abababab');
  // Each is longer than a spell.
  expect(order.filter((name) => name === 'loop').length).toBeGreaterThanOrEqual(7);
});

test('who waits twice has one turn', async () => {
  const turns = new Turns();
  let count = 0;
  const resume = (): void => {
    count += 1;
  };
  turns.wait(resume);
  turns.wait(resume);
  await turn();
  await turn();
  expect(count).toBe(1);
});
