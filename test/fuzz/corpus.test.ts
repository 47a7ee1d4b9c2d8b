// The corpus of the repository, once through every target: what was ever found, and one input for each way through the code.

import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runFuzzer } from './engine/run-fuzzer.ts';
import type { Finding, Target } from './engine/target.ts';
import { corpusFolder, namesIn, readInputs } from './files.ts';
import { moduleOf, TARGETS } from './targets/index.ts';

describe.each(TARGETS)('%s', (name) => {
  test('takes its seeds and its corpus', async () => {
    const { target } = (await import(moduleOf(name))) as { target: Target };
    expect(target.name).toBe(name);
    const inputs = [...target.seeds, ...readInputs(corpusFolder(name))];
    expect(inputs.length).toBeGreaterThan(0);
    for (const input of inputs) {
      const again = `npm run fuzz -- --target ${name} --input FILE, of ${Buffer.from(input).toString('hex')}`;
      expect(() => target.run(input), again).not.toThrow();
    }
  });
});

/** As many as take a second or two; `npm run fuzz` goes on from there. */
const RUNS = 1000;

test.each(TARGETS)(`${RUNS} inputs made of those of %s do no harm either`, async (name) => {
  const findings: Finding[] = [];
  const result = await runFuzzer({
    ...{ name, module: moduleOf(name), seed: 1, messages: [], minimises: false },
    ...{ inputs: readInputs(corpusFolder(name)), mostRuns: RUNS, mostMs: Number.MAX_SAFE_INTEGER },
    onFinding: (finding) => findings.push(finding),
  });
  expect(
    findings.map(({ input, report }) => `${report} ${Buffer.from(input).toString('hex')}`),
  ).toEqual([]);
  expect(result?.runs).toBeGreaterThanOrEqual(RUNS);
});

test('there is a corpus of each target, and of no other', () => {
  const folders = new Set(
    namesIn(join(import.meta.dirname, 'corpus')).map((path) => path.split('/')[0]),
  );
  expect([...folders].sort()).toEqual([...TARGETS].sort());
});
