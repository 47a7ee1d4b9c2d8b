import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { SpareThread } from './spare-thread.ts';

/** Ends with the test that asks for it. */
const threadOf = (script: string): Worker & AsyncDisposable => {
  const worker = new Worker(script, { eval: true });
  return Object.assign(worker, {
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  });
};
const waits = "require('node:worker_threads').parentPort.once('message', () => {})";

test('is taken once, as if it had been started just then', async () => {
  await using worker = threadOf(waits);
  const spare = new SpareThread(() => worker);
  expect(spare.take()).toBe(worker);
  expect(spare.take()).toBeUndefined();
  expect(worker.listenerCount('error') + worker.listenerCount('exit')).toBe(0);
});

test('that died is none, and its death no more than that', async () => {
  await using worker = threadOf("throw new Error('out of memory')");
  const spare = new SpareThread(() => worker);
  await new Promise((resolve) => worker.once('exit', resolve));
  expect(spare.take()).toBeUndefined();
});
