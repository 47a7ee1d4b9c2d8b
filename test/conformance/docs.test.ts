// docs/rfcs.md is a promise to operators: each row is asked for by a case, and each case has a row.

import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { caseFiles } from './cases.ts';

const ROOT: string = join(import.meta.dirname, '../..');

/** `section file` of every row of the table. */
const rows = async (): Promise<string[]> => {
  const text = await readFile(join(ROOT, 'docs/rfcs.md'), 'utf8');
  return text
    .split('\n')
    .filter((line) => line.startsWith('| RFC '))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, section, , file]) => `${section} ${file}`);
};

test('docs/rfcs.md has one row for each section that a case file cites, and no other', async () => {
  const cited = caseFiles.flatMap(({ file, cases }) =>
    cases.map(({ section }) => `${section} ${file}`),
  );
  expect((await rows()).sort()).toEqual([...new Set(cited)].sort());
});

test('every file of cases is run', () => {
  const files = globSync('rfc*/*.ts', { cwd: import.meta.dirname });
  expect(files.sort()).toEqual(caseFiles.map(({ file }) => file).sort());
});

test('no two cases have one name', () => {
  const names = caseFiles.flatMap(({ file, cases }) =>
    cases.map(({ section, title }) => `${file}: ${section}: ${title}`),
  );
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
