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

const numbers = (rows: readonly (readonly string[])[], letter: string): number[] =>
  rows.map(([code = '']) => Number(new RegExp(`^${letter}(\\d\\d\\d?)$`).exec(code)?.[1]));

// Rows stand by subject, and numbers are given as they come up.
test('the codes D01, D02 … are numbers, none twice', () => {
  expect(differences.length).toBeGreaterThan(0);
  const codes = numbers(differences, 'D');
  expect(codes.filter((code) => !(code > 0))).toEqual([]);
  expect(codes.filter((code, i) => codes.indexOf(code) !== i)).toEqual([]);
});

// What has come is taken out, and its code is not given to anything else.
test('the codes N10, N11 … stand in order, none twice', () => {
  const codes = numbers(notYet, 'N');
  expect(codes).toEqual([...new Set(codes)].sort((a, b) => a - b));
  expect(codes[0]).toBeGreaterThan(9);
});

test('every difference names a test that exists', () => {
  const missing = differences.filter((row) => !existsSync(join(ROOT, row.at(-1) ?? '')));
  expect(differences.filter((row) => row.length !== 5)).toEqual([]);
  expect(missing.map(([code, , , , file]) => `${code}: ${file}`)).toEqual([]);
});

test('every option of the plugin that is refused is listed, and no other', () => {
  const options = readPage('apps/server/src/config/directives/k8s-gateway/options.ts');
  const [, lacking] = /lacking: \{(.*?)\}/s.exec(options) ?? [];
  if (lacking === undefined) throw new Error('the table of refused options has gone');
  const refused = [...lacking.matchAll(/(\w+): '/g)].map(([, option]) => option);
  const listed = notYet
    .filter(([, , today]) => today?.startsWith('refused'))
    .flatMap(([, of]) => /^`([\w ]+)`$/.exec(of ?? '')?.[1] ?? []);
  expect(listed).toEqual(refused);
});
