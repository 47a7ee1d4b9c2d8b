import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { batchedSupport, trimFreeMemory } from '../index.ts';

const isGlibc = 'glibcVersionRuntime' in (process.report.getReport() as { header: object }).header;

/** Pages of this process that no file stands behind, in kB. */
const anonymous = (): number =>
  Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);

test.runIf(isGlibc && batchedSupport().ok)('gives back what was freed below what is in use', () => {
  // Small enough for malloc's own heap, and every other one stays: none of the pages between is at its end.
  const buffers = Array.from({ length: 4000 }, () => new ArrayBuffer(32_000));
  for (const buffer of buffers) new Uint8Array(buffer).fill(1);
  const kept = buffers.filter((_, i) => i % 2 === 0);
  for (const buffer of buffers) if (!kept.includes(buffer)) buffer.transfer(0);
  const before = anonymous();
  trimFreeMemory();
  expect(before - anonymous()).toBeGreaterThan(20_000);
  expect(kept.every((buffer) => new Uint8Array(buffer)[31_999] === 1)).toBe(true);
});
