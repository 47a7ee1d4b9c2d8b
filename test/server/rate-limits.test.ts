// Clients beyond a rate, over UDP by both backends, with cookies, over TCP, and through a reload.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import {
  type EdnsSpec,
  type Endpoint,
  type Message,
  parseMessage,
  query,
  rcodeName,
  TcpClient,
  UdpClient,
} from '../support/dns/index.ts';
import { freePort } from '../support/ports.ts';
import { waitFor } from '../support/wait.ts';
import { corefile, test } from './harness/fixtures.ts';
import { metrics } from './harness/metrics.ts';

const COOKIE = 10;
const CLIENT = Buffer.from('0123456789abcdef', 'hex');
const withCookie = (data: Uint8Array): EdnsSpec => ({ options: [{ code: COOKIE, data }] });
const cookieOf = ({ edns }: Message): Buffer =>
  Buffer.from(edns?.options.find(({ code }) => code === COOKIE)?.data ?? []);

/** One answer of a sort, and then none for as long as a test takes, but short ones each time. */
const ONCE = ['rrl {', 'responses-per-second 0.001', 'slip-ratio 1'];

/** RCODE, whether it was cut short, how many records. */
const sum = (reply: Message): string =>
  [rcodeName(reply.rcode), ...(reply.flags.includes('tc') ? ['TC'] : []), reply.answer.length].join(
    ' ',
  );

const ask = async (
  endpoint: Endpoint,
  text: string,
  {
    from,
    edns,
    over = UdpClient,
  }: {
    from?: string;
    edns?: EdnsSpec;
    over?: typeof UdpClient | typeof TcpClient;
  } = {},
): Promise<Message> => {
  await using client = await over.open(endpoint, from);
  return parseMessage(await client.exchange(query(text, edns === undefined ? {} : { edns })));
};

describe.for(['batched', 'dgram'] as const)('UDP by %s', (backend) => {
  test('beyond its rate a network is told to ask over TCP, or given a cookie', async ({
    manifests,
    serve,
  }) => {
    const prometheus = await freePort();
    const also = [...ONCE, 'exempt 127.0.9.0/24', '}', `prometheus 127.0.0.1:${prometheus}`];
    const server = await serve(corefile(manifests, { also }), ['--udp', backend, '--workers', '2']);
    const endpoint = await server.endpoint();
    const www = 'www.example.com. A';
    expect(sum(await ask(endpoint, www))).toBe('NOERROR 1');
    // Whichever worker a source comes to.
    for (let i = 0; i < 16; i++) expect(sum(await ask(endpoint, www))).toBe('NOERROR TC 0');
    expect(sum(await ask(endpoint, www, { from: '127.0.0.99' }))).toBe('NOERROR TC 0');
    expect(sum(await ask(endpoint, www, { from: '127.0.1.1' }))).toBe('NOERROR 1');
    expect(sum(await ask(endpoint, www, { over: TcpClient }))).toBe('NOERROR 1');
    for (let i = 0; i < 4; i++) {
      expect(sum(await ask(endpoint, www, { from: '127.0.9.1' }))).toBe('NOERROR 1');
    }
    expect(sum(await ask(endpoint, 'n1.example.com. A'))).toBe('NXDOMAIN 0');
    expect(sum(await ask(endpoint, 'n2.example.com. A'))).toBe('NXDOMAIN TC 0');
    // REFUSED as it is: nobody asks for it again over TCP.
    for (let i = 0; i < 2; i++) {
      expect(sum(await ask(endpoint, 'www.example.net. A'))).toBe('REFUSED 0');
    }
    const bad = await ask(endpoint, www, { edns: withCookie(CLIENT) });
    expect(sum(bad)).toBe('BADCOOKIE 0');
    const edns = withCookie(cookieOf(bad));
    for (let i = 0; i < 4; i++) expect(sum(await ask(endpoint, www, { edns }))).toBe('NOERROR 1');

    const counted = await metrics(prometheus);
    expect(counted.get('seamark_rrl_slipped_total{as="truncated"}')).toBe(18);
    expect(counted.get('seamark_rrl_slipped_total{as="badcookie"}')).toBe(1);
    expect(counted.get('seamark_rrl_passed_total')).toBe(1);
    expect(counted.get('seamark_rrl_dropped_total')).toBe(0);
    expect(counted.get('coredns_rrl_responses_exceeded_total{client_ip=""}')).toBe(20);
    await waitFor(() => server.events('rate-limited').length > 0, { what: 'a line' });
    expect(server.events('rate-limited')).toMatchObject([{ network: '127.0.0.0/24' }]);
    expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
  });

  test('what is dropped is not answered', async ({ manifests, serve }) => {
    const also = ['rrl {', 'responses-per-second 0.001', 'slip-ratio 0', '}'];
    const server = await serve(corefile(manifests, { also }), ['--udp', backend, '--workers', '1']);
    const endpoint = await server.endpoint();
    await using client = await UdpClient.open(endpoint);
    expect(sum(parseMessage(await client.exchange(query('www.example.com. A'))))).toBe('NOERROR 1');
    for (let i = 0; i < 3; i++) client.send(query('www.example.com. A', { id: 4711 }));
    // It came after those, and is what comes back.
    const other = query('www.example.com. AAAA', { id: 4712 });
    expect(parseMessage(await client.exchange(other)).id).toBe(4712);
    expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
  });

  test('what a template answers is limited, whatever the name', async ({ manifests, serve }) => {
    const also = [
      ...ONCE,
      '}',
      'template IN A made.test {',
      'answer "{{ .Name }} 60 IN A 192.0.2.9"',
      '}',
    ];
    const server = await serve(corefile(manifests, { also }), ['--udp', backend, '--workers', '1']);
    const endpoint = await server.endpoint();
    expect(sum(await ask(endpoint, 'a.made.test. A'))).toBe('NOERROR 1');
    expect(sum(await ask(endpoint, 'b.made.test. A'))).toBe('NOERROR TC 0');
    expect(sum(await ask(endpoint, 'c.made.test. A', { over: TcpClient }))).toBe('NOERROR 1');
    const bad = await ask(endpoint, 'd.made.test. A', { edns: withCookie(CLIENT) });
    expect(sum(bad)).toBe('BADCOOKIE 0');
    const edns = withCookie(cookieOf(bad));
    expect(sum(await ask(endpoint, 'e.made.test. A', { edns }))).toBe('NOERROR 1');
    expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
  });

  test('cookies require: over UDP whoever has cookies is to have a good one', async ({
    manifests,
    serve,
  }) => {
    const also = ['cookies require'];
    const server = await serve(corefile(manifests, { also }), ['--udp', backend, '--workers', '1']);
    const endpoint = await server.endpoint();
    const www = 'www.example.com. A';
    const first = await ask(endpoint, www, { edns: withCookie(CLIENT) });
    expect(sum(first)).toBe('BADCOOKIE 0');
    expect(cookieOf(first)).toHaveLength(24);
    expect(sum(await ask(endpoint, www, { edns: withCookie(cookieOf(first)) }))).toBe('NOERROR 1');
    const forged = Buffer.concat([CLIENT, Buffer.alloc(16, 7)]);
    expect(sum(await ask(endpoint, www, { edns: withCookie(forged) }))).toBe('BADCOOKIE 0');
    // RFC 7873 5.2.1, and 5.2.3: a connection is as good as a cookie.
    expect(sum(await ask(endpoint, www, { edns: {} }))).toBe('NOERROR 1');
    expect(sum(await ask(endpoint, www))).toBe('NOERROR 1');
    const over = { over: TcpClient };
    expect(sum(await ask(endpoint, www, { edns: withCookie(CLIENT), ...over }))).toBe('NOERROR 1');
    expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
  });

  test('cookies off: none is given', async ({ manifests, serve }) => {
    const also = ['cookies off'];
    const server = await serve(corefile(manifests, { also }), ['--udp', backend, '--workers', '1']);
    const endpoint = await server.endpoint();
    for (const over of [UdpClient, TcpClient]) {
      const reply = await ask(endpoint, 'www.example.com. A', { edns: withCookie(CLIENT), over });
      expect([sum(reply), cookieOf(reply).length]).toEqual(['NOERROR 1', 0]);
    }
  });
});

