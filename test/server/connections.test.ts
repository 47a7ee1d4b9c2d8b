// TCP under attack: whoever opens many connections, or makes each last, shuts nobody else out.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import {
  type Endpoint,
  frame,
  type Message,
  parseMessage,
  presentRdata,
  query,
  rcodeName,
  TcpClient,
} from '../support/dns/index.ts';
import { freePort } from '../support/ports.ts';
import { waitFor } from '../support/wait.ts';
import type { Command } from './harness/command.ts';
import {
  allButTheEnd,
  type Behaviour,
  Crowd,
  idle,
  neverReading,
  octetByOctet,
} from './harness/crowd.ts';
import { corefile, type Manifests, test } from './harness/fixtures.ts';
import { metrics } from './harness/metrics.ts';
import { address, Upstream } from './harness/upstream.ts';

const WWW = 'www.example.com. A';
const PATIENCE_MS = 20_000;
const KEEPALIVE = 11;

const inShort = ({ rcode, answer }: Message): string =>
  answer.map(({ rdata }) => presentRdata(rdata)).join(' ') || rcodeName(rcode);

const askOver = async (client: TcpClient, text = WWW): Promise<string> =>
  inShort(parseMessage(await client.exchange(query(text), PATIENCE_MS)));

const askFrom = async (endpoint: Endpoint, from: string, text = WWW): Promise<string> => {
  await using client = await TcpClient.open(endpoint, from);
  return await askOver(client, text);
};

/** A server with these lines, and its metrics. */
const watched = async (
  manifests: Manifests,
  serve: (text: string) => Promise<Command>,
  ...lines: readonly string[]
) => {
  const port = await freePort();
  const server = await serve(
    corefile(manifests, { also: [`prometheus 127.0.0.1:${port}`, ...lines] }),
  );
  const count = async (name: string): Promise<number> =>
    (await metrics(port)).get(name) ?? Number.NaN;
  const closed = (reason: string): Promise<number> =>
    count(`seamark_tcp_closed_total{reason="${reason}"}`);
  return { server, endpoint: await server.endpoint(), count, closed };
};

describe('a crowd from one address', () => {
  const MANY = 1_300;

  test(`${MANY} idle connections: it has 25 of them, and others are answered`, async ({
    manifests,
    serve,
  }) => {
    const { endpoint, count, closed } = await watched(manifests, serve);
    await using client = await TcpClient.open(endpoint, '127.0.0.3');
    await using crowd = new Crowd(endpoint, MANY, { from: '127.0.0.2' });
    await waitFor(async () => (await closed('refused')) === MANY - 25, { what: 'the refusals' });
    expect(await askOver(client)).toBe('192.0.2.1');
    expect(await askFrom(endpoint, '127.0.0.4')).toBe('192.0.2.1');
    await waitFor(() => crowd.size === 25, { what: 'the last of them' });
    await waitFor(async () => (await count('seamark_tcp_connections')) === 26, {
      what: 'the rest',
    });
  });

  test.for<[what: string, behaviour: Behaviour, places: number]>([
    ['idle', idle, 300],
    ['octet by octet', octetByOctet, 300],
    ['all but the last octet', allButTheEnd, 300],
    // Each has the server fill the kernel's buffers: a hundred thousand answers.
    ['never reading', neverReading(frame(query(WWW))), 30],
  ])(
    '%s, with all places, and coming back for ever: others are answered',
    { timeout: 300_000 },
    async ([, behaviour, places], { manifests, serve }) => {
      const limits = [
        ...['tcp {', `max_connections ${places}`, 'max_per_client 1000', 'max_memory 8M', '}'],
        // Longer than it may take here to get some of them evicted.
        ...['timeouts {', 'idle 600s', '}'],
      ];
      const { server, endpoint, count, closed } = await watched(manifests, serve, ...limits);
      const before = await residentOctets(server);
      await using client = await TcpClient.open(endpoint, '127.0.0.3');
      await using _ = new Crowd(endpoint, 2 * places, {
        from: '127.0.0.2',
        behaviour,
        returns: true,
      });
      const gone = async (): Promise<number> =>
        (await closed('evicted')) + (await closed('memory'));
      await waitFor(async () => (await gone()) > 20, {
        ...{ what: 'places that others needed', timeout: 200_000, interval: 100 },
      });
      for (let i = 0; i < 20; i++) {
        expect(await askOver(client)).toBe('192.0.2.1');
        expect(await askFrom(endpoint, `127.0.0.${10 + i}`)).toBe('192.0.2.1');
      }
      expect(await count('seamark_tcp_connections')).toBeLessThanOrEqual(places);
      // What they hold is bounded by 8 MiB; the rest is what V8 has not collected.
      expect((await residentOctets(server)) - before).toBeLessThan(200 * 2 ** 20);
      expect(server.events('worker-died')).toEqual([]);
    },
  );
});

const residentOctets = async (server: Command): Promise<number> => {
  const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
  return 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]);
};

