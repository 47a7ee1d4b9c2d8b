import { expect, test } from 'vitest';
import { ConnectionLimits, type Eviction, type Limits, type Place } from './connection-limits.ts';

const LIMITS: Limits = { maxConnections: 6, maxConnectionsPerClient: 4, maxOctets: 1000 };

class Log {
  readonly limits: ConnectionLimits;
  readonly evicted: string[] = [];

  constructor(limits: Partial<Limits> = {}) {
    this.limits = new ConnectionLimits({ ...LIMITS, ...limits });
  }

  /** `a1` is a connection of client `a`. */
  take(name: string, client: string | undefined = name[0]): Place | undefined {
    const tenant = { evict: (why: Eviction) => void this.evicted.push(`${name} ${why}`) };
    return this.limits.take(client, tenant);
  }

  takeAll(...names: readonly string[]): Place[] {
    return names.flatMap((name) => this.take(name) ?? []);
  }
}

test('one client has no more than it may, and others are not concerned', () => {
  const record = new Log();
  const places = record.takeAll('a1', 'a2', 'a3', 'a4');
  expect(record.take('a5')).toBeUndefined();
  expect(record.takeAll('b1', 'c1')).toHaveLength(2);
  places[0]?.release();
  places[0]?.release();
  expect(record.limits.size).toBe(5);
  expect(record.take('a5')).toBeDefined();
  expect(record.evicted).toEqual([]);
});

test('of the client with the most the one that was used the longest ago makes room', () => {
  const record = new Log();
  const [, a1] = record.takeAll('b1', 'a1', 'a2', 'a3', 'c1', 'c2');
  a1?.used();
  record.takeAll('d1', 'd2');
  expect(record.evicted).toEqual(['a2 places', 'c1 places']);
  expect(record.limits.size).toBe(6);
});

test('of several with as many, the one that has been silent the longest', () => {
  const record = new Log({ maxConnections: 3 });
  const [a] = record.takeAll('a1', 'b1', 'c1');
  a?.used();
  record.takeAll('d1', 'e1');
  expect(record.evicted).toEqual(['b1 places', 'c1 places']);
});

test('however many come, a client that has one keeps it while another has two', () => {
  const record = new Log();
  record.takeAll('z1');
  for (let i = 0; i < 1000; i++) record.take(`a${i}`)?.used();
  for (let i = 0; i < 1000; i++) record.takeAll(`b${i}`, `c${i}`);
  expect(record.limits.size).toBe(6);
  expect(record.evicted.filter((line) => line.startsWith('z'))).toEqual([]);
});

test('who has fewer places than one has on average is none of the many', () => {
  const log = new Log();
  const places = log.takeAll('a1', 'a2', 'a3', 'b1');
  expect(places.map(({ isOfMany }) => isOfMany)).toEqual([true, true, true, false]);
  for (const place of places.splice(0, 2)) place.release();
  expect(places.map(({ isOfMany }) => isOfMany)).toEqual([true, true]);
});

test('a place that is nobody’s yet counts by itself, until it is known whose it is', () => {
  const record = new Log({ maxConnectionsPerClient: 1 });
  const one = record.limits.take(undefined, { evict: () => {} });
  const two = record.limits.take(undefined, { evict: () => {} });
  expect(one?.belongsTo('a')).toBe(true);
  expect(two?.belongsTo('a')).toBe(false);
  expect(record.take('a1')).toBeUndefined();
  two?.release();
  one?.release();
  expect(two?.belongsTo('b')).toBe(false);
  expect(record.limits.size).toBe(0);
});

test('what holds the most of the client that holds the most makes room for octets', () => {
  const record = new Log();
  const [a1, a2, b1] = record.takeAll('a1', 'a2', 'b1');
  b1?.holds(400);
  a1?.holds(300);
  a2?.holds(290);
  expect(record.limits.octets).toBe(990);
  b1?.holds(420);
  expect(record.evicted).toEqual(['a1 memory']);
  expect(record.limits.octets).toBe(710);
  a1?.holds(5000);
  b1?.holds(0);
  expect(record.limits.octets).toBe(290);
  a2?.holds(1001);
  expect(record.evicted).toEqual(['a1 memory', 'a2 memory']);
  expect(record.limits.octets).toBe(0);
});

test('fewer places: the next one to come makes room down to them', () => {
  const record = new Log();
  record.takeAll('a1', 'a2', 'b1', 'b2', 'c1');
  record.limits.limits = { ...LIMITS, maxConnections: 2 };
  expect(record.limits.use).toBe(1);
  record.take('d1');
  expect(record.limits.size).toBe(2);
});
