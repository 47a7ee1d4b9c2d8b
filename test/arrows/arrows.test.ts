// One direction of imports: who may know whom, held against every source file.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findCycles } from './cycles.ts';
import { libraryOf, readSources, type Source, specifiersOf } from './sources.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/**
 * protocol <- snapshot <- matcher <- server; snapshot <- watcher <- server; udp <- server. The
 * snapshot is the whole contract between watcher and matcher.
 */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  'packages/protocol': [],
  'packages/snapshot': ['@seamark/protocol'],
  'packages/matcher': ['@seamark/protocol', '@seamark/snapshot'],
  'packages/watcher': ['@seamark/protocol', '@seamark/snapshot'],
  'packages/udp': [],
  'apps/server': [
    '@seamark/matcher',
    '@seamark/protocol',
    '@seamark/snapshot',
    '@seamark/udp',
    '@seamark/watcher',
  ],
};

/** One door for each library from outside: what stands behind it can be replaced in one room. */
const DOORS: Readonly<Record<string, string>> = {
  '@kubernetes/client-node': 'packages/watcher',
  'dns-packet': 'packages/protocol',
  koffi: 'packages/udp',
  pino: 'apps/server',
  'pino-pretty': 'apps/server',
  piscina: 'apps/server',
  re2js: 'apps/server',
  'prom-client': 'apps/server',
  yaml: 'packages/watcher',
};

/** Parts of a package that are wanted without the rest of it, under names of their own in its `exports`. */
const SIDE_DOORS: ReadonlySet<string> = new Set([
  // Of the watcher, the thread that reads Corefiles needs these; the whole takes 40 ms to load.
  '@seamark/watcher/kinds',
  // The thread that forwards looks into hosts files, and watches nothing else.
  '@seamark/watcher/hosts',
  '@seamark/watcher/label-selector',
]);

/** Tests that put rooms together which do not know each other, through the other one's door. */
const SCENES: ReadonlySet<string> = new Set([
  // Objects in, answers out: what the watcher writes is what the matcher reads.
  'packages/watcher/test-support/scene.ts: ../../matcher/src/index.ts',
]);

/** Declared and needed, but never imported: the Node that the command `seamark` runs on. */
const NOT_IMPORTED: ReadonlySet<string> = new Set(['node']);

const sources = readSources();
const shipped = sources.filter(({ isShipped }) => isShipped);
const isOurs = (library: string): boolean => library.startsWith('@seamark/');

/** `file: specifier` of the imports that break a rule. */
const offences = (
  among: readonly Source[],
  isOffence: (source: Source, imported: Source['imports'][number]) => boolean,
): string[] =>
  among.flatMap((source) =>
    source.imports
      .filter((imported) => isOffence(source, imported))
      .map(({ specifier }) => `${source.path}: ${specifier}`),
  );

test('there is an arrow for every package, and sources were read', () => {
  const rooms = new Set(shipped.map(({ room }) => room));
  expect([...rooms].sort()).toEqual(Object.keys(ARROWS).sort());
});

test('a package imports, tests included, only packages below it', () => {
  const broken = offences(sources, ({ room }, imported) => {
    const library = libraryOf(imported);
    const allowed = ARROWS[room];
    return library !== undefined && isOurs(library) && allowed?.includes(library) === false;
  });
  expect(broken).toEqual([]);
});

test('a package is entered by its door: no path leads past it', () => {
  const broken = offences(sources, ({ path: importer, room, isShipped }, { specifier, path }) => {
    if (path === undefined) {
      return isOurs(specifier) && specifier.split('/').length > 2 && !SIDE_DOORS.has(specifier);
    }
    // A small benchmark is of one function, which need not be one that the package gives to others.
    if (importer.startsWith('bench/micro/') && !path.endsWith('.test.ts')) return false;
    // Nor need what is fuzzed be.
    if (importer.startsWith('test/fuzz/targets/')) return false;
    // What tests stand on is shared among tests.
    const isSupport = path.startsWith('test/support/') || path.includes('/test-support/');
    return !path.startsWith(`${room}/`) && (isShipped || !isSupport);
  });
  expect(broken.filter((offence) => !SCENES.has(offence))).toEqual([]);
});

