// A zone with everything a zone has, as the watcher writes it, and a reader of it.

import { type SnapshotHandle, SnapshotReader } from '@seamark/snapshot';
import { type Sink, Watcher } from '@seamark/watcher';

const silent = (): void => {};

/** `hosts` hosts of one address, and of each other kind a name: the questions of `QUESTIONS` ask for them. */
export async function zoneHandle(hosts: number): Promise<SnapshotHandle> {
  const sinks: Sink[] = [];
  const gateway = {
    resources: ['Ingress', 'Service'],
    ttl: 60,
    nameServers: [{ name: 'ns1.kube-system', addresses: [] }],
  } as const;
  const watcher = new Watcher({
    readers: 1,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    views: [{ gateways: [{ ...gateway, zones: ['example.com'], sources: [0] }] }],
    sources: [
      {
        label: 'bench',
        kinds: ['Ingress', 'Service'],
        source: { start: async (sink) => void sinks.push(sink), read: () => {}, keep: () => {} },
      },
    ],
  });
  await watcher.run(new AbortController().signal);
  const [sink] = sinks;
  const [handle] = watcher.handles;
  if (sink === undefined || handle === undefined) throw new Error('the watcher did not start');
  const add = (name: string, addresses: number): void =>
    sink.upsert('Ingress', `bench/${name}`, {
      metadata: { name, namespace: 'default' },
      spec: { rules: [{ host: name }] },
      status: {
        loadBalancer: {
          ingress: Array.from({ length: addresses }, (_, i) => ({ ip: `198.51.100.${i + 1}` })),
        },
      },
    });
  sink.beginList('Ingress');
  for (let i = 0; i < hosts; i++) add(`app-${i}.team-${i % 97}.example.com`, 1);
  add('multi.example.com', 8);
  add('*.apps.example.com', 1);
  sink.endList('Ingress');
  sink.beginList('Service');
  sink.upsert('Service', 'kube-system/ns1', {
    spec: { type: 'LoadBalancer' },
    status: { loadBalancer: { ingress: [{ ip: '192.0.2.53' }] } },
  });
  sink.endList('Service');
  sink.flush();
  return handle;
}

export async function zoneReader(hosts: number): Promise<SnapshotReader> {
  const reader = new SnapshotReader(await zoneHandle(hosts), 0);
  reader.join();
  return reader;
}
