// Asking a server that runs: over UDP, and over TCP where that says too little or nothing.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { FLAG, HEADER, parseName, TYPE } from '@seamark/protocol';
import { afterEach, expect, test } from 'vitest';
import { askServer } from './ask.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const question = { name: parseName('www.example.com'), type: TYPE.A };

/** The question sent back, as an empty answer. */
function replyTo(query: Buffer, flags: number): Buffer {
  const reply = Buffer.from(query);
  reply.writeUInt16BE(0x8000 | flags, HEADER.FLAGS);
  return reply;
}

async function tcpServer(port = 0): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (data: Buffer) => {
      const reply = replyTo(data.subarray(2), 0);
      socket.end(Buffer.concat([data.subarray(0, 2), reply]));
    });
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** @param flags of each reply; undefined: none at all. */
async function udpServer(port: number, flags: readonly (number | undefined)[]): Promise<void> {
  const socket = createSocket('udp4');
  let asked = 0;
  socket.on('message', (query, from) => {
    const said = flags[Math.min(asked++, flags.length - 1)];
    if (said !== undefined) socket.send(replyTo(query, said), from.port, from.address);
  });
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
  closers.push(() => socket.close());
}

const NODATA = { outcome: 'nodata', rcode: 'NOERROR', answer: [], authority: [] };

test.each([
  ['a whole answer over UDP does', [0], 'UDP'],
  ['a datagram that is lost is sent again', [undefined, 0], 'UDP'],
  ['what is too large for UDP is asked for over TCP', [FLAG.TC], 'TCP'],
] as const)('%s', async (_, flags, transport) => {
  const port = await tcpServer();
  await udpServer(port, flags);
  expect(await askServer({ address: '127.0.0.1', port }, question)).toEqual({
    ...{ answer: NODATA, transport, noUdp: null },
  });
});

test('where nothing comes over UDP, TCP is asked, which is told', async () => {
  const port = await tcpServer();
  expect(await askServer({ address: '127.0.0.1', port }, question)).toEqual({
    ...{ answer: NODATA, transport: 'TCP', noUdp: 'nobody listens there' },
  });
});

test('where nobody listens there is a clause', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  expect(await askServer({ address: '127.0.0.1', port }, question)).toBe('nobody listens there');
});
