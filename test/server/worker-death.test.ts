// A worker that dies is replaced, the others serve on, and the log says so.

import { describe, expect } from 'vitest';
import { type Endpoint, parseMessage, query, TcpClient, UdpClient } from '../support/dns/index.ts';
import { freePort } from '../support/ports.ts';
import { waitFor } from '../support/wait.ts';
import { Burst } from './harness/burst.ts';
import { type Command, type CommandOptions, fault } from './harness/command.ts';
import { corefile, test } from './harness/fixtures.ts';
import { metrics } from './harness/metrics.ts';
import { Upstream } from './harness/upstream.ts';

/** With little memory to run out of, which takes ten seconds otherwise. */
const DEADLY: CommandOptions = {
  preload: fault('die-when-asked'),
  fromSource: true,
  env: { NODE_OPTIONS: '--max-old-space-size=64' },
};
const DEATHS = ['die-by-throwing', 'die-by-exit', 'die-by-memory'] as const;
const BACKENDS = ['batched', 'dgram'] as const;
const FORWARDED: Uint8Array = query('www.example.net. A', { flags: 'rd' });

describe.for(BACKENDS)('UDP by %s', (backend) => {
  test.for(DEATHS)('%s', async (death, { manifests, serve }) => {
    const prometheus = await freePort();
    const also = [`prometheus 127.0.0.1:${prometheus}`];
    const args = ['--udp', backend, '--workers', '2'];
    const server = await serve(corefile(manifests, { also }), args, DEADLY);
    const endpoint = await server.endpoint();
    await provoke(endpoint, death);
    const { worker } = await server.event('worker-died');
    expect(worker).toMatch(/^udp worker [12]$/);
    // Some sources belong to the one that died, and are answered again once it is replaced.
    await everySourceIsAnswered(endpoint, server);
    expect((await metrics(prometheus)).get('seamark_worker_restarts_total')).toBe(1);
    expect(server.events('worker-died')).toHaveLength(1);
    expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
  });

  test('the others answer every query meanwhile', async ({ manifests, serve }) => {
    const server = await serve(corefile(manifests), ['--udp', backend, '--workers', '2'], DEADLY);
    const endpoint = await server.endpoint();
    await using burst = await Burst.open(endpoint);
    let over = false;
    const asking = burst.sendSteadily(1_000, () => !over);
    await waitFor(() => burst.received > 100, { what: '100 replies' });
    await provoke(endpoint, 'die-by-throwing');
    await server.event('worker-died');
    const before = burst.received;
    await waitFor(() => burst.received > before + 2_000, {
      what: '2,000 more replies',
    });
    over = true;
    await asking;
    // Of the worker that died: one batch and what its socket held then, no more.
    expect(burst.wrong).toEqual([]);
    expect(await burst.answered()).toBeGreaterThan(0.9 * burst.sent);
    await everySourceIsAnswered(endpoint, server);
  });
});

describe('TCP', () => {
  test.for(DEATHS)('%s', async (death, { manifests, serve }) => {
    const server = await serve(corefile(manifests), [], DEADLY);
    const endpoint = await server.endpoint();
    {
      await using client = await TcpClient.open(endpoint);
      await client.send(query(`${death}.example.com. A`));
      expect((await server.event('worker-died'))['worker']).toBe('stream worker');
      expect(await client.closesWithin(5_000)).toBe(true);
    }
    await using udp = await UdpClient.open(endpoint);
    expect(isRight(await udp.exchange(query('www.example.com. A')))).toBe(true);
    await waitFor(() => askOverTcp(endpoint), { what: 'an answer over TCP', timeout: 20_000 });
    expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
  });
});

describe.for(BACKENDS)('what is forwarded over UDP by %s', (backend) => {
  test('is answered again, whichever end of the way has died', async ({ manifests, serve }) => {
    await using upstream = await Upstream.open();
    const also = [`forward . ${upstream.name}`];
    const args = ['--udp', backend, '--workers', '2'];
    const server = await serve(corefile(manifests, { also }), args, DEADLY);
    const endpoint = await server.endpoint();
    await everySourceIsAnswered(endpoint, server, FORWARDED);
    await provoke(endpoint, 'die-by-throwing');
    await server.event('worker-died');
    await everySourceIsAnswered(endpoint, server, FORWARDED);
    {
      await using client = await TcpClient.open(endpoint);
      await client.send(query('die-by-throwing.example.com. A'));
      expect((await server.event('worker-died', 2))['worker']).toBe('stream worker');
    }
    // Nobody is there for the detours, and the zone is answered all the same.
    await everySourceIsAnswered(endpoint, server);
    await everySourceIsAnswered(endpoint, server, FORWARDED);
    expect(server.events('worker-died')).toHaveLength(2);
    expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
  });
});

test('a worker that dies again and again is started more and more seldom', async ({
  manifests,
  serve,
}) => {
  const server = await serve(corefile(manifests), ['--workers', '1'], DEADLY);
  const endpoint = await server.endpoint();
  for (let death = 1; death <= 4; death++) {
    await everySourceIsAnswered(endpoint, server);
    await provoke(endpoint, 'die-by-throwing');
    await server.event('worker-died', death);
  }
  expect(server.events('worker-died').map(({ restartInMs }) => restartInMs)).toEqual([
    100, 200, 400, 800,
  ]);
  await everySourceIsAnswered(endpoint, server);
});

test('a signal ends a server whose worker is yet to be replaced', async ({ manifests, serve }) => {
  const server = await serve(corefile(manifests), ['--workers', '2'], DEADLY);
  await provoke(await server.endpoint(), 'die-by-exit');
  await server.event('worker-died');
  expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
});

const provoke = async (endpoint: Endpoint, death: string): Promise<void> => {
  await using client = await UdpClient.open(endpoint);
  // No reply will come.
  client.send(query(`${death}.example.com. A`));
  await client.exchange(query('www.example.com. A'), 50).catch(() => undefined);
};

const isRight = (octets: Uint8Array): boolean => parseMessage(octets).answer.length === 1;

const askOverTcp = async (endpoint: Endpoint): Promise<boolean> => {
  await using client = await TcpClient.open(endpoint);
  return isRight(await client.exchange(query('www.example.com. A'), 500));
};

/** Sources are spread over the workers by their ports: of 32, some are each one's. */
const everySourceIsAnswered = async (
  endpoint: Endpoint,
  server: Command,
  asked: Uint8Array = query('www.example.com. A'),
): Promise<void> => {
  await using clients = new AsyncDisposableStack();
  for (let i = 0; i < 32; i++) {
    const client = clients.use(await UdpClient.open(endpoint));
    await waitFor(async () => isRight(await client.exchange(asked, 200)), {
      what: `an answer for source ${i}`,
      timeout: 20_000,
      evidence: () => server.transcript(),
    });
  }
};
