// What the server tells of itself: the query log, the endpoints, and counters right to the query.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import {
  type Endpoint,
  type QuerySpec,
  query,
  TcpClient,
  UdpClient,
} from '../support/dns/index.ts';
import { freePort } from '../support/ports.ts';
import { waitFor } from '../support/wait.ts';
import { corefile, test } from './harness/fixtures.ts';
import { metrics } from './harness/metrics.ts';

test('with `log` there is a line for each query, and without it none', async ({
  manifests,
  serve,
}) => {
  const server = await serve(`
.:{$PORT} {
  bind 127.0.0.1
  log
  k8s_gateway example.com {
    manifests ${manifests.path}
  }
}
.:${await freePort()} {
  bind 127.0.0.1
  k8s_gateway example.com {
    manifests ${manifests.path}
  }
}
`);
  const [logged, silent] = (await server.endpoints()) as [Endpoint, Endpoint];
  for (const endpoint of [silent, logged]) {
    await using udp = await UdpClient.open(endpoint);
    await udp.exchange(query('wWw.example.com. A', { id: 4711, edns: { dnssecOk: true } }));
    await udp.exchange(query('absent.example.com. AAAA', { id: 4712, flags: 'rd' }));
    await using tcp = await TcpClient.open(endpoint);
    await tcp.exchange(query('www.example.net. TXT', { id: 4713 }));
  }
  await waitFor(() => server.events('query').length >= 3, { what: 'three lines' });
  expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
  const lines = server.events('query');
  const byId = [...lines].sort((a, b) => Number(a['id']) - Number(b['id']));
  expect(byId).toMatchObject([
    { id: 4711, proto: 'udp', type: 'A', rcode: 'NOERROR', do: true, flags: 'qr,aa' },
    { id: 4712, proto: 'udp', name: 'absent.example.com.', type: 'AAAA', rcode: 'NXDOMAIN' },
    { id: 4713, proto: 'tcp', name: 'www.example.net.', type: 'TXT', rcode: 'REFUSED' },
  ]);
  expect(byId[0]?.['name']).toMatch(/^www\.example\.com\.$/i);
  expect(byId[1]?.msg).toMatch(
    /^127\.0\.0\.1:\d+ - 4712 "AAAA IN absent\.example\.com\. udp \d+ false 512" NXDOMAIN qr,aa,rd \d+ -$/,
  );
});

test('what was answered right before a stop is in the query log', async ({ manifests, serve }) => {
  const server = await serve(corefile(manifests, { also: ['log'] }));
  await using udp = await UdpClient.open(await server.endpoint());
  for (let id = 1; id <= 50; id++) await udp.exchange(query('www.example.com. A', { id }));
  expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
  expect(server.events('query')).toHaveLength(50);
});

test('`ready` is 503 before the first sync, 200 after it, 503 for the lame duck', async ({
  folder,
  manifests,
  launch,
}) => {
  const [ready, health, later] = [await freePort(), await freePort(), await freePort()];
  const also = [`ready 127.0.0.1:${ready}`, `health 127.0.0.1:${health} {`, 'lameduck 1h', '}'];
  const status = async (port: number, path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}/${path}`);
    return `${response.status} ${await response.text()}`;
  };
  // A cluster that is not there: it keeps trying, and nothing is known.
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, kubeconfigOf(later));
  const unsynced = await launch(
    corefile(manifests, { also }).replace(
      `manifests ${manifests.path}`,
      `kubeconfig ${kubeconfig}`,
    ),
  );
  await unsynced.event('serving');
  const { host, port } = await unsynced.endpoint();
  expect(await status(ready, 'ready')).toBe(`503 k8s_gateway example.com. at ${host}:${port}`);
  expect(await status(health, 'health')).toBe('200 OK');
  // Its lame duck would take an hour.
  unsynced.signal('SIGTERM');
  await unsynced.event('stopping');
  expect(await unsynced.end('SIGTERM')).toMatchObject({ code: 0 });

  const server = await launch(corefile(manifests, { also }));
  await server.ready();
  await waitFor(async () => (await status(ready, 'ready')) === '200 OK', { what: 'readiness' });
  server.signal('SIGTERM');
  await server.event('stopping');
  expect(await status(ready, 'ready')).toBe('503 Shutting down');
  expect(await status(health, 'health')).toBe('200 OK');
  expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
});

test('what is not ready goes by the directive that serves it', async ({
  folder,
  manifests,
  launch,
}) => {
  const ready = await freePort();
  // No such file yet.
  const also = [`ready 127.0.0.1:${ready}`, `file ${folder}/example.org.zone example.org`];
  const server = await launch(corefile(manifests, { also }));
  await server.event('serving');
  const { host, port } = await server.endpoint();
  const missing = `file example.org. at ${host}:${port}`;
  const said = async () => (await fetch(`http://127.0.0.1:${ready}/ready`)).text();
  await waitFor(async () => (await said()) === missing, { what: missing });
  const status = await fetch(`http://127.0.0.1:${ready}/status`);
  expect(await status.json()).toMatchObject({ ready: false, notReady: [missing] });
  const zone = '@ 60 SOA ns1 hostmaster 1 60 60 60 60\n@ 60 NS ns1.example.net.\n';
  await writeFile(join(folder, 'example.org.zone'), zone);
  await waitFor(async () => (await said()) === 'OK', { what: 'readiness' });
});

