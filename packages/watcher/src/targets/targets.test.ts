import { setImmediate as nextTurn } from 'node:timers/promises';
import { type FoldedName, formatAddress } from '@seamark/protocol';
import { describe, expect, test, vi } from 'vitest';
import { FakeResolver, FakeTime } from '../../test-support/fake-resolver.ts';
import { wireName } from '../zone-index/wire-name.ts';
import { AddressRecord } from './address-record.ts';
import type { Resolution } from './contract.ts';
import { Targets } from './targets.ts';

const LB: FoldedName = wireName('lb.example.net');

/** Targets that ask a fake resolver, and somebody who wants some of them. */
class Bench implements AsyncDisposable {
  readonly time = new FakeTime();
  /** Of what is told. */
  readonly gathering = new FakeTime();
  readonly log: string[] = [];
  readonly changes: FoldedName[] = [];
  readonly resolver: FakeResolver;
  readonly targets: Targets;
  readonly listener = (target: FoldedName): void => {
    this.changes.push(target);
  };

  private constructor(resolver: FakeResolver) {
    this.resolver = resolver;
    const line = (_: object, message: string): void => {
      this.log.push(message.replace(/\d+(?=[,);])/, 'PORT'));
    };
    this.targets = new Targets({
      resolvers: [resolver.address],
      log: { debug: line, info: line, warn: line, error: line },
      after: this.time.after,
      gather: this.gathering.after,
      random: () => 0,
    });
  }

  static async open(): Promise<Bench> {
    return new Bench(await FakeResolver.open());
  }

  /** What is known; `192.0.2.1 192.0.2.2 60 known`. */
  get known(): string {
    const { addresses, ttl, state }: Resolution = this.targets.want(LB, this.listener);
    const texts = [...addresses.v4, ...addresses.v6].map((octets) => formatAddress(octets));
    return [...texts, ...(texts.length > 0 ? [ttl] : []), state].join(' ');
  }

  /** Until both types wait for their next time. */
  async settle(count = 2): Promise<void> {
    await vi.waitFor(() => expect(this.time.delays).toHaveLength(count), { interval: 1 });
  }

  async pass(seconds: number): Promise<void> {
    this.time.pass(1000 * seconds);
    await this.settle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.targets.close();
    await this.resolver[Symbol.asyncDispose]();
  }
}

test('a target is asked for at once, and again when half of its TTL has run out', async () => {
  await using bench = await Bench.open();
  const { resolver } = bench;
  resolver.set('lb.example.net', '60 192.0.2.2 192.0.2.1', '300 2001:db8::1');
  expect(bench.known).toBe('asking');
  await bench.settle();
  expect(bench.known).toBe('192.0.2.1 192.0.2.2 2001:db8::1 30 known');
  expect(bench.time.delays).toEqual([30_000, 150_000]);
  await bench.pass(29);
  expect(resolver.asked).toHaveLength(2);
  resolver.set('lb.example.net', '60 192.0.2.3', '300 2001:db8::1');
  await bench.pass(1);
  expect(resolver.asked).toEqual(['lb.example.net A', 'lb.example.net AAAA', 'lb.example.net A']);
  expect(bench.known).toBe('192.0.2.3 2001:db8::1 30 known');
});

test.each([
  [86_400, 1800, 1800],
  [3600, 1800, 1800],
  [60, 30, 30],
  [15, 7, 7.5],
  [10, 5, 5],
  [7, 2, 5],
  // Here somebody keeps it for longer than was said.
  [5, 1, 5],
  [0, 1, 5],
])('a TTL of %d is served as %d, and asked for again after %d seconds', (ttl, served, seconds) => {
  for (const random of [() => 0, () => 0.99]) {
    const record = new AddressRecord();
    const wait = record.take({ kind: 'addresses', ttl, addresses: ['192.0.2.1'] }, random) / 1000;
    expect(record.ttl).toBe(served);
    expect(wait).toBeLessThanOrEqual(seconds);
    expect(wait).toBeGreaterThanOrEqual(Math.max(5, 0.9 * seconds));
    expect(wait + record.ttl).toBeLessThanOrEqual(Math.max(6, ttl));
  }
});

