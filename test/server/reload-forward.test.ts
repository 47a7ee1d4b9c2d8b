// The Corefile is read again, and names are forwarded otherwise than before.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import {
  type Endpoint,
  parseMessage,
  presentRdata,
  query,
  rcodeName,
  TcpClient,
  UdpClient,
} from '../support/dns/index.ts';
import { freePort } from '../support/ports.ts';
import { waitFor } from '../support/wait.ts';
import type { Command } from './harness/command.ts';
import { corefile, test } from './harness/fixtures.ts';
import { metrics } from './harness/metrics.ts';
import { address, Upstream } from './harness/upstream.ts';

const reload = async (server: Command, folder: string, text: string, nth: number) => {
  await writeFile(join(folder, 'Corefile.1'), text);
  server.signal('SIGHUP');
  return await server.event('reloaded', nth);
};

const QUESTION = query('www.example.net. A', { flags: 'rd', edns: {} });

const inShort = (octets: Uint8Array): string => {
  const { rcode, answer } = parseMessage(Buffer.from(octets));
  const texts = answer.map(({ rdata }) => presentRdata(rdata));
  return texts.length > 0 ? texts.join(' ') : rcodeName(rcode);
};

/** What is answered over UDP and over TCP. */
const ask = async (endpoint: Endpoint): Promise<readonly string[]> => {
  await using udp = await UdpClient.open(endpoint);
  await using tcp = await TcpClient.open(endpoint);
  return [inShort(await udp.exchange(QUESTION)), inShort(await tcp.exchange(QUESTION))];
};

test('what a worker had taken that goes is answered by another one', async ({
  folder,
  manifests,
  serve,
}) => {
  let isHeld = false;
  const held: (() => void)[] = [];
  const says = address('203.0.113.1');
  await using upstream = await Upstream.open((asked) => {
    if (!isHeld) return says(asked);
    held.push(() => asked.send(says(asked)));
    return undefined;
  });
  const port = await freePort();
  const lines = [`forward . ${upstream.name} {\n    read_timeout 30s\n    max_fails 0\n  }`];
  const text = (workers: number): string =>
    corefile(manifests, { port, also: [`workers ${workers}`, ...lines] });
  const server = await serve(text(3), ['--udp', 'batched']);
  const endpoint = await server.endpoint();
  await using clients = new AsyncDisposableStack();
  // That a worker is asked by none of them has a chance of one in three million.
  const all = await Promise.all(
    Array.from({ length: 40 }, async () => clients.use(await UdpClient.open(endpoint))),
  );
  const askAll = () => all.map((client) => client.exchange(QUESTION, 50_000));
  await Promise.all(askAll());
  isHeld = true;
  const replies = askAll();
  await waitFor(() => held.length === all.length, { what: 'all questions' });
  await reload(server, folder, text(1), 1);
  for (const answer of held) answer();
  // On a machine that takes five seconds for this it is SERVFAIL, which has to arrive as well.
  for (const reply of replies) expect(['203.0.113.1', 'SERVFAIL']).toContain(inShort(await reply));
});

