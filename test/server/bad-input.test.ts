// Any octets whatever: no crash, no worker replaced, no answer to an answer, and questions go on being answered.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect } from 'vitest';
import { Asker } from '../cluster/asker.ts';
import {
  composeQuery,
  type Endpoint,
  frame,
  parseMessage,
  query,
  RCODE,
  TcpClient,
  UdpClient,
} from '../support/dns/index.ts';
import { freePort } from '../support/ports.ts';
import { waitFor } from '../support/wait.ts';
import type { Command } from './harness/command.ts';
import { corefile, type Manifests, test } from './harness/fixtures.ts';
import { metrics } from './harness/metrics.ts';
import { Noise } from './harness/noise.ts';

const DATAGRAMS = 20_000;
/** Between two control questions, so that no socket's buffer overflows and each datagram is looked at. */
const AT_ONCE = 100;
const SEED = 20_080;

/** Nobody died of it, and questions are answered. */
const expectNoHarm = async (server: Command, prometheus: number): Promise<void> => {
  const endpoint = await server.endpoint();
  await using asker = await Asker.open(endpoint, () => server.transcript());
  expect(await asker.answer('www.example.com. A')).toBe('192.0.2.1');
  expect((await metrics(prometheus)).get('seamark_worker_restarts_total')).toBe(0);
  expect(server.events('worker-died')).toEqual([]);
  expect(server.stderr.filter((line) => !line.startsWith('{'))).toEqual([]);
};

const withMetrics = async (manifests: Manifests) => {
  const prometheus = await freePort();
  return {
    prometheus,
    text: corefile(manifests, { also: [`prometheus 127.0.0.1:${prometheus}`] }),
  };
};

describe.for(['batched', 'dgram'])('UDP by %s', (backend) => {
  test(`${DATAGRAMS} random and mutated datagrams`, async ({ manifests, serve }) => {
    const { prometheus, text } = await withMetrics(manifests);
    const server = await serve(text, ['--udp', backend]);
    const endpoint = await server.endpoint();
    const noise = new Noise(SEED);
    const replies: Buffer[] = [];
    const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 });
    socket.on('message', (octets) => replies.push(octets));
    socket.connect(endpoint.port, endpoint.host);
    await once(socket, 'connect');
    await using control = await UdpClient.open(endpoint);
    for (let sent = 0; sent < DATAGRAMS; sent += AT_ONCE) {
      for (let i = 0; i < AT_ONCE; i++) socket.send(noise.datagram());
      await control.exchange(query('www.example.com. A'));
    }
    // They lie in this socket's buffer, which has room for all, and this process may be late to read it.
    await waitFor(() => replies.length > DATAGRAMS / 10, {
      what: 'replies to a tenth of the datagrams',
      evidence: () => `${replies.length} replies`,
    });
    // A reply is no repeat of what came (that would let two servers talk for ever) and is well formed.
    for (const reply of replies) expect(isReply(reply), reply.toString('hex')).toBe(true);
    for (const reply of replies) parseMessage(reply);
    socket.close();
    await expectNoHarm(server, prometheus);
  });

  test('what bears QR gets silence, whatever else it is', async ({ manifests, serve }) => {
    const server = await serve(corefile(manifests), ['--udp', backend]);
    await using client = await UdpClient.open(await server.endpoint());
    const answers = [
      query('www.example.com. A', { flags: 'qr' }),
      query('www.example.com. A', { flags: 'qr aa', rcode: RCODE.FORMERR }),
      composeQuery({ flags: 'qr', opcode: 15 }),
      Buffer.concat([query('www.example.com. A', { flags: 'qr' }), Buffer.alloc(600)]),
      await client.exchange(query('www.example.com. A', { edns: {} })),
    ];
    for (const answer of answers) expect(await client.silenceAfter(answer)).toEqual([]);
  });

  test('a datagram too short for a header, or empty, gets silence', async ({
    manifests,
    serve,
  }) => {
    const server = await serve(corefile(manifests), ['--udp', backend]);
    await using client = await UdpClient.open(await server.endpoint());
    for (let length = 0; length < 12; length++) {
      expect(await client.silenceAfter(Buffer.alloc(length)), `${length} octets`).toEqual([]);
    }
  });

  test('a datagram over any size is survived', async ({ manifests, serve }) => {
    const server = await serve(corefile(manifests), ['--udp', backend]);
    await using client = await UdpClient.open(await server.endpoint());
    for (const length of [4_095, 4_096, 4_097, 65_507]) {
      client.send(Buffer.concat([query('www.example.com. A'), Buffer.alloc(length - 33)]));
      const reply = parseMessage(await client.exchange(query('www.example.com. A')));
      expect(reply.rcode, `after ${length} octets`).toBe(RCODE.NOERROR);
    }
  });

  test('sources that are gone, or privileged, hold up nobody', async ({ manifests, serve }) => {
    const { prometheus, text } = await withMetrics(manifests);
    const server = await serve(text, ['--udp', backend]);
    const endpoint = await server.endpoint();
    for (let i = 0; i < 200; i++) {
      // Closed before the reply comes: the server's next send meets ECONNREFUSED.
      const socket = createSocket('udp4');
      socket.connect(endpoint.port, endpoint.host);
      await once(socket, 'connect');
      await new Promise<void>((resolve) =>
        socket.send(query('www.example.com. A'), () => socket.close(() => resolve())),
      );
    }
    if (process.getuid?.() === 0) await expectAnswerBelow1024(endpoint);
    await expectNoHarm(server, prometheus);
  });
});

