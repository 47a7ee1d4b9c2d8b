// One secret for all threads of a server and their successors: a cookie that one of them gave is known to
// each, from the address that it was given to.

import { networkInterfaces } from 'node:os';
import { describe, expect } from 'vitest';
import {
  composeQuery,
  type Endpoint,
  parseMessage,
  query,
  rcodeName,
  TcpClient,
  UdpClient,
} from '../support/dns/index.ts';
import { waitFor } from '../support/wait.ts';
import { type Command, fault } from './harness/command.ts';
import { corefile, test } from './harness/fixtures.ts';

const BACKENDS = ['batched', 'dgram'] as const;
const COOKIE = 10;
const CLIENT = Buffer.from('0123456789abcdef', 'hex');
/** Sources are spread over the workers by their ports: of 32, some are each one's. */
const SOURCES = 32;

const hasIpv6: boolean = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);

describe.for(BACKENDS)('UDP by %s', (backend) => {
  test('every thread knows a cookie of any other, from its address alone', async ({
    manifests,
    serve,
  }) => {
    const hosts = hasIpv6 ? ['127.0.0.1', '::1'] : ['127.0.0.1'];
    const text = corefile(manifests, { bind: `bind ${hosts.join(' ')}` });
    const server = await serve(text, ['--udp', backend, '--workers', '2']);
    const cookies: Buffer[] = [];
    for (const host of hosts) {
      const endpoint = await server.endpoint(host);
      const cookie = await learn(endpoint);
      await everySourceIsKnown(endpoint, cookie);
      await using tcp = await TcpClient.open(endpoint);
      expect(rcodeOf(await tcp.exchange(about(cookie)))).toBe('NOERROR');
      for (const other of cookies) {
        expect(rcodeOf(await tcp.exchange(about(other)))).toBe('BADCOOKIE');
      }
      cookies.push(cookie);
    }
    expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
  });

  test('a worker that replaces another knows what that one gave', async ({ manifests, serve }) => {
    const preload = fault('die-when-asked');
    const args = ['--udp', backend, '--workers', '1'];
    const server: Command = await serve(corefile(manifests), args, {
      preload,
      fromSource: true,
    });
    const endpoint = await server.endpoint();
    const cookie = await learn(endpoint);
    await using client = await UdpClient.open(endpoint);
    client.send(query('die-by-throwing.example.com. A'));
    await server.event('worker-died');
    await waitFor(async () => isKnown(await client.exchange(about(cookie), 200)), {
      what: 'the cookie to be known',
      timeout: 20_000,
      evidence: () => server.transcript(),
    });
  });
});

test('another server knows none of them', async ({ manifests, serve }) => {
  const cookie = await learn(await (await serve(corefile(manifests))).endpoint());
  const stranger = await serve(corefile(manifests));
  await using client = await UdpClient.open(await stranger.endpoint());
  expect(rcodeOf(await client.exchange(about(cookie)))).toBe('BADCOOKIE');
});

/** Asks nothing but whether the cookie is good (RFC 7873 5.4). */
const about = (cookie: Buffer): Buffer =>
  composeQuery({ edns: { options: [{ code: COOKIE, data: cookie }] } });

const rcodeOf = (octets: Uint8Array): string => rcodeName(parseMessage(octets).rcode);
const isKnown = (octets: Uint8Array): boolean => rcodeOf(octets) === 'NOERROR';

const learn = async (endpoint: Endpoint): Promise<Buffer> => {
  await using client = await UdpClient.open(endpoint);
  const asked = query('www.example.com. A', {
    edns: { options: [{ code: COOKIE, data: CLIENT }] },
  });
  const { answer, edns } = parseMessage(await client.exchange(asked));
  expect(answer).toHaveLength(1);
  const cookie = edns?.options.find(({ code }) => code === COOKIE)?.data ?? Buffer.alloc(0);
  expect(cookie).toHaveLength(24);
  return Buffer.from(cookie);
};

const everySourceIsKnown = async (endpoint: Endpoint, cookie: Buffer): Promise<void> => {
  for (let i = 0; i < SOURCES; i++) {
    await using client = await UdpClient.open(endpoint);
    expect(rcodeOf(await client.exchange(about(cookie)))).toBe('NOERROR');
  }
};
