// The kernel itself is asked which core a thread runs on, and which socket a datagram goes to.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { availableParallelism, release } from 'node:os';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type BatchedSocketSet,
  batchedSupport,
  openBatched,
  pinThread,
  UdpError,
  usableCores,
} from '../index.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

/** Until the test ends, or until the result is called. */
const pin = (core: number): (() => void) => {
  const unpin = pinThread(core);
  cleanups.push(unpin);
  return unpin;
};

/** What the kernel says of the calling thread, as `0-1,4`. */
const allowed = (): string => {
  const status = readFileSync('/proc/thread-self/status', 'utf8');
  return /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? '';
};

describe.skipIf(!batchedSupport().ok)('cores of the calling thread', () => {
  test('are those that the kernel lists', () => {
    const listed = allowed()
      .split(',')
      .flatMap((range) => {
        const [first = Number.NaN, last = first] = range.split('-').map(Number);
        return Array.from({ length: last - first + 1 }, (_, i) => first + i);
      });
    expect(usableCores()).toEqual(listed);
    expect(availableParallelism()).toBeLessThanOrEqual(listed.length);
  });

  test('are one when pinned, and all of them again afterwards', () => {
    const before = allowed();
    for (const core of usableCores()) {
      const unpin = pin(core);
      expect(allowed()).toBe(String(core));
      expect(usableCores()).toEqual([core]);
      unpin();
      expect(allowed()).toBe(before);
    }
  });

  test.each([[-1], [8191], [8192], [0.5], [Number.NaN]])('never are %d', (core) => {
    const before = allowed();
    expect(() => pinThread(core)).toThrow(UdpError);
    expect(() => pinThread(core)).toThrow(/cannot pin to core .* may run on \d/);
    expect(allowed()).toBe(before);
  });
});

const [one, another] = batchedSupport().ok ? usableCores() : [];
const [major = 0, minor = 0] = release().split('.').map(Number.parseFloat);
/** Older kernels take the option and spread by hash. */
const steers = major > 6 || (major === 6 && minor >= 2);

describe.skipIf(another === undefined || !steers)('datagrams', () => {
  const cores = [one, another] as [number, number];
  let port: number;

  const open = (incomingCpu: number): BatchedSocketSet => {
    const address = { address: '127.0.0.1', port };
    const set = openBatched({ addresses: [address], receiveTimeoutMs: 1, incomingCpu });
    port = set.addresses[0]?.port ?? 0;
    cleanups.push(() => set.close());
    return set;
  };

  /** Sent on loopback: what a thread sends on a core is received on it. */
  const sendFrom = async (core: number, count: number): Promise<void> => {
    const unpin = pin(core);
    // Each from another port: a hash over ports would send some the other way, but for odds of 2^-count.
    for (let i = 0; i < count; i++) {
      const socket: Socket = createSocket('udp4');
      socket.connect(port, '127.0.0.1');
      await once(socket, 'connect');
      await new Promise((sent) => socket.send('x', sent));
      socket.close();
    }
    unpin();
  };

  /** How many lie in the sockets of a set. */
  const drain = (set: BatchedSocketSet): number => {
    const before = set.counters.received;
    while (set.serveBatch(() => 0) > 0);
    return set.counters.received - before;
  };

  test('go to the sockets of the core that received them', async () => {
    port = 0;
    const sets = cores.map(open);
    for (const [index, core] of cores.entries()) {
      await sendFrom(core, 32);
      expect(sets.map(drain)).toEqual(index === 0 ? [32, 0] : [0, 32]);
    }
  });

  test('go to others while a core has none, and come back to those that replace them', async () => {
    port = 0;
    const [first, second] = cores.map(open) as [BatchedSocketSet, BatchedSocketSet];
    first.close();
    await sendFrom(cores[0], 32);
    expect(drain(second)).toBe(32);
    const replacement = open(cores[0]);
    await sendFrom(cores[0], 32);
    await sendFrom(cores[1], 16);
    expect([drain(replacement), drain(second)]).toEqual([32, 16]);
  });

  test('are shared by several sets of one core', async () => {
    port = 0;
    const sets = [cores[0], cores[1], cores[0]].map(open);
    await sendFrom(cores[0], 64);
    const counts = sets.map(drain);
    expect(counts).toEqual([expect.any(Number), 0, 64 - (counts[0] as number)]);
    expect(counts[0]).toBeGreaterThan(0);
    expect(counts[2]).toBeGreaterThan(0);
  });
});
