import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { Bell } from './bell.ts';
import { allocateDetourRing, DetourRingReader, DetourRingWriter } from './ring.ts';

const peer = Uint8Array.from({ length: 20 }, (_, i) => i);
const wayBack = Uint8Array.from({ length: 88 }, (_, i) => 100 + i);

function write(writer: DetourRingWriter, octets: readonly number[], listener = 3): boolean {
  const memory = Uint8Array.from([9, 9, ...octets]);
  return writer.write(memory, 2, octets.length, listener, peer, wayBack);
}

test('a query comes out as it went in, and belongs to who took it', () => {
  const memory = allocateDetourRing(4);
  expect(write(new DetourRingWriter(memory), [1, 2, 3])).toBe(true);
  const reader = new DetourRingReader(memory);
  expect(reader.isEmpty).toBe(false);
  const record = reader.take();
  expect(record).toEqual({ octets: Uint8Array.of(1, 2, 3), listener: 3, peer, wayBack });
  expect(record?.octets.buffer).not.toBe(memory);
  expect(reader.isEmpty).toBe(true);
  expect(reader.take()).toBeUndefined();
});

test('a full ring takes no more until it is read, nor a query that is too long at any time', () => {
  const memory = allocateDetourRing(2);
  const writer = new DetourRingWriter(memory);
  const reader = new DetourRingReader(memory);
  expect([1, 2, 3].map((n) => write(writer, [n]))).toEqual([true, true, false]);
  expect(reader.take()?.octets).toEqual(Uint8Array.of(1));
  expect(write(writer, [4])).toBe(true);
  expect([reader.take(), reader.take()].map((record) => record?.octets[0])).toEqual([2, 4]);
  expect(write(writer, new Array<number>(1232).fill(7))).toBe(true);
  expect(write(writer, new Array<number>(1233).fill(7))).toBe(false);
});

test('goes round many times and over the edge of 32 bits, and successors go on', () => {
  const memory = allocateDetourRing(4);
  const counts = new Int32Array(memory);
  counts[0] = 0x7ffffffe;
  counts[16] = 0x7ffffffe;
  for (let n = 0; n < 20; n++) {
    expect(write(new DetourRingWriter(memory), [n])).toBe(true);
    expect(new DetourRingReader(memory).take()?.octets).toEqual(Uint8Array.of(n));
  }
});

test('sizes other than powers of two are refused', () => {
  expect(() => allocateDetourRing(12)).toThrow('12 is no power of two');
});

test('who sleeps is woken from another thread, once for all that came', async () => {
  const bell = new Bell();
  // Rings when told to. Inline: a file would be published.
  const worker = new Worker(
    `
    import { parentPort, workerData } from 'node:worker_threads';
    const word = new Int32Array(workerData);
    parentPort.on('message', () => {
      const was = Atomics.exchange(word, 0, 0);
      if (was === 1) Atomics.notify(word, 0);
      parentPort.postMessage(was);
    });`,
    { eval: true, workerData: bell.memory },
  );
  try {
    for (let i = 0; i < 3; i++) {
      const slept = bell.sleep(() => false);
      const rung = once(worker, 'message');
      worker.postMessage('ring');
      await slept;
      expect((await rung)[0]).toBe(1);
    }
  } finally {
    await worker.terminate();
  }
});

test('a ring that comes too early is not lost', async () => {
  const bell = new Bell();
  await bell.sleep(() => true);
  let isWoken = false;
  const slept = bell
    .sleep(() => false)
    .then(() => {
      isWoken = true;
    });
  await new Promise(setImmediate);
  expect(isWoken).toBe(false);
  bell.ring();
  bell.ring();
  await slept;
  // Between saying so and sleeping: the word is no longer what is waited for.
  await bell.sleep(() => {
    bell.ring();
    return false;
  });
});
