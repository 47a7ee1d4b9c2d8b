// docs/errors.md lists every error class and every code, and nothing that isn't there.

import { expect, test } from 'vitest';
import { readPage, tablesOf } from '../support/markdown.ts';
import { declaredErrors } from './error-classes.ts';

const page = readPage('docs/errors.md');
const tables = tablesOf(page);
const table = (title: string): string[][] => tables.get(title)?.rows ?? [];
const plain = (cell = ''): string => cell.replaceAll('`', '');

const documented = ['Codes of our own', 'Codes of the system']
  .flatMap(table)
  .map(([name, code]) => `${plain(name)} ${plain(code)}`);
const declared = declaredErrors();

test('every code of the sources is in the tables, and no other', () => {
  const codes = declared.flatMap(({ name, codes }) => codes.map((code) => `${name} ${code}`));
  expect([...documented].sort()).toEqual([...new Set(codes)].sort());
});

test('every error class without a code of its own is listed as such, and no other', () => {
  const bare = declared.filter(({ codes }) => codes.length === 0).map(({ name }) => name);
  expect(table('Without a code of their own').map(([name]) => plain(name))).toEqual(bare.sort());
});

test('every row says when and what to do', () => {
  const rows = [...tables.values()].flatMap(({ rows }) => rows);
  expect(rows.filter((row) => row.some((cell) => cell === ''))).toEqual([]);
});

test('the exit statuses are those of the command line', () => {
  const cli = readPage('apps/server/src/cli.ts');
  const [, body = ''] = /const EXIT = \{(.*?)\}/s.exec(cli) ?? [];
  const statuses = [...body.matchAll(/: (\d+)/g)].map(([, status]) => status);
  expect(statuses.length).toBeGreaterThan(0);
  expect(table('Exit status of `seamark`').map(([status]) => plain(status))).toEqual(statuses);
});

test('the classes are found by reading', () => {
  expect(declared.find(({ name }) => name === 'SourceError')?.codes).toContain('CONTEXT_MISSING');
  expect(declared.find(({ name }) => name === 'NameError')?.codes).toEqual(['NAME_MALFORMED']);
  expect(declared.find(({ name }) => name === 'UdpError')?.codes).toContain('EBADF');
});
