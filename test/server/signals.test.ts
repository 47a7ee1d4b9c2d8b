// SIGTERM and SIGINT: what was received is answered, and the process ends with 0 within a second.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { frame, parseMessage, query, TcpClient, UdpClient } from '../support/dns/index.ts';
import { freePort } from '../support/ports.ts';
import { isComplaint } from '../support/server.ts';
import { waitFor } from '../support/wait.ts';
import { Burst } from './harness/burst.ts';
import { fault } from './harness/command.ts';
import { corefile, test } from './harness/fixtures.ts';

const STOP_MS = 1000;
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
const BACKENDS = ['batched', 'dgram'] as const;

describe.each(SIGNALS)('%s', (signal) => {
  test('ends an idle server', async ({ manifests, serve }) => {
    const server = await serve(corefile(manifests));
    const { code, ms, stderr } = await server.end(signal);
    expect({ code, last: JSON.parse(stderr.at(-1) ?? '') }).toMatchObject({
      code: 0,
      last: { event: 'stopped' },
    });
    expect(ms).toBeLessThan(STOP_MS);
  });

  test.for(BACKENDS)(
    'answers what has been received by %s',
    async (backend, { manifests, serve }) => {
      const server = await serve(corefile(manifests), ['--udp', backend, '--workers', '2']);
      await using burst = await Burst.open(await server.endpoint());
      // 200 datagrams are in the server's sockets before the signal is sent: on loopback a send delivers.
      await burst.send(200);
      const { code, ms } = await server.end(signal);
      expect({ code, answered: await burst.answered() }).toEqual({ code: 0, answered: 200 });
      expect(ms).toBeLessThan(STOP_MS);
    },
  );
});

test.for(['SIGHUP', 'SIGUSR1'] as const)(
  '%s has the Corefile read again, though nothing has changed',
  async (signal, { manifests, serve }) => {
    const server = await serve(corefile(manifests));
    server.signal(signal);
    expect(await server.event('reloading')).toMatchObject({ signal });
    const { msg } = await server.event('reloaded');
    expect(msg).toBe('the Corefile means what it meant before');
    expect((await server.end('SIGTERM')).code).toBe(0);
  },
);

test('SIGUSR2 does not end the server, which says that it does nothing', async ({
  manifests,
  serve,
}) => {
  const server = await serve(corefile(manifests));
  server.signal('SIGUSR2');
  expect(await server.event('not-reloaded')).toMatchObject({ level: 'warn', signal: 'SIGUSR2' });
  expect((await server.end('SIGTERM')).code).toBe(0);
});

describe('SIGTERM', () => {
  test('ends a server with 0 whose stdout has no room: it prints nothing', async ({
    manifests,
    serve,
  }) => {
    const server = await serve(corefile(manifests), [], { preload: fault('full-stdout') });
    const { code, stderr } = await server.end('SIGTERM');
    expect({ code, other: stderr.filter((line) => !line.startsWith('{')) }).toEqual({
      code: 0,
      other: [],
    });
  });

  test('answers what has come over TCP, though half a message follows', async ({
    manifests,
    serve,
  }) => {
    const server = await serve(corefile(manifests));
    await using client = await TcpClient.open(await server.endpoint());
    const whole = frame(query('www.example.com. A', { id: 7 }));
    await client.write(Buffer.concat([whole, whole, whole.subarray(0, 9)]));
    const { code, ms } = await server.end('SIGTERM');
    expect(code).toBe(0);
    expect(ms).toBeLessThan(STOP_MS);
    expect(parseMessage(await client.receive()).id).toBe(7);
    expect(parseMessage(await client.receive()).id).toBe(7);
    expect(await client.closesWithin(5_000)).toBe(true);
  });

  test('does not wait for a TCP client that has half a message to send', async ({
    manifests,
    serve,
  }) => {
    const server = await serve(corefile(manifests));
    await using client = await TcpClient.open(await server.endpoint());
    await client.write(frame(query('www.example.com. A')).subarray(0, 9));
    const { code, ms } = await server.end('SIGTERM');
    expect(code).toBe(0);
    expect(ms).toBeLessThan(STOP_MS);
  });

  test('ends a server that is asked without pause', async ({ manifests, serve }) => {
    const server = await serve(corefile(manifests));
    const endpoint = await server.endpoint();
    await using client = await UdpClient.open(endpoint);
    await using burst = await Burst.open(endpoint);
    await client.exchange(query('www.example.com. A'));
    const asking = burst.keepSending(() => server.isRunning);
    await waitFor(() => burst.received > 1000, { what: '1,000 replies' });
    const { code, ms } = await server.end('SIGTERM');
    expect(code).toBe(0);
    expect(ms).toBeLessThan(STOP_MS);
    await asking;
  });

  test('during the start ends it, too, at any moment of it', async ({ manifests, launch }) => {
    const preload = fault('tell-signal-handlers');
    for (const turns of [0, 100, 1_000, 3_000, 10_000, 30_000]) {
      const server = await launch(corefile(manifests), [], { preload });
      await waitFor(() => server.stderr.includes('handles SIGTERM'), {
        what: 'the handler',
        interval: 1,
      });
      for (let turn = 0; turn < turns; turn++) await nextTurn();
      const { code, ms, log } = await server.end('SIGTERM');
      expect({ code, complaints: log.filter(isComplaint) }).toEqual({ code: 0, complaints: [] });
      expect(ms).toBeLessThan(STOP_MS);
    }
  });

  test('gives the lame duck its time, and a second signal takes it', async ({
    manifests,
    serve,
    asker,
  }) => {
    const lameDuck = [`health 127.0.0.1:${await freePort()} {`, 'lameduck 1h', '}'];
    const server = await serve(corefile(manifests, { also: lameDuck }));
    server.signal('SIGTERM');
    await server.event('stopping');
    const client = await asker(await server.endpoint(), server);
    expect(await client.answer('www.example.com. A')).toBe('192.0.2.1');
    await using burst = await Burst.open(await server.endpoint());
    await burst.send(100);
    const { code, ms } = await server.end('SIGINT');
    expect({ code, answered: await burst.answered() }).toEqual({ code: 0, answered: 100 });
    expect(ms).toBeLessThan(STOP_MS);
  });
});