describe.for(['batched', 'dgram'] as const)('%s', (backend) => {
  test('a `forward` comes, asks others, and goes', async ({ folder, manifests, serve }) => {
    await using one = await Upstream.open(address('203.0.113.1'));
    await using two = await Upstream.open(address('203.0.113.2'));
    const [port, other, prometheus] = [await freePort(), await freePort(), await freePort()];
    const text = (...lines: string[]): string =>
      corefile(manifests, { port, also: [`prometheus 127.0.0.1:${prometheus}`, ...lines] });
    const server = await serve(text(), ['--udp', backend]);
    const endpoint = await server.endpoint();
    expect(await ask(endpoint)).toEqual(['REFUSED', 'REFUSED']);
    await reload(server, folder, text(`forward . ${one.name}`), 1);
    expect(await ask(endpoint)).toEqual(['203.0.113.1', '203.0.113.1']);
    await reload(server, folder, text(`forward . ${two.name}`), 2);
    expect(await ask(endpoint)).toEqual(['203.0.113.2', '203.0.113.2']);
    // Behind a listener that is new, and with workers that are.
    const more = `.:${other} {\n bind 127.0.0.1\n forward . ${one.name}\n}\n`;
    await reload(server, folder, text('workers 3', `forward . ${two.name}`) + more, 3);
    for (let i = 0; i < 8; i++) {
      expect(await ask(endpoint)).toEqual(['203.0.113.2', '203.0.113.2']);
      expect(await ask({ ...endpoint, port: other })).toEqual(['203.0.113.1', '203.0.113.1']);
    }
    await reload(server, folder, text('workers 3'), 4);
    expect(await ask(endpoint)).toEqual(['REFUSED', 'REFUSED']);
    expect(server.events('worker-died')).toEqual([]);
    // Those that ask no more have asked.
    const counted = async (to: Upstream) =>
      (await metrics(prometheus)).get(`seamark_forward_requests_total{to="${to.name}"}`) ?? 0;
    await waitFor(async () => (await counted(two)) >= 18, { what: 'what was counted' });
    expect(await counted(one)).toBeGreaterThanOrEqual(2);
  });

  test('a `forward` that says the same goes on: its connections, what is known of its upstreams, its counts', async ({
    folder,
    manifests,
    serve,
  }) => {
    const away = `127.0.0.1:${await freePort()}`;
    await using one = await Upstream.open(address('203.0.113.1'));
    const [port, prometheus] = [await freePort(), await freePort()];
    const lines = [
      `forward net ${away} ${one.name} {\n    policy sequential\n    force_tcp\n    health_check 1h\n    max_fails 1\n  }`,
      `prometheus 127.0.0.1:${prometheus}`,
    ];
    const text = (...more: string[]): string =>
      corefile(manifests, { port, also: [...more, ...lines] });
    const server = await serve(text(), ['--udp', backend]);
    const endpoint = await server.endpoint();
    expect(await ask(endpoint)).toEqual(['203.0.113.1', '203.0.113.1']);
    await server.event('upstream-down');
    const counted = async (to: string) =>
      (await metrics(prometheus)).get(`seamark_forward_requests_total{to="${to}"}`) ?? 0;
    await waitFor(async () => (await counted(one.name)) === 2, { what: 'what was counted' });
    const vain = await counted(away);
    // Others come before it, so that it has another place among them.
    const more = `forward org ${one.name}\n  template IN TXT a.net {\n    rcode NXDOMAIN\n  }`;
    await reload(server, folder, text(more), 1);
    expect(await ask(endpoint)).toEqual(['203.0.113.1', '203.0.113.1']);
    await waitFor(async () => (await counted(one.name)) === 4, { what: 'what was counted' });
    expect(await counted(away)).toBe(vain);
    expect(server.events('upstream-down')).toHaveLength(1);
    expect(one.connections).toBe(1);
    // Another one begins anew.
    await reload(server, folder, text().replace('max_fails 1', 'max_fails 2'), 2);
    expect(await ask(endpoint)).toEqual(['203.0.113.1', '203.0.113.1']);
    expect(one.connections).toBe(2);
    await waitFor(async () => (await counted(one.name)) === 6, { what: 'what was counted' });
  });

  test('what is under way is answered as before', async ({ folder, manifests, serve }) => {
    const held: (() => void)[] = [];
    const says = address('203.0.113.1');
    await using slow = await Upstream.open((asked) => {
      held.push(() => asked.send(says(asked)));
      return undefined;
    });
    await using quick = await Upstream.open(address('203.0.113.2'));
    const port = await freePort();
    const text = (to: string): string => corefile(manifests, { port, also: [`forward . ${to}`] });
    const server = await serve(text(slow.name), ['--udp', backend]);
    const endpoint = await server.endpoint();
    await using client = await UdpClient.open(endpoint);
    const reply = client.exchange(QUESTION);
    await waitFor(() => held.length > 0, { what: 'the question' });
    await reload(server, folder, text(quick.name), 1);
    expect(await ask(endpoint)).toEqual(['203.0.113.2', '203.0.113.2']);
    for (const answer of held) answer();
    expect(inShort(await reply)).toBe('203.0.113.1');
  });
});