describe('TCP', () => {
  test('garbage, and clients that vanish in its midst', async ({ manifests, serve }) => {
    const { prometheus, text } = await withMetrics(manifests);
    const server = await serve(text);
    const endpoint = await server.endpoint();
    const noise = new Noise(SEED);
    for (let connection = 0; connection < 100; connection++) {
      await using client = await TcpClient.open(endpoint);
      const messages = Array.from({ length: 20 }, () => noise.datagram());
      const framed = connection % 2 === 0 ? messages.map(frame) : messages;
      await client.write(Buffer.concat([...framed, noise.octets(connection)]));
      if (connection % 3 === 0) client.halfClose();
    }
    await using client = await TcpClient.open(endpoint);
    const reply = parseMessage(await client.exchange(query('www.example.com. A')));
    expect(reply.rcode).toBe(RCODE.NOERROR);
    await expectNoHarm(server, prometheus);
  });

  test('every other message of a connection is garbage, the rest is answered', async ({
    manifests,
    serve,
  }) => {
    const server = await serve(corefile(manifests));
    await using client = await TcpClient.open(await server.endpoint());
    const noise = new Noise(SEED);
    for (let id = 1; id <= 200; id++) {
      // With QR: no reply is due.
      const answer = noise.octets(40);
      answer[2] = (answer[2] ?? 0) | 0x80;
      await client.send(answer, query('www.example.com. A', { id }));
      expect(parseMessage(await client.receive()).id).toBe(id);
    }
  });
});

/** Where services live that might take our answer for a question: NTP, echo, chargen. */
const PRIVILEGED_PORTS = [123, 7, 19];

/** Asks from the first of them that is free. */
const expectAnswerBelow1024 = async ({ host, port }: Endpoint): Promise<void> => {
  for (const source of PRIVILEGED_PORTS) {
    const socket = createSocket('udp4');
    try {
      socket.bind(source, host);
      await once(socket, 'listening');
    } catch {
      continue;
    }
    socket.send(query('www.example.com. A'), port, host);
    const [reply] = (await once(socket, 'message')) as [Buffer];
    socket.close();
    expect(parseMessage(reply).rcode).toBe(RCODE.NOERROR);
    return;
  }
};

const isReply = (octets: Buffer): boolean => octets.length >= 12 && ((octets[2] ?? 0) & 0x80) !== 0;
