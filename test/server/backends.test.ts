// Both UDP backends and TCP answer alike, and a reply leaves from the address that was asked.

import { networkInterfaces } from 'node:os';
import { describe, expect } from 'vitest';
import {
  parseMessage,
  presentRdata,
  query,
  RCODE,
  rcodeName,
  TcpClient,
  UdpClient,
} from '../support/dns/index.ts';
import { corefile, test } from './harness/fixtures.ts';

const BACKENDS = ['batched', 'dgram'] as const;

/** Question, RCODE, and what the answer section holds. */
const QUERIES = [
  ['www.example.com. A', 'NOERROR', ['192.0.2.1']],
  ['www.example.com. AAAA', 'NOERROR', ['2001:db8::1']],
  ['wWw.ExAmPlE.cOm. A', 'NOERROR', ['192.0.2.1']],
  ['www.example.com. TXT', 'NOERROR', []],
  ['absent.example.com. A', 'NXDOMAIN', []],
  ['www.example.net. A', 'REFUSED', []],
] as const;

const hasIpv6: boolean = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);

describe.for(BACKENDS)('UDP by %s', (backend) => {
  test('answers as TCP does', async ({ manifests, serve }) => {
    const server = await serve(corefile(manifests), ['--udp', backend]);
    expect((await server.event('udp-backend'))['backend']).toBe(backend);
    const endpoint = await server.endpoint();
    await using udp = await UdpClient.open(endpoint);
    await using tcp = await TcpClient.open(endpoint);
    for (const [text, rcode, answer] of QUERIES) {
      const asked = query(text, { edns: {} });
      const reply = await udp.exchange(asked);
      const message = parseMessage(reply);
      expect([text, rcodeName(message.rcode), rdata(reply)]).toEqual([text, rcode, answer]);
      expect(await tcp.exchange(asked)).toEqual(reply);
    }
    expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
  });

  // dgram can't tell which of the addresses beside the interfaces' own was asked.
  const IPV4 = backend === 'batched' ? ['127.0.0.1', '127.0.0.2'] : ['127.0.0.1'];
  const HOSTS = hasIpv6 ? [...IPV4, '::1'] : IPV4;

  test.for([
    { bind: 'bind 0.0.0.0', hosts: IPV4 },
    { bind: 'bind ::', hosts: HOSTS },
    { bind: '', hosts: HOSTS },
    { bind: 'bind 0.0.0.0 ::', hosts: HOSTS },
    {
      bind: hasIpv6 ? 'bind 127.0.0.1 ::1' : 'bind 127.0.0.1',
      hosts: HOSTS.filter((host) => host !== '127.0.0.2'),
    },
  ])(
    'with "$bind" replies from where it was asked',
    async ({ bind, hosts }, { manifests, serve }) => {
      const server = await serve(corefile(manifests, { bind }), ['--udp', backend]);
      for (const host of hosts) {
        const endpoint = await server.endpoint(host);
        // A connected socket takes nothing that comes from any other address.
        await using udp = await UdpClient.open(endpoint);
        expect(rdata(await udp.exchange(query('www.example.com. A'))), host).toEqual(['192.0.2.1']);
        await using tcp = await TcpClient.open(endpoint);
        expect(rdata(await tcp.exchange(query('www.example.com. A'))), host).toEqual(['192.0.2.1']);
      }
    },
  );
});

test('three workers on whatever machine this is', async ({ manifests, serve }) => {
  const server = await serve(corefile(manifests), ['--workers', '3']);
  expect((await server.event('serving'))['workers']).toBe(3);
  const endpoint = await server.endpoint();
  await using clients = new AsyncDisposableStack();
  for (let i = 0; i < 30; i++) {
    const client = clients.use(await UdpClient.open(endpoint));
    expect(parseMessage(await client.exchange(query('www.example.com. A'))).rcode).toBe(
      RCODE.NOERROR,
    );
  }
  expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
});

const rdata = (reply: Uint8Array): string[] =>
  parseMessage(reply).answer.map((record) => presentRdata(record.rdata));
