// What only the batched backend has: blocking, terminate, no allocation.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
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

/** In a round. */
const BATCHES = 500;
/** A round in which V8 compiled something says nothing; one after another is clean as soon as it has. */
const ROUNDS = 200;
/** What the measuring makes; one number a batch would be 8,000. */
const OWN_OCTETS = 500;

/**
 * Runs in a worker, where memory has addresses that don't fit 31 bits: says its port, serves, and says by how
 * many octets its heap has grown in each round until one is clean; NaN where something was collected.
 * `used_heap_size` is exact, unlike `total_allocated_bytes`, which counts allocation buffers of 77 KB.
 */
const serveAndMeasure = `
  const { GCProfiler, getHeapStatistics } = require('node:v8');
  const { parentPort, workerData } = require('node:worker_threads');
  const used = () => getHeapStatistics().used_heap_size;
  import(workerData.module).then(({ openBatched }) => {
    const set = openBatched({ addresses: [{ address: '::', port: 0 }] });
    parentPort.postMessage(set.addresses[0].port);
    const handler = (memory, view, offset, length) => (set.peer()[0] > 0 ? length : 0);
    const serve = () => {
      const last = set.counters.batches + workerData.batches;
      // A lost datagram leaves the client one fewer in flight; with all lost the waits run out.
      for (let waits = 0; set.counters.batches < last; ) {
        if (set.serveBatch(handler) === 0 && waits++ > 100) throw new Error('nobody asks');
      }
    };
    const rounds = [];
    while (rounds.length < workerData.rounds && !(rounds.at(-1) <= workerData.most)) {
      const collections = new GCProfiler();
      collections.start();
      const before = used();
      const own = used() - before;
      serve();
      const grown = used() - before - 2 * own;
      rounds.push(collections.stop().statistics.length > 0 ? NaN : grown);
    }
    parentPort.postMessage(rounds);
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

  test('allocates nothing', async () => {
    const module = new URL('../index.ts', import.meta.url).href;
    const server = new Worker(serveAndMeasure, {
      eval: true,
      workerData: { module, batches: BATCHES, rounds: ROUNDS, most: OWN_OCTETS },
      execArgv: ['--conditions=seamark-source'],
    });
    const [port] = await once(server, 'message');
    const client = new Worker(askForever, { eval: true, workerData: port });
    const [rounds] = await once(server, 'message');
    const octets = `octets in rounds of ${BATCHES} batches: ${rounds}`;
    expect(rounds.at(-1), octets).toBeLessThanOrEqual(OWN_OCTETS);
    await Promise.all([client.terminate(), server.terminate()]);
  });
});

async function connected(address: Address | undefined): Promise<ReturnType<typeof createSocket>> {
  const client = createSocket(address?.address.includes(':') ? 'udp6' : 'udp4');
  const target = address?.address === '0.0.0.0' ? '127.0.0.1' : address?.address;
  client.connect(address?.port ?? 0, target);
  await once(client, 'connect');
  return client;
}