test('questions are 5 seconds apart at least, and half an hour at most', async () => {
  await using bench = await Bench.open();
  bench.resolver.set('lb.example.net', '0 192.0.2.1', '86400 2001:db8::1');
  expect(bench.known).toBe('asking');
  await bench.settle();
  expect(bench.time.delays).toEqual([5000, 1_800_000]);
  expect(bench.known).toBe('192.0.2.1 2001:db8::1 1 known');
});

test('the same again is no change, unless it may be kept for less, or for half as long again', async () => {
  await using bench = await Bench.open();
  const { resolver, changes } = bench;
  const steps = [
    ['120', '60', 1],
    ['120', '60', 0],
    ['118', '59', 1],
    ['120', '59', 0],
    ['176', '59', 0],
    ['178', '89', 1],
  ] as const;
  for (const [ttl, told, more] of steps) {
    resolver.set('lb.example.net', `${ttl} 192.0.2.1`, '3600 2001:db8::1');
    changes.length = 0;
    if (bench.known === 'asking') {
      await bench.settle();
      changes.length = 1;
    } else await bench.pass(bench.time.delays[0] ?? 0);
    expect([bench.known, changes.length]).toEqual([`192.0.2.1 2001:db8::1 ${told} known`, more]);
  }
});

test('what was known last is kept while nobody can tell, for 30 seconds at a time', async () => {
  await using bench = await Bench.open();
  const { resolver, time } = bench;
  resolver.set('lb.example.net', '600 192.0.2.1', '3600 2001:db8::1');
  expect(bench.known).toBe('asking');
  await bench.settle();
  resolver.set('lb.example.net', 'SERVFAIL', 'SERVFAIL');
  await bench.pass(300);
  expect(bench.known).toBe('192.0.2.1 2001:db8::1 30 known');
  // With a random part of nothing there is the least that RFC 9520 asks for.
  for (let i = 0; i < 20; i++) {
    expect(time.delays[0]).toBe(1000);
    await bench.pass(1);
  }
  expect(resolver.asked).toHaveLength(23);
  expect(bench.log).toEqual([]);
  bench.gathering.pass(5000);
  expect(bench.log).toHaveLength(1);
  expect(bench.known).toBe('192.0.2.1 2001:db8::1 30 known');
  resolver.set('lb.example.net', '60 192.0.2.9', '3600 2001:db8::1');
  await bench.pass(1);
  expect(bench.known).toBe('192.0.2.9 2001:db8::1 30 known');
  bench.gathering.pass(5000);
  expect(bench.log).toEqual([
    'the host name lb.example.net does not resolve (A: SERVFAIL from 127.0.0.1:PORT): its last addresses are answered on; it is asked for again and again',
    'the host name lb.example.net resolves again',
  ]);
});

test('a failure is asked again at growing intervals, up to a minute', async () => {
  await using resolver = await FakeResolver.open();
  const time = new FakeTime();
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const options = { resolvers: [resolver.address], log, after: time.after, random: () => 0.5 };
  const targets = new Targets(options);
  resolver.set('lb.example.net', 'SERVFAIL', '3600 2001:db8::1');
  targets.want(LB, () => {});
  const delays: number[] = [];
  for (let i = 0; i < 9; i++) {
    await vi.waitFor(() => expect(time.delays).toHaveLength(2), { interval: 1 });
    const [delay = 0] = time.delays;
    delays.push(delay);
    time.pass(delay);
  }
  expect(delays).toEqual([1500, 2000, 3000, 5000, 9000, 17_000, 31_000, 31_000, 31_000]);
  targets.close();
});

test('nothing is known of a target that nobody could ever tell of', async () => {
  await using bench = await Bench.open();
  bench.resolver.set('lb.example.net', 'SERVFAIL', 'REFUSED');
  expect(bench.known).toBe('asking');
  await bench.settle();
  expect(bench.known).toBe('unknown');
  bench.gathering.pass(5000);
  expect(bench.log).toEqual([
    expect.stringMatching(/does not resolve \(A: SERVFAIL .*; AAAA: REFUSED .*\): names that lead/),
  ]);
  bench.resolver.set('lb.example.net', '', 'REFUSED');
  await bench.pass(1);
  expect(bench.known).toBe('unknown');
  bench.resolver.set('lb.example.net', '', '');
  await bench.pass(5);
  expect(bench.known).toBe('known');
  expect(bench.log).toHaveLength(1);
});

