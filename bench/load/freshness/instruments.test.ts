// The instruments of the freshness runs: a stand-in for an API server that changes, and the client that sees it.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import { missingCompiler } from '../../../test/support/compile.ts';
import { createDataset } from '../names.ts';
import { StreamedCluster } from '../streamed-cluster.ts';
import { distributionOf, freshAddress } from './freshness.ts';
import { compileProbe, nowNs, Probe } from './probe.ts';

const INGRESSES = '/apis/networking.k8s.io/v1/ingresses?watch=1';
const noCompiler = await missingCompiler();

interface Event {
  readonly type: string;
  readonly object: {
    readonly metadata: { readonly resourceVersion: string };
    readonly spec: { readonly rules: readonly { readonly host: string }[] };
    readonly status: { readonly loadBalancer: { readonly ingress: readonly { ip: string }[] } };
  };
}

async function* watch(cluster: StreamedCluster, query: string): AsyncGenerator<Event> {
  const { clusters } = JSON.parse(cluster.kubeconfig);
  const [response] = await once(
    get(`${clusters[0].cluster.server}${INGRESSES}${query}`),
    'response',
  );
  try {
    for await (const line of createInterface(response)) yield JSON.parse(line) as Event;
  } finally {
    response.destroy();
  }
}

describe('a streamed cluster', () => {
  test('tells a change to whoever watches, and to whoever comes later', async () => {
    const data = createDataset(10);
    await using cluster = await StreamedCluster.start(data);
    const first = watch(cluster, '&sendInitialEvents=true');
    let version = '';
    for await (const { type, object } of first) {
      version = object.metadata.resourceVersion;
      if (type === 'BOOKMARK') break;
      expect(type).toBe('ADDED');
    }
    cluster.change(7, freshAddress(0));
    cluster.change(3, freshAddress(1));
    const second = watch(cluster, `&resourceVersion=${version}`);
    for (const [index, address] of [
      [7, '198.18.0.0'],
      [3, '198.18.0.1'],
    ] as const) {
      const { value } = await second.next();
      expect(value?.type).toBe('MODIFIED');
      expect(value?.object.spec.rules[0]?.host).toBe(data.hosts[index]?.name);
      expect(value?.object.status.loadBalancer.ingress).toEqual([{ ip: address }]);
    }
    const heard = second.next();
    cluster.change(0, freshAddress(2));
    expect((await heard).value?.object.spec.rules[0]?.host).toBe(data.hosts[0]?.name);
    await second.return(undefined);
  });
});

describe.skipIf(noCompiler !== undefined)('the probe', () => {
  test('asks until the answer has the address, and knows when it gives up', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'seamark-probe-'));
    const server = createSocket('udp4').bind(0, '127.0.0.1');
    try {
      await once(server, 'listening');
      let asked = 0;
      server.on('message', (query, { port }) => {
        asked += 1;
        // Owner a pointer to QNAME, A, IN, TTL 60, and 192.0.2.1 for two replies before it is 192.0.2.2.
        const record = Buffer.from([
          192,
          12,
          0,
          1,
          0,
          1,
          0,
          0,
          0,
          60,
          0,
          4,
          192,
          0,
          2,
          asked > 2 ? 2 : 1,
        ]);
        const reply = Buffer.concat([query, record]);
        reply[2] = 0x84;
        reply[7] = 1;
        server.send(reply, port, '127.0.0.1');
      });
      const program = join(folder, 'probe');
      await compileProbe(program);
      await using probe = Probe.start(program, server.address().port, 0);
      const wanted = {
        name: 'a.example.com',
        address: '192.0.2.2',
        patienceMs: 60_000,
        pauseMs: 0,
      };
      const before = nowNs();
      const seen = await (await probe.ask(wanted)).sighting;
      expect(seen?.queries).toBe(3);
      expect(seen?.askedNs).toBeGreaterThan(before);
      expect(seen?.seenNs).toBeGreaterThan(seen?.askedNs ?? 0);
      expect(nowNs()).toBeGreaterThan(seen?.seenNs ?? Number.POSITIVE_INFINITY);
      const other = { ...wanted, address: '192.0.2.3', patienceMs: 20 };
      expect(await (await probe.ask(other)).sighting).toBeUndefined();
    } finally {
      server.close();
      await rm(folder, { recursive: true });
    }
  });
});

test('what was seen before its confirmation took no time, and is told apart', () => {
  const seen = { count: 4, p50: 3, p99: 10, max: 10, early: 0.25 };
  expect(distributionOf([-5, 3, 10, 4])).toEqual(seen);
});
