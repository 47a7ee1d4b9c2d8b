// CPU time of an echo server per datagram, both backends and what was weighed against the defaults.
//
//   node --conditions=seamark-source bench/micro/udp/echo.ts [datagrams, default 200000]
//
// A worker echoes bursts from this thread. The client is the slower side, so batches stay small and throughput
// says nothing; the worker's CPU time (process.threadCpuUsage, user and system) is what a shared machine
// disturbs least. Variants are interleaved over three rounds, the smallest figure of each is shown.
//
// 2 cores, Node 26.10, 3 x 40,000 datagrams not warmed up, load average 0.1 before, us per datagram (mean batch):
//   batched 4.2 (4), wildcard 4.8 (6), batch of 1 6.4 (1), 16 4.6 (5), 32 4.1 (7), 128 4.3 (8), 256 4.4 (7),
//   two sockets 4.8 (9), one in flight 10.9 (1); dgram 12.8, one in flight 17.4
// Loopback charges the sender for the receiver's share of the kernel's work; compare rows, not machines.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { getHeapStatistics } from 'node:v8';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type Handler, openBatched, openDgram, type UdpOptions } from '@seamark/udp';

/** Datagrams before measuring starts. */
const WARM_UP = 5000;

interface Variant {
  readonly name: string;
  readonly backend: 'batched' | 'dgram';
  readonly options?: Partial<UdpOptions>;
  /** Datagrams in flight: how full a batch can get. */
  readonly window?: number;
}

const variants: readonly Variant[] = [
  { name: 'batched, 64 x 4096 (default)', backend: 'batched' },
  { name: 'batched, wildcard (PKTINFO)', backend: 'batched', options: { addresses: any('::') } },
  { name: 'batched, batch 1', backend: 'batched', options: { batch: 1 } },
  { name: 'batched, batch 16', backend: 'batched', options: { batch: 16 } },
  { name: 'batched, batch 32', backend: 'batched', options: { batch: 32 } },
  { name: 'batched, batch 128', backend: 'batched', options: { batch: 128 } },
  { name: 'batched, batch 256', backend: 'batched', options: { batch: 256 } },
  { name: 'batched, slots of 1024', backend: 'batched', options: { slotSize: 1024 } },
  { name: 'batched, slots of 65535', backend: 'batched', options: { slotSize: 65535 } },
  { name: 'batched, two sockets (poll)', backend: 'batched', options: { addresses: twice() } },
  { name: 'batched, one in flight', backend: 'batched', window: 1 },
  { name: 'dgram', backend: 'dgram' },
  { name: 'dgram, one in flight', backend: 'dgram', window: 1 },
];

interface Result {
  readonly cpuMicroseconds: number;
  readonly received: number;
  readonly batches: number;
  readonly allocated: number;
}

function any(address: string): UdpOptions['addresses'] {
  return [{ address, port: 0 }];
}

function twice(): UdpOptions['addresses'] {
  return [...any('127.0.0.1'), ...any('127.0.0.1')];
}

const echo: Handler = (memory, _view, offset, length) => {
  // The least a DNS server does: read the header, set QR.
  memory[offset + 2] = (memory[offset + 2] ?? 0) | 0x80;
  return length;
};

async function client(variant: Variant, datagrams: number): Promise<Result> {
  const stop = new SharedArrayBuffer(4);
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { variant, stop } });
  const [port] = (await once(worker, 'message')) as [number];
  const window = variant.window ?? 256;
  // Several sources, as a server has; connected, so that a send costs this side little.
  const sockets = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const socket = createSocket({ type: 'udp4', recvBufferSize: 2 ** 21 });
      socket.connect(port, '127.0.0.1');
      await once(socket, 'connect');
      return socket;
    }),
  );
  const question = Buffer.alloc(45);
  let sent = 0;
  let answered = 0;
  await new Promise<void>((resolve) => {
    const burst = (): void => {
      for (let i = 0; i < window; i++) sockets[sent++ % sockets.length]?.send(question);
    };
    const onAnswer = (): void => {
      answered++;
      if (answered === sent) answered < datagrams ? burst() : resolve();
    };
    for (const socket of sockets) socket.on('message', onAnswer);
    burst();
  });
  const result = once(worker, 'message');
  Atomics.store(new Int32Array(stop), 0, 1);
  worker.postMessage('stop');
  for (const socket of sockets) socket.close();
  return (await result)[0] as Result;
}

async function server(variant: Variant, stop: Int32Array): Promise<void> {
  const options: UdpOptions = {
    addresses: any('127.0.0.1'),
    receiveBufferBytes: 2 ** 21,
    receiveTimeoutMs: 100,
    ...variant.options,
  };
  const report = (
    start: NodeJS.CpuUsage,
    heap: number,
    counters: Omit<Result, 'allocated' | 'cpuMicroseconds'>,
  ): void => {
    const { user, system } = process.threadCpuUsage(start);
    const { received, batches } = counters;
    const allocated = getHeapStatistics().total_allocated_bytes - heap;
    parentPort?.postMessage({ cpuMicroseconds: user + system, received, batches, allocated });
  };
  if (variant.backend === 'dgram') {
    const set = await openDgram(options, echo);
    parentPort?.postMessage(set.addresses[0]?.port);
    const start = process.threadCpuUsage();
    const heap = getHeapStatistics().total_allocated_bytes;
    await once(parentPort as NonNullable<typeof parentPort>, 'message');
    report(start, heap, set.counters);
    await set.close();
    return;
  }
  const set = openBatched(options);
  parentPort?.postMessage(set.addresses[0]?.port);
  // Warm first: compiling takes time and memory that a server spends once.
  while (set.counters.received < WARM_UP) set.serveBatch(echo);
  const { received, batches } = set.counters;
  const start = process.threadCpuUsage();
  const heap = getHeapStatistics().total_allocated_bytes;
  while (Atomics.load(stop, 0) === 0) set.serveBatch(echo);
  const { counters } = set;
  report(start, heap, {
    received: counters.received - received,
    batches: counters.batches - batches,
  });
  set.close();
}

async function main(): Promise<void> {
  const datagrams = Number(process.argv[2] ?? 200_000);
  const only = process.argv[3] ?? '';
  const chosen = variants.filter(({ name }) => name.includes(only));
  const best = new Map<Variant, Result>();
  const cost = ({ cpuMicroseconds, received }: Result): number => cpuMicroseconds / received;
  for (let round = 0; round < 3; round++) {
    for (const variant of chosen) {
      const result = await client(variant, variant.window === 1 ? datagrams / 4 : datagrams);
      const known = best.get(variant);
      if (known === undefined || cost(result) < cost(known)) best.set(variant, result);
    }
  }
  const lines = [...best].map(([{ name }, result]) => ({
    variant: name,
    'CPU us/datagram': cost(result).toFixed(2),
    'mean batch': (result.received / result.batches).toFixed(1),
    'octets allocated/datagram': (result.allocated / result.received).toFixed(2),
  }));
  for (const line of lines) process.stdout.write(`${Object.values(line).join(' | ')}\n`);
}

if (isMainThread) await main();
else await server(workerData.variant, new Int32Array(workerData.stop));