test('one family is enough to be known, whatever becomes of the other', async () => {
  await using bench = await Bench.open();
  bench.resolver.set('lb.example.net', '60 192.0.2.1', 'SERVFAIL');
  expect(bench.known).toBe('asking');
  await bench.settle();
  expect(bench.known).toBe('192.0.2.1 30 known');
});

test('that a target has gone counts when it is said twice on end', async () => {
  await using bench = await Bench.open();
  const { resolver } = bench;
  resolver.set('lb.example.net', '60 192.0.2.1');
  expect(bench.known).toBe('asking');
  await bench.settle();
  expect(bench.log).toEqual([]);
  resolver.set('lb.example.net', 'NXDOMAIN', 'NXDOMAIN');
  await bench.pass(60);
  expect(bench.known).toBe('192.0.2.1 5 known');
  resolver.set('lb.example.net', '60 192.0.2.1', 'NXDOMAIN');
  await bench.pass(5);
  expect(bench.known).toBe('192.0.2.1 30 known');
  resolver.set('lb.example.net', 'NXDOMAIN', 'NXDOMAIN');
  await bench.pass(60);
  expect(bench.known).toBe('192.0.2.1 5 known');
  await bench.pass(5);
  expect(bench.known).toBe('known');
  bench.gathering.pass(5000);
  expect(bench.log).toEqual([expect.stringContaining('does not resolve (it has no address)')]);
  resolver.set('lb.example.net', '60 192.0.2.2');
  await bench.pass(60);
  expect(bench.known).toBe('192.0.2.2 30 known');
});

test('one question for all who want a target; when none does it is forgotten', async () => {
  await using bench = await Bench.open();
  const { resolver, targets, time } = bench;
  resolver.set('lb.example.net', '60 192.0.2.1');
  const others: FoldedName[] = [];
  const other = (target: FoldedName): void => void others.push(target);
  expect(bench.known).toBe('asking');
  targets.want(LB, other);
  await bench.settle();
  expect(resolver.asked).toHaveLength(2);
  expect(others).toEqual(bench.changes);
  targets.release(LB, bench.listener);
  expect([targets.size, time.delays.length]).toEqual([1, 2]);
  targets.release(LB, other);
  expect([targets.size, time.delays.length]).toEqual([0, 0]);
  // Wanted anew it is asked for anew, and what came too late for the old one is nobody's.
  expect(bench.known).toBe('asking');
  targets.release(LB, bench.listener);
  expect(bench.known).toBe('asking');
  await bench.settle();
  expect(bench.known).toBe('192.0.2.1 30 known');
});

test('thousands of targets', async () => {
  await using bench = await Bench.open();
  const { resolver, targets } = bench;
  const names = Array.from({ length: 2000 }, (_, i) => `lb${i}.example.net`);
  for (const name of names) resolver.set(name, '60 192.0.2.1', '60 2001:db8::1');
  for (const name of names) targets.want(wireName(name), bench.listener);
  await vi.waitFor(() => expect(bench.time.delays).toHaveLength(4000), { timeout: 30_000 });
  const resolutions = names.map((name) => targets.want(wireName(name), bench.listener));
  expect(resolutions.every(({ state }) => state === 'known')).toBe(true);
  expect(bench.log).toEqual([]);
});

