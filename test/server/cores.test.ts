// Workers pinned to cores: each is asked what comes to its core, and gets it back when it was replaced.

import { readdir, readFile } from 'node:fs/promises';
import { availableParallelism, release } from 'node:os';
import { batchedSupport, pinThread, usableCores } from '@seamark/udp';
import { describe, expect } from 'vitest';
import { type Endpoint, parseMessage, query, UdpClient } from '../support/dns/index.ts';
import { waitFor } from '../support/wait.ts';
import { type Command, fault } from './harness/command.ts';
import { corefile, test } from './harness/fixtures.ts';

const CORES: readonly number[] = batchedSupport().ok ? usableCores().slice(0, 2) : [];
const [major = 0, minor = 0] = release().split('.').map(Number.parseFloat);
/** Older kernels spread by hash nonetheless. */
const steers: boolean = major > 6 || (major === 6 && minor >= 2);
const DEADLY = { preload: fault('die-when-asked'), fromSource: true };
const PINNED = 'workers 2 {\n pin\n}';

describe.skipIf(CORES.length < 2)('pinned workers', () => {
  test('run on their cores, and nothing else does so only', async ({ manifests, serve }) => {
    const server = await serve(corefile(manifests, { also: [PINNED] }));
    expect(await server.event('serving')).toMatchObject({ workers: 2, pinned: true });
    const lone = (await coresOfThreads(server.pid)).filter((cores) => !/[-,]/.test(cores));
    expect(lone.map(Number).toSorted((a, b) => a - b)).toEqual(CORES);
    expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
  });

  test('are free where the command line says so', async ({ manifests, serve }) => {
    const server = await serve(corefile(manifests, { also: [PINNED] }), ['--no-pin']);
    expect(await server.event('serving')).toMatchObject({ workers: 2, pinned: false });
    expect((await coresOfThreads(server.pid)).filter((cores) => !/[-,]/.test(cores))).toEqual([]);
  });

  test.skipIf(!steers)(
    'get back what comes to their core, and others answer it meanwhile',
    async ({ manifests, serve }) => {
      const server = await serve(corefile(manifests), ['--workers', '2', '--pin'], DEADLY);
      const endpoint = await server.endpoint();
      let deaths = 0;
      // Whoever is asked dies, and so tells who it was. Each death makes the wait for the next life longer.
      for (const worker of [1, 2, 1, 2, 1, 2]) {
        await socketsBecome(endpoint.port, 2, server);
        const core = CORES[worker - 1] as number;
        await fromCore(core, endpoint, async (client) => client.send(query(DEATH)));
        const died = await server.event('worker-died', ++deaths);
        expect(died['worker']).toBe(`udp worker ${worker}`);
        for (let i = 0; i < 8; i++) {
          await fromCore(core, endpoint, async (client) => {
            expect(isRight(await client.exchange(query('www.example.com. A')))).toBe(true);
          });
        }
      }
      expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
    },
  );

  test('are none where UDP is by dgram, and the log says so', async ({ manifests, serve }) => {
    const server = await serve(corefile(manifests), ['--pin', '--udp', 'dgram']);
    const workers = availableParallelism();
    expect(await server.event('serving')).toMatchObject({ workers, pinned: false, udp: 'dgram' });
    expect(server.events('not-pinned')).toHaveLength(1);
  });
});

const DEATH = 'die-by-throwing.example.com. A';

/** What this thread sends on loopback comes to the core that it is on. */
const fromCore = async (
  core: number,
  endpoint: Endpoint,
  ask: (client: UdpClient) => Promise<void>,
): Promise<void> => {
  await using client = await UdpClient.open(endpoint);
  const unpin = pinThread(core);
  try {
    await ask(client);
  } finally {
    unpin();
  }
};

const isRight = (octets: Uint8Array): boolean => parseMessage(octets).answer.length === 1;

/** Of each thread of a process, as the kernel writes it: `0`, `0-1`. */
const coresOfThreads = async (pid: number): Promise<string[]> => {
  const threads = await readdir(`/proc/${pid}/task`);
  const statuses = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/status`, 'utf8')),
  );
  return statuses.map((status) => /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? '');
};

/** Waits until so many sockets are bound to the UDP port. */
const socketsBecome = async (port: number, count: number, server: Command): Promise<void> => {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  const bound = async (): Promise<boolean> => {
    const lines = (await readFile('/proc/net/udp', 'utf8')).split('\n');
    return lines.filter((line) => line.slice(0, 24).includes(local)).length === count;
  };
  await waitFor(bound, {
    what: `${count} sockets`,
    timeout: 20_000,
    evidence: () => server.transcript(),
  });
};