test('who never ends a query, or never takes its replies, is closed in time', async ({
  manifests,
  serve,
}) => {
  const { endpoint, closed } = await watched(
    manifests,
    serve,
    ...['timeouts {', 'read 1s', 'write 1s', 'idle 1s', '}'],
  );
  const crowds = [octetByOctet, neverReading(frame(query(WWW))), idle].map(
    (behaviour) => new Crowd(endpoint, 5, { from: '127.0.0.2', behaviour }),
  );
  await waitFor(async () => (await closed('slow')) === 10, {
    what: 'the slow ones',
    timeout: 50_000,
  });
  await waitFor(async () => (await closed('idle')) === 5, { what: 'the idle ones' });
  await Promise.all(crowds.map((crowd) => crowd[Symbol.asyncDispose]()));
});

test('a connection ends after as many queries as it may have', async ({ manifests, serve }) => {
  const { endpoint, closed } = await watched(
    manifests,
    serve,
    'timeouts {',
    'maxtcpqueries 2',
    '}',
  );
  await using client = await TcpClient.open(endpoint);
  expect(await askOver(client)).toBe('192.0.2.1');
  expect(await askOver(client, 'nope.example.com. A')).toBe('NXDOMAIN');
  expect(await client.closesWithin(PATIENCE_MS)).toBe(true);
  await waitFor(async () => (await closed('queries')) === 1, { what: 'its count' });
});

test('a query that waits for another server holds up none behind it', async ({
  manifests,
  serve,
}) => {
  // Nothing is said until it is wanted.
  await using upstream = await Upstream.open(() => undefined);
  const server = await serve(corefile(manifests, { also: [`forward . ${upstream.name}`] }));
  await using client = await TcpClient.open(await server.endpoint());
  const asked = ['www.example.net. A', WWW, 'nope.example.com. A'];
  await client.send(...asked.map((text, id) => query(text, { id, flags: 'rd' })));
  const replies = [await client.receive(PATIENCE_MS), await client.receive(PATIENCE_MS)];
  expect(replies.map((octets) => octets.readUInt16BE(0)).sort()).toEqual([1, 2]);
  const waiting = await waitFor(
    () => upstream.asked.find(({ message }) => message.question[0]?.name === 'www.example.net.'),
    { what: 'the question that is forwarded' },
  );
  waiting.send(address('203.0.113.9')(waiting));
  const late = parseMessage(await client.receive(PATIENCE_MS));
  expect(late.id).toBe(0);
  expect(inShort(late)).toBe('203.0.113.9');
});

test('a client is told the idle timeout of the moment, which a reload changes', async ({
  folder,
  manifests,
  serve,
}) => {
  const port = await freePort();
  const text = (seconds: number): string =>
    corefile(manifests, { port, also: ['timeouts {', `idle ${seconds}s`, '}'] });
  const server = await serve(text(30));
  await using client = await TcpClient.open(await server.endpoint());
  const asking = { edns: { options: [{ code: KEEPALIVE, data: new Uint8Array() }] } };
  const told = async (): Promise<number | undefined> => {
    const reply = parseMessage(await client.exchange(query(WWW, asking), PATIENCE_MS));
    const option = reply.edns?.options.find(({ code }) => code === KEEPALIVE);
    return option && Buffer.from(option.data).readUInt16BE(0);
  };
  expect(await told()).toBe(300);
  await writeFile(join(folder, 'Corefile.1'), text(60));
  server.signal('SIGHUP');
  await server.event('reloaded');
  // The same connection: it was open all the time.
  expect(await told()).toBe(600);
});

describe('behind a proxy', () => {
  const lines = [
    ...['proxyproto {', 'allow 127.0.0.2', '}'],
    ...['acl {', 'block net 203.0.113.0/24', '}', 'log'],
  ];
  const header = (from: string): Buffer =>
    Buffer.concat([
      Buffer.from('\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x10', 'latin1'),
      Uint8Array.from([...from.split('.').map(Number), 192, 0, 2, 53, 0x10, 0xe1, 0, 53]),
      Uint8Array.from([0x04, 0, 1, 0]),
    ]);

  test('acl and the log go by the client whom the header names', async ({ manifests, serve }) => {
    const { server, endpoint } = await watched(manifests, serve, ...lines);
    for (const [from, answer] of [
      ['198.51.100.7', '192.0.2.1'],
      ['203.0.113.7', 'REFUSED'],
    ] as const) {
      await using client = await TcpClient.open(endpoint, '127.0.0.2');
      await client.write(Buffer.concat([header(from), frame(query(WWW))]));
      expect(inShort(parseMessage(await client.receive(PATIENCE_MS)))).toBe(answer);
      const logged = () => server.events('query').some(({ remote }) => remote === `${from}:4321`);
      await waitFor(logged, { what: `${from} in the log`, evidence: () => server.transcript() });
    }
    expect(await askFrom(endpoint, '127.0.0.3')).toBe('192.0.2.1');
  });

  test('no header, and one of somebody else', async ({ manifests, serve }) => {
    const { endpoint, closed } = await watched(manifests, serve, ...lines);
    await using plain = await TcpClient.open(endpoint, '127.0.0.2');
    await plain.send(query(WWW));
    expect(await plain.closesWithin(PATIENCE_MS)).toBe(true);
    await waitFor(async () => (await closed('proxy')) === 1, { what: 'its count' });
    await using forger = await TcpClient.open(endpoint, '127.0.0.3');
    await forger.write(Buffer.concat([header('198.51.100.7'), frame(query(WWW))]));
    await expect(forger.receive(PATIENCE_MS)).rejects.toThrow();
    expect(forger.isEnded).toBe(true);
  });
});
