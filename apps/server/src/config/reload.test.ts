import { expect, it } from 'vitest';
import { compile, errorsOf } from '../../test-support/compiling.ts';
import { describeConfig } from './describe.ts';

const reload = (words: string): string => `example.com {\n reload ${words}\n k8s_gateway\n}\n`;

it.each([
  ['', 30, 15],
  ['10s', 10, 5],
  ['2s 0s', 2, 0],
  ['2s 0', 2, 0],
  ['1m 10s', 60, 10],
  // As CoreDNS: half the interval at the most.
  ['10s 8s', 10, 5],
])('reads "reload %s"', (words, interval, jitter) => {
  const config = compile(reload(words));
  expect(config.reload).toEqual({ intervalMs: interval * 1000, jitterMs: jitter * 1000 });
});

it('looks at nothing unless asked to, or when asked not to', () => {
  expect(compile('example.com {\n k8s_gateway\n}\n').reload).toBeUndefined();
  expect(compile(reload('off')).reload).toBeUndefined();
});

it.each([
  ['1s', 'Corefile:2:9: "1s" is too short: 2s is the least'],
  ['3s 0.5s', 'Corefile:2:12: "0.5s" is too short: 1s is the least; no jitter: 0s'],
  ['soon', 'Corefile:2:9: "soon" is no duration. Allowed here: 30s, 1m30s, off'],
  ['off 1s', 'Corefile:2:9: "off" is no duration. Allowed here: 30s, 1m30s, off'],
  ['3s 1s 1s', 'Corefile:2:15: "1s" is more than "reload" takes'],
])('refuses "reload %s"', (words, message) => {
  expect(errorsOf(reload(words))).toEqual([expect.stringContaining(message)]);
});

it('is of the whole process', () => {
  const other = reload('10s').replace('com', 'org');
  expect(errorsOf(reload('') + other)).toEqual([
    'Corefile:6:9: "reload" differs from the one at Corefile:2:2; there is one for the whole process',
  ]);
  expect(compile(reload('10s') + other).reload?.intervalMs).toBe(10_000);
});

it('is described by the check', () => {
  expect(describeConfig(compile(reload('10s')))).toContain(
    'reload      looks for changes every 10 s, up to 5 s sooner or later\n',
  );
});
