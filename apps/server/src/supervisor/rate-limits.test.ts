import { LimitedBoard, QUIET_AFTER, viewRateLimits } from '@seamark/matcher';
import { afterEach, expect, test } from 'vitest';
import { compile } from '../../test-support/compiling.ts';
import type { Logger } from '../log/logger.ts';
import { RateLimits } from './rate-limits.ts';

const NOW = 1_800_000_000;
const clock = Int32Array.of(NOW);
const lines: string[] = [];
const note = (level: string) => (fields: { event?: unknown }, text: string) =>
  void lines.push(`${level} ${fields.event}: ${text}`);
const log = { info: note('info'), warn: note('warn') } as unknown as Logger;
const limits = new RateLimits(log, clock);
const config = (options: string) => compile(`. {\n${options}\nk8s_gateway example.com\n}\n`);

afterEach(() => limits.stop());

test('there is memory where something is limited, the same for as long as it is large enough', () => {
  expect(limits.memoryFor(config(''))).toBeUndefined();
  const memory = limits.memoryFor(config('rrl {\n max-table-size 1000\n}'));
  expect(memory).toBeInstanceOf(SharedArrayBuffer);
  expect(limits.memoryFor(config('rrl {\n max-table-size 10\n}'))).toBe(memory);
  const larger = limits.memoryFor(config('rrl'));
  expect(larger).not.toBe(memory);
  expect(larger?.byteLength).toBeGreaterThan(16 * 100_000);
});

test('one line when a network begins to be limited, one when it is over', () => {
  const memory = limits.memoryFor(config('rrl'));
  if (memory === undefined) throw new Error('no memory');
  const board = new LimitedBoard(viewRateLimits(memory).board);
  const limit = (network: Int32Array, prefix: number, answerClass: number): void =>
    board.note(network, prefix, 8 * prefix, answerClass, Atomics.load(clock, 0));
  const ipv4 = Int32Array.of(0, 0, 0xffff, 0xc0000200 | 0);
  const ipv6 = Int32Array.of(0x20010db8, 0x00010100, 0, 0);
  for (let i = 0; i < 3; i++) {
    limit(ipv4, 120, 2);
    limits.look();
  }
  limit(ipv6, 56, 5);
  limits.look();
  expect(lines.splice(0)).toEqual([
    'warn rate-limited: answers to 192.0.2.0/24 are limited: beyond nxdomains-per-second',
    'warn rate-limited: answers to 2001:db8:1:100::/56 are limited: beyond amplified-per-second',
  ]);
  clock[0] = NOW + QUIET_AFTER - 1;
  limit(ipv6, 56, 5);
  limits.look();
  clock[0] = NOW + QUIET_AFTER;
  limits.look();
  limits.look();
  expect(lines.splice(0)).toEqual([
    'info rate-limit-over: answers to 192.0.2.0/24 are no longer limited; 3 were',
  ]);
  limit(ipv4, 120, 0);
  limits.look();
  expect(lines.splice(0)).toEqual([
    'warn rate-limited: answers to 192.0.2.0/24 are limited: beyond responses-per-second',
  ]);
});