describe('what is told', () => {
  const names = Array.from({ length: 10 }, (_, i) => `lb${i}.example.net`);
  const open = async (answers: (i: number) => string): Promise<Bench> => {
    const bench = await Bench.open();
    for (const [i, name] of names.entries()) {
      bench.resolver.set(name, answers(i), '3600 2001:db8::1');
      bench.targets.want(wireName(name), bench.listener);
    }
    await bench.settle(20);
    return bench;
  };
  const pass = async (bench: Bench, seconds: number): Promise<void> => {
    bench.time.pass(1000 * seconds);
    await bench.settle(20);
  };
  const answer = (bench: Bench, text: string): void => {
    for (const name of names) bench.resolver.set(name, text, text === 'SERVFAIL' ? text : '');
  };

  test('of an outage is one line with a count, and one when it is over', async () => {
    await using bench = await open(() => '60 192.0.2.1');
    answer(bench, 'SERVFAIL');
    await pass(bench, 30);
    bench.gathering.pass(5000);
    for (let i = 0; i < 5; i++) await pass(bench, 30);
    bench.gathering.pass(5000);
    answer(bench, '60 192.0.2.2');
    for (let i = 0; i < 3; i++) await pass(bench, 60);
    bench.gathering.pass(90_000);
    expect(bench.log).toEqual([
      expect.stringMatching(
        /^no host name can be resolved, as 10 of them show \(lb\d\.example\.net: A: SERVFAIL from 127\.0\.0\.1:PORT; .*; and 7 more\): their last addresses are answered on/,
      ),
      expect.stringMatching(
        /^host names are resolved again, after \d+ s in which 10 could not be$/,
      ),
    ]);
  });

  test('of what an outage leaves behind is told when it should be over, too', async () => {
    await using bench = await open(() => '60 192.0.2.1');
    answer(bench, 'SERVFAIL');
    await pass(bench, 30);
    bench.gathering.pass(5000);
    answer(bench, '60 192.0.2.2');
    bench.resolver.set('lb3.example.net', 'SERVFAIL', 'SERVFAIL');
    for (let i = 0; i < 3; i++) await pass(bench, 60);
    expect(bench.log).toHaveLength(2);
    bench.gathering.pass(90_000);
    expect(bench.log.slice(2)).toEqual([
      expect.stringContaining('the host name lb3.example.net does not resolve (A: SERVFAIL'),
    ]);
  });

  test('of several at once is one line, while others resolve', async () => {
    // The last answer that comes is a good one, or it would be an outage.
    await using bench = await open((i) => (i < 5 ? '' : '60 192.0.2.1'));
    for (const name of names.slice(0, 5)) bench.resolver.set(name, '', '');
    await pass(bench, 1800);
    await pass(bench, 5);
    bench.gathering.pass(5000);
    expect(bench.log).toEqual([
      expect.stringMatching(
        /^5 host names do not resolve \(lb\d\.example\.net: it has no address; .*; and 2 more\): /,
      ),
    ]);
    for (const name of names) bench.resolver.set(name, '60 192.0.2.1', '');
    await pass(bench, 60);
    bench.gathering.pass(5000);
    expect(bench.log.slice(1)).toEqual([
      expect.stringMatching(/^the host names lb\d.*, and 2 more resolve again$/),
    ]);
  });
});

test('64 questions are under way at the same time, and no more', async () => {
  await using bench = await Bench.open();
  const { resolver, targets } = bench;
  const names = Array.from({ length: 100 }, (_, i) => `lb${i}.example.net`);
  for (const name of names) resolver.set(name, 'SILENCE', 'SILENCE');
  for (const name of names) targets.want(wireName(name), bench.listener);
  await vi.waitFor(() => expect(resolver.asked.length).toBeGreaterThan(63), { interval: 1 });
  await nextTurn();
  expect(resolver.asked).toHaveLength(64);
  targets.release(wireName('lb0.example.net'), bench.listener);
  targets.release(wireName('lb99.example.net'), bench.listener);
  expect(targets.size).toBe(98);
});

test('when it is closed nothing is asked any more', async () => {
  await using bench = await Bench.open();
  bench.resolver.set('lb.example.net', '60 192.0.2.1', 'SILENCE');
  expect(bench.known).toBe('asking');
  await bench.settle(1);
  bench.targets.close();
  expect(bench.time.delays).toEqual([]);
  expect(bench.known).toBe('192.0.2.1 30 asking');
  const asked = bench.resolver.asked.length;
  bench.targets.want(wireName('other.example.net'), bench.listener);
  expect(bench.time.delays).toEqual([]);
  expect(bench.resolver.asked).toHaveLength(asked);
});
