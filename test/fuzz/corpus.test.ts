// The corpus of the repository, once through every target: what was ever found, and one input for each way through the code.

import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Target } from './engine/target.ts';
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

test('there is a corpus of each target, and of no other', () => {
  const folders = new Set(
    namesIn(join(import.meta.dirname, 'corpus')).map((path) => path.split('/')[0]),
  );
  expect([...folders].sort()).toEqual([...TARGETS].sort());
});
