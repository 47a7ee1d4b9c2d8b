// 10,000 publications: what was retired is used again, as long as no reader holds it.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { leave, SnapshotReader } from '@seamark/snapshot';
import { type Sink, type Source, Watcher } from '@seamark/watcher';
import { expect, test } from 'vitest';

const PUBLICATIONS = 10_000;
const OBJECTS = 500;
const READERS = 3;
/** The slot of a reader whose thread dies. */
const LOST = 2;

/** A source whose objects change when the test says so. */
class SyntheticSource implements Source {
  #sink: Sink | undefined;

  async start(sink: Sink, signal: AbortSignal): Promise<void> {
    this.#sink = sink;
    sink.beginList('Ingress');
    for (let i = 0; i < OBJECTS; i++) sink.upsert('Ingress', keyOf(i), object(i, 0));
    sink.endList('Ingress');
    sink.flush();
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
  }

  read(): void {}

  keep(): void {}

  /** The nth change: an address that moves, an object that goes, or one that returns. */
  change(n: number): void {
    const sink = this.#sink;
    if (sink === undefined) throw new Error('not started');
    const i = n % OBJECTS;
    if (n % 7 === 0) sink.remove('Ingress', keyOf(i));
    else sink.upsert('Ingress', keyOf(i), object(i, n));
    sink.flush();
  }
}

test('memory stays bounded over 10,000 publications, and one that left holds nothing', async () => {
  const source = new SyntheticSource();
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const watcher = new Watcher({
    sources: [{ label: 'synthetic', kinds: ['Ingress'], source }],
    views: [{ gateways: [GATEWAY] }],
    readers: READERS,
    log: silent,
  });
  const stop = new AbortController();
  const running = watcher.run(stop.signal);
  const [handle] = watcher.handles;
  if (handle === undefined) throw new Error('no view');
  const [first, second, lost] = [0, 1, LOST].map((slot) => new SnapshotReader(handle, slot)) as [
    SnapshotReader,
    SnapshotReader,
    SnapshotReader,
  ];
  const bytes = () => watcher.status().views[0]?.bytes ?? 0;
  const generation = () => watcher.status().views[0]?.generation ?? 0;
  const publish = async (from: number, to: number) => {
    for (let n = from; n < to; n++) {
      source.change(n);
      // One keeps up, the other lags.
      first.refresh();
      if (n % 50 === 0) second.refresh();
      if (n % 50 === 0) await nextTurn();
    }
  };
  for (const reader of [first, second, lost]) reader.refresh();
  await publish(1, 200);
  const whileLost = bytes();
  // Its thread has died: the supervisor frees its slot, and with it all that it held.
  leave(new Int32Array(handle.control), LOST);
  await publish(200, 1_000);
  const bound = 2 * bytes();
  expect(whileLost, 'what a lost reader holds is kept').toBeGreaterThan(bound);
  const began = generation();
  let most = 0;
  for (let n = 1_000; n < 1_000 + PUBLICATIONS; n += 500) {
    await publish(n, n + 500);
    most = Math.max(most, bytes());
  }
  expect(generation() - began).toBeGreaterThanOrEqual(PUBLICATIONS);
  expect(most).toBeLessThan(bound);
  expect(most).toBeLessThan(4 << 20);
  stop.abort();
  await running;
});

const GATEWAY = {
  sources: [0],
  zones: ['example.com.'],
  resources: ['Ingress'],
  ttl: 60,
  nameServers: [{ name: 'dns1.kube-system', addresses: [] }],
} as const;

const keyOf = (i: number): string => `web/${i}`;

const object = (i: number, n: number): Record<string, unknown> => {
  const addresses = [`192.0.2.${n % 256}`, `2001:db8::${(n % 0xffff).toString(16)}`];
  return {
    spec: { rules: [{ host: `host${i}.example.com` }] },
    status: { loadBalancer: { ingress: addresses.map((ip) => ({ ip })) } },
  };
};
