// docs/differences.md: codes that stay, tests that exist, and every option that is still refused.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPage, tablesOf } from '../support/markdown.ts';

const ROOT = join(import.meta.dirname, '..', '..');

const tables = tablesOf(readPage('docs/differences.md'));
const notYet = tables.get('Not there yet')?.rows ?? [];
const differences = [...tables.values()]
  .flatMap(({ rows }) => rows)
  .filter(([c]) => c?.[0] === 'D');

test.each([
  ['D', differences],
  ['N', notYet],
] as const)('the codes %s01, %s02 … stand in order, none twice', (letter, rows) => {
  const codes = rows.map((_, index) => `${letter}${String(index + 1).padStart(2, '0')}`);
  expect(codes.length).toBeGreaterThan(0);
  expect(rows.map(([code]) => code)).toEqual(codes);
});

test('every difference names a test that exists', () => {
  const missing = differences.filter((row) => !existsSync(join(ROOT, row.at(-1) ?? '')));
  expect(differences.filter((row) => row.length !== 5)).toEqual([]);
  expect(missing.map(([code, , , , file]) => `${code}: ${file}`)).toEqual([]);
});

test('every option and kind of the plugin that is refused is listed, and no other', () => {
  const options = readPage('apps/server/src/config/directives/k8s-gateway-options.ts');
  const [, kinds = ''] = /LATER_KINDS[^=]*= \[(.*?)\]/s.exec(options) ?? [];
  const [, lacking = ''] = /lacking: \{(.*?)\}/s.exec(options) ?? [];
  const refused = [
    ...[...kinds.matchAll(/'(\w+)'/g)].map(([, kind]) => `resources ${kind}`),
    ...[...lacking.matchAll(/^\s+(\w+):/gm)].map(([, option]) => option),
  ];
  const listed = notYet
    .filter(([, , today]) => today?.startsWith('refused'))
    .flatMap(([, of]) => /^`([\w ]+)`$/.exec(of ?? '')?.[1] ?? []);
  expect(refused.length).toBeGreaterThan(5);
  expect(listed).toEqual(refused);
});
