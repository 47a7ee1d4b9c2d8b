// Whose fault it is that there is no answer.

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { query } from '../../../../../test/support/dns/index.ts';
import { exchangeError } from './exchange.ts';
import { Upstream } from './upstream.ts';

const failing = vi.hoisted(() => ({ code: '', asked: 0 }));

// Real descriptors would run out for the whole process.
vi.mock('./exchange-udp.ts', () => ({
  askUdp: () => {
    failing.asked += 1;
    return Promise.reject(exchangeError(Object.assign(new Error(), { code: failing.code })));
  },
}));

const told: string[] = [];
let upstream: Upstream;

beforeEach(() => {
  told.length = 0;
  failing.asked = 0;
  upstream = new Upstream(
    { address: '192.0.2.1', port: 53 },
    {
      ...{ readTimeoutMs: 1000, expireMs: 1000, mostIdle: 0, maxFails: 1, healthIntervalMs: 1 },
      ...{ healthDomain: '.', healthRecursion: true, forceTcp: false },
    },
    {
      down: (name, reason) => told.push(`down ${name} ${reason}`),
      up: (name) => told.push(`up ${name}`),
      lack: (name, reason) => told.push(`lack ${name} ${reason}`),
    },
  );
});
afterEach(() => upstream.close());

const ask = (): Promise<Uint8Array> =>
  upstream.ask(Uint8Array.from(query('www.example.net. A')), false, 1000);

it.each([
  ['EMFILE', 'this process has no file descriptors left'],
  ['ENFILE', 'this host has no file descriptors left'],
  ['ENOBUFS', 'no memory left for sockets'],
])('%s is ours: it is told of once, and no upstream is blamed', async (code, reason) => {
  failing.code = code;
  for (let i = 0; i < 3; i++) await expect(ask()).rejects.toThrow(reason);
  expect(upstream.counters).toMatchObject({ requests: 3, failures: 0, healthFailures: 0 });
  expect(upstream.isDown).toBe(false);
  expect(told).toEqual([expect.stringContaining(`lack 192.0.2.1:53 `)]);
  expect(told[0]).toContain(`${reason} (${code})`);
  // No health check, which would lack the same.
  expect(failing.asked).toBe(3);
});

it('ECONNREFUSED is not', async () => {
  failing.code = 'ECONNREFUSED';
  await expect(ask()).rejects.toThrow('ECONNREFUSED');
  await vi.waitFor(() => expect(told).toEqual(['down 192.0.2.1:53 ECONNREFUSED']));
  expect(upstream.counters.failures).toBe(1);
  expect(upstream.isDown).toBe(true);
});

it('a health check that could not be made counts for nothing', async () => {
  failing.code = 'ECONNREFUSED';
  const asked = ask();
  failing.code = 'EMFILE';
  await expect(asked).rejects.toThrow('ECONNREFUSED');
  await vi.waitFor(() => expect(failing.asked).toBeGreaterThan(3));
  expect(upstream.counters).toMatchObject({ failures: 1, healthFailures: 0 });
  expect(upstream.isDown).toBe(false);
  expect(told.every((line) => line.startsWith('lack'))).toBe(true);
});
