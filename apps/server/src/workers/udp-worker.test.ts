import { createSocket } from 'node:dgram';
import { fileURLToPath } from 'node:url';
import { MessageChannel } from 'node:worker_threads';
import { batchedSupport, probeAddress } from '@seamark/udp';
import { type Sink, Watcher } from '@seamark/watcher';
import { Piscina } from 'piscina';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Counters } from '../telemetry/counters.ts';
import { allocateQueryLog } from '../telemetry/query-log.ts';
import { CookieKeeper } from './cookie-memory.ts';
import { createOrders, ORDER } from './orders.ts';
import type { UdpTask } from './tasks.ts';

/** `example.com A`, as dig asks without EDNS. */
const QUERY = Buffer.from('002a01000001000000000000076578616d706c6503636f6d0000010001', 'hex');

const gateway = {
  resources: ['Ingress'],
  ttl: 60,
  nameServers: [{ name: 'ns1', addresses: [] }],
} as const;
const silent = () => {};

test.runIf(batchedSupport().ok)('a view that nobody asks holds no retired memory', async () => {
  const sinks: Sink[] = [];
  const watcher = new Watcher({
    readers: 1,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    views: [0, 1].map((source) => ({
      gateways: [{ ...gateway, zones: ['example.com'], sources: [source] }],
    })),
    sources: ['busy', 'quiet'].map((label) => ({
      label,
      kinds: ['Ingress'],
      source: { start: async (sink) => void sinks.push(sink), read: () => {}, keep: () => {} },
    })),
  });
  await watcher.run(new AbortController().signal);

  const listeners = [0, 1].map(async (view) => {
    const bound = await probeAddress({ address: '127.0.0.1', port: 0 });
    return { ...bound, number: view, view, log: false };
  });
  const { port1: port, port2 } = new MessageChannel();
  const orders = createOrders();
  const cookies = new CookieKeeper();
  const task: UdpTask = {
    backend: 'batched',
    slot: 0,
    listeners: await Promise.all(listeners),
    views: watcher.handles.map((snapshot, number) => ({ number, snapshot })),
    orders,
    port: port2,
    counters: new Counters().memory,
    queryLog: allocateQueryLog(),
    cookies: cookies.memory,
  };
  const filename = fileURLToPath(new URL('./udp-worker.ts', import.meta.url));
  const execArgv = ['--conditions=seamark-source'];
  const pool = new Piscina({ filename, execArgv, maxThreads: 1, atomics: 'disabled' });
  const ended = pool.run(task, { transferList: [port2] as never });

  // A query a millisecond: the worker's receive timeout of 100 ms never passes.
  const client = createSocket('udp4');
  const asking = setInterval(() => client.send(QUERY, task.listeners[0]?.port, '127.0.0.1'), 1);
  onTestFinished(async () => {
    clearInterval(asking);
    client.close();
    cookies.stop();
    Atomics.store(new Int32Array(orders), ORDER.STOP, 1);
    await ended;
    port.close();
    await pool.destroy();
  });
  await new Promise((resolve) => client.once('message', resolve));

  let octet = 0;
  const publish = (): number => {
    octet += 1;
    const [, quiet] = sinks;
    quiet?.beginList('Ingress');
    quiet?.upsert('Ingress', 'default/a', {
      spec: { rules: [{ host: 'a.example.com' }] },
      status: { loadBalancer: { ingress: [{ ip: `2001:db8::${octet.toString(16)}` }] } },
    });
    quiet?.endList('Ingress');
    quiet?.flush();
    return watcher.status().views[1]?.bytes ?? 0;
  };
  // What a publication replaces is used again by a later one, as soon as the worker has let go of it.
  let before = 0;
  await vi.waitFor(() => {
    const after = publish();
    const grew = after - before;
    before = after;
    expect(grew).toBeLessThanOrEqual(0);
  });
});
