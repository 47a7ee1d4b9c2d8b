// A smoke run of dnsperf: every query is answered, and rightly. How fast is printed, and judged elsewhere (bench).

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endChild, startChild } from '../support/child.ts';
import { ingress } from '../support/kube/objects.ts';
import { freePort } from '../support/ports.ts';
import { SeamarkServer } from '../support/server.ts';

const SECONDS = 2;
const HOSTS = 1_000;
/** Few enough that no socket's buffer overflows, which would be loss that is not the server's. */
const OUTSTANDING = 50;

const run = promisify(execFile);

/** What says why there is no run; undefined where dnsperf is installed. */
const missing: string | undefined = await run('dnsperf', ['-h']).then(
  () => undefined,
  (error: NodeJS.ErrnoException) =>
    error.code === 'ENOENT' ? 'dnsperf is not installed (Debian: apt install dnsperf)' : undefined,
);
if (missing !== undefined) process.stderr.write(`test/load skipped: ${missing}\n`);

describe.skipIf(missing !== undefined)('dnsperf', () => {
  let folder: string;
  let server: SeamarkServer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'seamark-load-'));
    await mkdir(join(folder, 'manifests'));
    const items = Array.from({ length: HOSTS }, (_, i) =>
      ingress(`web/host${i}`, [`host${i}.example.com`], ['192.0.2.1', '2001:db8::1']),
    );
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
    await writeFile(join(folder, 'manifests', 'hosts.json'), list);
    server = await start();
  });

  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const start = async (): Promise<SeamarkServer> => {
    const started = await SeamarkServer.start(`
.:${await freePort()} {
  bind 127.0.0.1
  k8s_gateway example.com {
    manifests ${join(folder, 'manifests')}
  }
}
`);
    await started.event('synced');
    return started;
  };

  const perf = async (mode: 'udp' | 'tcp', lines: readonly string[]): Promise<string> => {
    const file = join(folder, `queries.${mode}`);
    await writeFile(file, lines.map((line) => `${line}\n`).join(''));
    const { host, port } = await server.endpoint();
    const place = ['-s', host, '-p', String(port), '-m', mode, '-d', file];
    const load = ['-l', String(SECONDS), '-q', String(OUTSTANDING), '-c', '4', '-T', '1'];
    const { stdout } = await run('dnsperf', [...place, ...load]);
    return stdout;
  };

  test.for(['udp', 'tcp'] as const)('over %s', async (mode) => {
    // Half of the names exist, and one in four has no such type.
    const queries = Array.from({ length: HOSTS }, (_, i) => {
      const name = i % 2 === 0 ? `host${i}.example.com` : `absent${i}.example.com`;
      return `${name} ${['A', 'A', 'AAAA', 'TXT'][i % 4]}`;
    });
    const printed = await perf(mode, queries);
    const figure = (name: string) => Number(new RegExp(`${name}:\\s+([\\d.]+)`).exec(printed)?.[1]);
    const sent = figure('Queries sent');
    expect(sent, printed).toBeGreaterThan(HOSTS);
    expect({ completed: figure('Queries completed'), lost: figure('Queries lost') }).toEqual({
      completed: sent,
      lost: 0,
    });
    const [, codes = ''] = /Response codes:\s+(.*)/.exec(printed) ?? [];
    expect(codes).toMatch(/^NOERROR \d+ \(5\d\.\d+%\), NXDOMAIN \d+ \((4\d|50)\.\d+%\)$/);
    process.stdout.write(`dnsperf over ${mode}: ${figure('Queries per second')} queries/s\n`);
  });

  test('a signal ends a server under its load within a second', async () => {
    await using loaded = await start();
    const { host, port } = await loaded.endpoint();
    const file = join(folder, 'queries.one');
    await writeFile(file, 'host1.example.com A\n');
    const args = ['-s', host, '-p', String(port), '-d', file, '-l', '60', '-S', '0.1'];
    const dnsperf = startChild('dnsperf', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      const { stdout } = dnsperf.process;
      if (stdout === null) throw new Error('stdout is no pipe');
      // With -S it says every so often how fast it is: then it is under way.
      for await (const chunk of stdout) if (/\d+\.\d+: \d+/.test(String(chunk))) break;
      const began = performance.now();
      await loaded.stop();
      expect(performance.now() - began).toBeLessThan(1_000);
    } finally {
      await endChild(dnsperf, 'SIGKILL');
    }
  });
});
