// The fuzzer finds what is there to be found, by what runs and not by luck, and again with the same seed.

import { describe, expect, test } from 'vitest';
import { Random } from '../../../packages/protocol/test-support/random.ts';
import { shrink } from './fuzzer.ts';
import { mutate } from './mutate.ts';
import { type FuzzResult, runFuzzer } from './run-fuzzer.ts';
import type { Finding } from './target.ts';

const moduleOf = (name: string): string => new URL(`./${name}.ts`, import.meta.url).href;

async function fuzz(
  name: string,
  seed: number,
  mostRuns: number,
  rest: { readonly hangsAfterMs?: number; readonly inputs?: readonly Uint8Array[] } = {},
): Promise<{ readonly findings: Finding[]; readonly result: FuzzResult | undefined }> {
  const findings: Finding[] = [];
  const result = await runFuzzer({
    ...{ name, module: moduleOf(name), seed, inputs: [], messages: [], minimises: true },
    ...{ mostRuns, mostMs: Number.MAX_SAFE_INTEGER, onFinding: (found) => findings.push(found) },
    ...rest,
  });
  return { findings, result };
}

describe('a fault behind five doors', () => {
  // Of random octets one in 2^40 opens them all.
  test.each([1, 2])('is found, made small, and told once, with seed %i', async (seed) => {
    const { findings, result } = await fuzz('planted', seed, 150_000);
    expect(
      findings.map(({ target, input, report }) => [
        target,
        Buffer.from(input).toString(),
        report.split('\n')[0],
      ]),
    ).toEqual([['planted', 'SEAM!', 'BrokenLaw: all doors are open']]);
    const { sources = [], corpus = [] } = result ?? {};
    expect(sources).toMatchObject([{ path: 'test/fuzz/engine/planted-doors.ts', missed: [] }]);
    // One input a door, and no more.
    expect(corpus.length).toBeLessThanOrEqual(6);
  });

  test('is found by the same inputs with the same seed', async () => {
    const [one, other, third] = [
      await fuzz('planted', 7, 20_000),
      await fuzz('planted', 7, 20_000),
      await fuzz('planted', 8, 20_000),
    ].map(({ result }) => result?.corpus.map((input) => Buffer.from(input).toString('hex')).join());
    expect(one).toBeDefined();
    expect(other).toBe(one);
    expect(third).not.toBe(one);
  });
});

test('an input that runs for ever is found, and ended', async () => {
  const { findings, result } = await fuzz('hanging', 1, 1_000_000, { hangsAfterMs: 5_000 });
  expect(result).toBeUndefined();
  expect(findings).toHaveLength(1);
  expect(findings[0]?.input[0]).toBe(0xff);
  expect(findings[0]?.report).toMatch(/^it ran for more than 5 s/);
});

test('what can be left out of an input is', () => {
  const input = Uint8Array.from(Buffer.from('abcdefghijklmnop'));
  const smallest = shrink(input, (smaller) => Buffer.from(smaller).includes('h'));
  expect(Buffer.from(smallest).toString()).toBe('h');
});

test('any input can be mutated, and none grows without end', () => {
  const random = new Random(1);
  for (const shape of ['message', 'reply', 'text', 'octets'] as const) {
    const target = {
      name: '',
      shape,
      watched: [],
      dictionary: [Uint8Array.of(1, 97, 0)],
      seeds: [],
      takesMessages: false,
      run: () => {},
    };
    let input: Uint8Array = new Uint8Array(0);
    let longest = 0;
    for (let i = 0; i < 20_000; i++) {
      input = mutate(input, random, target, [input, Uint8Array.of(1, 2, 3)]);
      longest = Math.max(longest, input.length);
    }
    expect(longest).toBeGreaterThan(100);
    expect(longest).toBeLessThanOrEqual(4096);
  }
});
