// docs/dependencies.md has a row for each library that a manifest names, and for no other.

import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readPage, tablesOf } from '../support/markdown.ts';

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly license?: string;
}

const ROOT = join(import.meta.dirname, '..', '..');
const parse = (path: string): Manifest => JSON.parse(readPage(path)) as Manifest;

const manifests = globSync(['package.json', '{packages,apps}/*/package.json'], { cwd: ROOT }).map(
  (path) => ({ room: dirname(path), manifest: parse(path) }),
);
const tables = tablesOf(readPage('docs/dependencies.md'));
const isOurs = (library: string): boolean => library.startsWith('@seamark/');

describe.each([
  ['Runtime', 'dependencies'],
  ['Development', 'devDependencies'],
] as const)('%s', (title, field) => {
  const rows = (tables.get(title)?.rows ?? []).map((row) => row.map((c) => c.replaceAll('`', '')));

  test('the table and the manifests name the same libraries', () => {
    const named = manifests.flatMap(({ room, manifest }) =>
      Object.keys(manifest[field] ?? {})
        .filter((library) => !isOurs(library))
        .map((library) => `${library} in ${room}`),
    );
    const told = rows.flatMap(([library, rooms = '']) =>
      rooms.split(', ').map((room) => `${library} in ${room}`),
    );
    expect(told.sort()).toEqual(named.sort());
  });

  test('a licence is the one that the installed library declares', () => {
    const declared = rows.map(([library = '']) => parse(`node_modules/${library}/package.json`));
    expect(rows.map(([, , licence]) => licence)).toEqual(declared.map(({ license }) => license));
  });

  test('no cell is empty', () => {
    expect(rows.filter((row) => row.length !== 6 || row.includes(''))).toEqual([]);
  });
});

test('all that is installed to run has a licence that asks for no more than its notice', () => {
  const lock = JSON.parse(readPage('package-lock.json')) as {
    packages: Record<string, { dev?: boolean; link?: boolean; license?: string }>;
  };
  const permissive =
    /^(MIT|ISC|Apache-2\.0|BSD-[23]-Clause|0BSD|BlueOak-1\.0\.0|PSF-2\.0|Unlicense)$/;
  const others = Object.entries(lock.packages)
    .filter(([path, { dev, link }]) => path.includes('node_modules/') && !dev && !link)
    .filter(([, { license }]) => !permissive.test(license ?? ''))
    .map(([path, { license }]) => `${path}: ${license}`);
  expect(others).toEqual([]);
});
