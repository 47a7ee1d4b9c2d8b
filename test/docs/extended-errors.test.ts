// docs/rfcs.md lists what replies may say in an Extended DNS Error: all of it, and nothing else.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EDE } from '@seamark/protocol';
import { expect, test } from 'vitest';
import { readPage, tablesOf } from '../support/markdown.ts';

const SOURCES = [
  'packages/matcher/src/extended-errors.ts',
  'apps/server/src/detour/detour-service.ts',
];
const COMPOSED = /composeError\(EDE\.(\w+), '(.+?)'\)/g;

const inCode = async (): Promise<string[]> => {
  const root = join(import.meta.dirname, '../..');
  const texts = await Promise.all(SOURCES.map((path) => readFile(join(root, path), 'utf8')));
  return [...texts.join('\n').matchAll(COMPOSED)].map(
    ([, name = '', text]) => `${EDE[name as keyof typeof EDE]} ${text}`,
  );
};

test('every text of an Extended DNS Error is in the table, and no other', async () => {
  const rows = tablesOf(readPage('docs/rfcs.md')).get('Extended DNS Errors')?.rows ?? [];
  const listed = rows.map(([code, text = '']) => `${code} ${text.replaceAll('`', '')}`);
  expect([...new Set(listed)].sort()).toEqual([...new Set(await inCode())].sort());
});