test('each server block may name endpoints of its own, and a reload may change them', async ({
  folder,
  manifests,
  launch,
}) => {
  const ports = await Promise.all(Array.from({ length: 7 }, () => freePort()));
  const [one = 0, two = 0, three = 0, four = 0, five = 0, six = 0, seven = 0] = ports;
  const dns = await freePort();
  const text = (first: readonly string[], second: readonly string[]): string =>
    corefile(manifests, { port: dns, also: first }) +
    `example.net:${dns} {\n bind 127.0.0.1\n ${second.join('\n ')}\n}\n`;
  const server = await launch(
    text(
      [`health 127.0.0.1:${one}`, `ready 127.0.0.1:${two}`, `prometheus 127.0.0.1:${three}`],
      [`health 127.0.0.1:${four}`, `ready 127.0.0.1:${five}`, `prometheus 127.0.0.1:${six}`],
    ),
  );
  await server.ready();
  const paths = ['health', 'ready', 'metrics', 'status'];
  /** The paths that are answered at a port; none where nobody listens. */
  const served = async (port: number): Promise<string> => {
    const found = await Promise.all(
      paths.map(async (path) => {
        const response = await fetch(`http://127.0.0.1:${port}/${path}`).catch(() => undefined);
        await response?.body?.cancel();
        return response?.status === 200 ? [path] : [];
      }),
    );
    return found.flat().join(' ');
  };
  const all = async () => await Promise.all(ports.map(served));
  await waitFor(async () => (await served(two)) === 'ready', { what: 'readiness' });
  expect(await all()).toEqual([
    ...['health', 'ready', 'metrics status', 'health', 'ready', 'metrics status', ''],
  ]);
  const next = text([`health 127.0.0.1:${one}`], [`ready 127.0.0.1:${seven}`]);
  await writeFile(join(folder, 'Corefile.1'), next);
  server.signal('SIGHUP');
  expect((await server.event('reloaded'))['settings']).toEqual(['health', 'ready', 'prometheus']);
  expect(await all()).toEqual(['health', '', '', '', '', '', 'ready status']);
  expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
});

interface Asked {
  readonly question: string;
  readonly times: number;
  readonly transport: 'udp' | 'tcp';
  readonly host: '127.0.0.1' | '::1';
  readonly spec?: QuerySpec;
}

const ASKED: readonly Asked[] = [
  { question: 'www.example.com. A', times: 17, transport: 'udp', host: '127.0.0.1' },
  { question: 'www.example.com. AAAA', times: 5, transport: 'udp', host: '127.0.0.1' },
  { question: 'absent.example.com. A', times: 7, transport: 'udp', host: '127.0.0.1' },
  { question: 'www.example.net. A', times: 3, transport: 'tcp', host: '127.0.0.1' },
  { question: 'example.com. SOA', times: 2, transport: 'tcp', host: '127.0.0.1' },
  { question: 'www.example.com. MX', times: 4, transport: 'udp', host: '::1' },
  { question: 'example.com. NS', times: 6, transport: 'tcp', host: '::1' },
];

test.for(['batched', 'dgram'])(
  'counters say what was asked, with UDP by %s',
  async (backend, { manifests, serve, skip }) => {
    const prometheus = await freePort();
    const also = [`prometheus 127.0.0.1:${prometheus}`];
    const server = await serve(corefile(manifests, { bind: '', also }), ['--udp', backend]);
    const v6 = await UdpClient.open(await server.endpoint('::1')).catch(() => undefined);
    if (v6 === undefined) skip('no IPv6 here');
    await v6?.[Symbol.asyncDispose]();
    for (const { question, times, transport, host } of ASKED) {
      const endpoint = await server.endpoint(host);
      await using client =
        transport === 'udp' ? await UdpClient.open(endpoint) : await TcpClient.open(endpoint);
      for (let i = 0; i < times; i++) await client.exchange(query(question));
    }
    {
      await using client = await UdpClient.open(await server.endpoint());
      // Both get no reply; the third is no question that we know the type of.
      client.send(query('www.example.com. A', { flags: 'qr' }));
      client.send(Buffer.from('short'));
      await client.exchange(query('www.example.com. TYPE65280', { opcode: 2 }));
    }
    const values = await metrics(prometheus);
    const requests = (proto: string, family: string, type: string) =>
      values.get(
        `coredns_dns_requests_total{server="",zone="",view="",proto="${proto}",family="${family}",type="${type}"}`,
      );
    const responses = (rcode: string) =>
      values.get(
        `coredns_dns_responses_total{server="",zone="",view="",rcode="${rcode}",plugin=""}`,
      );
    expect({
      udp4: [
        requests('udp', '1', 'A'),
        requests('udp', '1', 'AAAA'),
        requests('udp', '1', 'other'),
      ],
      udp6: [requests('udp', '2', 'A'), requests('udp', '2', 'other')],
      tcp4: [requests('tcp', '1', 'A'), requests('tcp', '1', 'SOA')],
      tcp6: [requests('tcp', '2', 'NS')],
      dropped: values.get('seamark_queries_dropped_total'),
    }).toEqual({ udp4: [24, 5, 1], udp6: [0, 4], tcp4: [3, 2], tcp6: [6], dropped: 2 });
    expect({
      NOERROR: responses('NOERROR'),
      NXDOMAIN: responses('NXDOMAIN'),
      REFUSED: responses('REFUSED'),
      NOTIMP: responses('NOTIMP'),
      restarts: values.get('seamark_worker_restarts_total'),
    }).toEqual({ NOERROR: 17 + 5 + 2 + 4 + 6, NXDOMAIN: 7, REFUSED: 3, NOTIMP: 1, restarts: 0 });
    await waitFor(async () => (await metrics(prometheus)).get('seamark_tcp_accepted_total') === 3, {
      what: 'three connections',
    });
  },
);

const kubeconfigOf = (port: number): string => `
apiVersion: v1
kind: Config
current-context: c
clusters: [{ name: c, cluster: { server: 'https://127.0.0.1:${port}' } }]
users: [{ name: c, user: { token: token } }]
contexts: [{ name: c, context: { cluster: c, user: c } }]
`;