test('a fleet with one secret file knows one another, and another file is gone over to by a reload', async ({
  folder,
  manifests,
  serve,
}) => {
  const [old, next] = ['0123456789abcdef'.repeat(2), 'fedcba9876543210'.repeat(2)];
  const file = join(folder, 'secrets');
  await writeFile(file, `${old}\n`);
  const also = ['cookies require {', `secret_file ${file}`, '}'];
  const text = corefile(manifests, { also });
  const args = ['--workers', '1'];
  const [one, two] = [await serve(text, args), await serve(text, args)];
  const [here, there] = [await one.endpoint(), await two.endpoint()];
  const learn = async (from: Endpoint, known: Buffer = CLIENT): Promise<Buffer> =>
    cookieOf(await ask(from, 'www.example.com. A', { edns: withCookie(known) }));
  const isKnown = async (to: Endpoint, cookie: Buffer): Promise<boolean> =>
    sum(await ask(to, 'www.example.com. A', { edns: withCookie(cookie) })) === 'NOERROR 1';
  const first = await learn(here);
  expect(await isKnown(there, first)).toBe(true);

  await writeFile(file, `${next}\n${old}\n`);
  two.signal('SIGHUP');
  await waitFor(async () => !(await learn(there, first)).equals(first), {
    what: 'the second secret',
    evidence: () => two.transcript(),
  });
  expect(await isKnown(there, first)).toBe(true);
  // It looks at the file by itself, too.
  const second = await learn(there);
  await waitFor(async () => await isKnown(here, second), {
    ...{ what: 'the second secret, unasked', timeout: 60_000, evidence: () => one.transcript() },
  });
  for (const server of [one, two]) expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
});

test('without its secrets the server does not start, and says why', async ({
  folder,
  manifests,
  launch,
}) => {
  const file = join(folder, 'secrets');
  const also = ['cookies {', `secret_file ${file}`, '}'];
  const server = await launch(corefile(manifests, { also }));
  expect(await server.outcome()).toMatchObject({ code: 1 });
  expect(server.events('cannot-serve')[0]?.msg).toMatch(
    /^cannot read the cookie secrets of .*secrets: there is no such file; it takes one to 4 lines/,
  );
});