test('nothing that ships imports a test or what tests stand on', () => {
  const broken = offences(
    shipped,
    ({ room }, { path }) =>
      path !== undefined && (!path.startsWith(`${room}/src/`) || path.endsWith('.test.ts')),
  );
  expect(broken).toEqual([]);
});

test('a library from outside has one door', () => {
  const broken = offences(shipped, ({ room }, imported) => {
    const library = libraryOf(imported);
    return library !== undefined && !isOurs(library) && DOORS[library] !== room;
  });
  expect(broken).toEqual([]);
});

test('no files of a package import one another in a circle', () => {
  const graph = new Map(
    shipped.map(({ path, imports }) => [path, imports.flatMap((imported) => imported.path ?? [])]),
  );
  expect(findCycles(graph).map((cycle) => cycle.join(' -> '))).toEqual([]);
});

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const manifestOf = (room: string): Manifest =>
  JSON.parse(readFileSync(join(ROOT, room, 'package.json'), 'utf8')) as Manifest;

/** What the shipped sources of these rooms import from other packages, each once. */
const importedBy = (rooms: readonly string[]): string[] => {
  const imported = shipped
    .filter(({ room }) => rooms.includes(room))
    .flatMap((source) => source.imports.flatMap((found) => libraryOf(found) ?? []));
  return [...new Set(imported)].sort();
};

/** Ships in a few files that have the packages inside, so those are not what it depends on, but what they do. */
const BUNDLED = 'apps/server';

test.each(Object.keys(ARROWS).filter((room) => room !== BUNDLED))(
  '%s declares what it imports and nothing else',
  (room) => {
    expect(Object.keys(manifestOf(room).dependencies ?? {}).sort()).toEqual(importedBy([room]));
  },
);

test('the server declares what it and the packages in it import, and nothing else', () => {
  const { dependencies = {}, devDependencies = {} } = manifestOf(BUNDLED);
  const declared = Object.keys(dependencies).filter((name) => !NOT_IMPORTED.has(name));
  const outside = importedBy(Object.keys(ARROWS)).filter((library) => !isOurs(library));
  expect(declared.sort()).toEqual(outside);
  expect(Object.keys(devDependencies).sort()).toEqual(importedBy([BUNDLED]).filter(isOurs));
  const elsewhere = Object.keys(ARROWS)
    .filter((room) => room !== BUNDLED)
    .flatMap((room) => Object.entries(manifestOf(room).dependencies ?? {}));
  const differing = elsewhere.filter(
    ([library, version]) => !isOurs(library) && dependencies[library] !== version,
  );
  expect(differing).toEqual([]);
});

describe('the rules can fail', () => {
  test('every way to import is seen', () => {
    const text = [
      "import 'a';",
      "import b from 'b';",
      "import {\n  type C,\n  c,\n} from 'c';",
      "import type { D } from '@d/d';",
      "export * from './e.ts';",
      "export { f } from 'f';",
      "const g = await import('g');",
      "type H = typeof import('h');",
      "const i = require('i');",
      "const worker = new Worker(new URL('./j.ts', import.meta.url));",
      "// import k from 'k';",
      " * import l from 'l';",
      "export const m = 'm';",
      "export interface N {\n  readonly kind: 'n';\n}",
    ].join('\n');
    const found = ['a', 'b', 'c', '@d/d', './e.ts', 'f', 'g', 'h', 'i', './j.ts'];
    expect(specifiersOf(text).sort()).toEqual(found.sort());
  });

  test('a circle is found wherever it begins', () => {
    const graph = new Map([
      ['a', ['b']],
      ['b', ['c', 'd']],
      ['c', []],
      ['d', ['b']],
    ]);
    expect(findCycles(graph)).toEqual([['b', 'd', 'b']]);
  });
});
