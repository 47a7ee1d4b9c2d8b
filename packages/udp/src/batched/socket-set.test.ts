// What only the batched backend has: blocking, terminate, no allocation.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { getHeapStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { type Address, batchedSupport, openBatched, probeAddress, UdpError } from '../index.ts';

const loopback: readonly Address[] = [{ address: '127.0.0.1', port: 0 }];

/** Runs in a worker: opens the addresses it is given, says so, and blocks for good. */
const serveForever = `
  const { parentPort, workerData } = require('node:worker_threads');
  import(workerData.module).then(({ openBatched }) => {
    const set = openBatched(workerData.options);
    parentPort.postMessage(set.addresses);
    for (;;) set.serveBatch((memory, view, offset, length) => length);
  });
`;

/** Runs in a worker: keeps 64 datagrams in flight. */
const askForever = `
  const { workerData } = require('node:worker_threads');
  const socket = require('node:dgram').createSocket('udp6');
  socket.on('message', (message) => socket.send(message));
  socket.connect(workerData, '::1', () => {
    for (let i = 0; i < 64; i++) socket.send(Buffer.alloc(64));
  });
`;

describe.skipIf(!batchedSupport().ok)('openBatched', () => {
  test.each([
    ['one socket', loopback],
    ['several sockets', [...loopback, ...loopback]],
  ])('ends with its worker, sockets and all: %s', async (_title, addresses) => {
    const module = new URL('../index.ts', import.meta.url).href;
    const options = { addresses, receiveTimeoutMs: 100 };
    const worker = new Worker(serveForever, {
      eval: true,
      workerData: { module, options },
      execArgv: ['--conditions=seamark-source'],
    });
    const [bound] = (await once(worker, 'message')) as [Address[]];
    const first = bound[0] as Address;

    const client = createSocket('udp4');
    client.connect(first.port, first.address);
    await once(client, 'connect');
    const reply = once(client, 'message');
    client.send('hello');
    expect(String((await reply)[0])).toBe('hello');
    client.close();

    await expect(probeAddress(first)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    // Termination waits for the system call, at most the receive timeout; the test's own timeout bounds it.
    await worker.terminate();
    for (const address of bound) expect(await probeAddress(address)).toEqual(address);
  });

  test('returns 0 when nothing comes, and fails once closed', () => {
    const set = openBatched({ addresses: loopback, receiveTimeoutMs: 1 });
    expect(set.serveBatch(() => 0)).toBe(0);
    set.close();
    set.close();
    expect(() => set.serveBatch(() => 0)).toThrow(UdpError);
  });

  test.each([[-1], [4097], [1.5], [Number.NaN]])(
    'throws for a reply of %d octets and goes on with the next batch',
    async (length) => {
      const set = openBatched({ addresses: [{ address: '0.0.0.0', port: 0 }] });
      const client = await connected(set.addresses[0]);
      client.send('x');
      expect(() => set.serveBatch(() => length)).toThrow(RangeError);
      const reply = once(client, 'message');
      client.send('y');
      expect(set.serveBatch((_memory, _view, _offset, octets) => octets)).toBe(1);
      expect(String((await reply)[0])).toBe('y');
      client.close();
      set.close();
    },
  );

  test('may be closed by its handler', async () => {
    const set = openBatched({ addresses: loopback });
    const client = await connected(set.addresses[0]);
    client.send('x');
    const served = set.serveBatch(() => {
      set.close();
      return 1;
    });
    expect(served).toBe(1);
    expect(set.counters.sent).toBe(0);
    client.close();
  });

  test('allocates next to nothing', async () => {
    const set = openBatched({ addresses: [{ address: '::', port: 0 }] });
    const client = new Worker(askForever, { eval: true, workerData: set.addresses[0]?.port });
    await once(client, 'online');
    const handler = (_m: Uint8Array, _v: DataView, _o: number, length: number): number =>
      (set.peer()[0] ?? 0) > 0 ? length : 0;
    const serve = (datagrams: number): void => {
      const last = set.counters.received + datagrams;
      // A lost datagram leaves the client one fewer in flight; with all 64 lost the waits run out.
      for (let waits = 0; set.counters.received < last && waits < 100; ) {
        if (set.serveBatch(handler) === 0) waits++;
      }
      expect(set.counters.received).toBeGreaterThanOrEqual(last);
    };
    // Warm first: compiling allocates.
    serve(20_000);
    const before = allocated();
    serve(40_000);
    // A number or an array for each datagram would be 16 octets or more.
    expect((allocated() - before) / 40_000).toBeLessThan(16);
    await client.terminate();
    set.close();
  });
});

/** Octets allocated on this thread's heap so far. */
function allocated(): number {
  return getHeapStatistics().total_allocated_bytes;
}

async function connected(address: Address | undefined): Promise<ReturnType<typeof createSocket>> {
  const client = createSocket(address?.address.includes(':') ? 'udp6' : 'udp4');
  const target = address?.address === '0.0.0.0' ? '127.0.0.1' : address?.address;
  client.connect(address?.port ?? 0, target);
  await once(client, 'connect');
  return client;
}
