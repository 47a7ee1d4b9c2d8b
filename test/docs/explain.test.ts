// What the pages show of `seamark explain` and `seamark dump` is what these print; the tables are what there is.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fencesOf, readPage, tablesOf } from '../support/markdown.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const NODE = join(ROOT, 'node_modules', '.bin', 'node');
const CLI = join(ROOT, 'apps', 'server', 'dist', 'cli.js');

const PAGE = readPage('docs/explain.md');

/** The commands of a page's consoles, each with what it prints. */
const shown = ['README.md', 'docs/explain.md'].flatMap((path) =>
  fencesOf(readPage(path))
    .filter(
      ({ language, text }) => language === 'console' && text.includes('$ npm exec -- seamark'),
    )
    .map(({ text }) => {
      const [command = '', ...lines] = text.split('\n');
      return { path, args: command.split(' ').slice(5), prints: lines.join('\n') };
    }),
);

/** Without what differs from run to run and from place to place. */
const steady = (text: string): string =>
  text
    .replaceAll(join(ROOT, 'examples'), '/etc/seamark')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/(SOA\t\S+ \S+) \d+/, '$1 SERIAL')
    // Somebody may be serving the examples on this machine.
    .replace(/from the (server at \S+ over \S+|sources)$/m, 'from SOMEWHERE')
    .replace(/^No server was asked at .*$/m, 'NO SERVER')
    .replace(/^How old its sources are .*$/m, 'NO SERVER');

test('there are such commands on both pages', () => {
  expect(new Set(shown.map(({ path }) => path)).size).toBe(2);
  expect(shown.length).toBeGreaterThan(3);
});

test.each(shown)('$path: seamark $args prints what is shown', ({ args, prints }) => {
  const { stdout, stderr } = spawnSync(NODE, [CLI, ...args], { cwd: ROOT, encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(steady(stdout)).toBe(steady(prints));
});

describe('the tables of docs/explain.md', () => {
  const plain = (cell = ''): string => cell.replaceAll('`', '');
  const firstColumn = (title: string): string[] =>
    (tablesOf(PAGE).get(title)?.rows ?? []).map(([cell]) => plain(cell));

  test('have every reason for a loss, and no other', () => {
    const unions = ['zone-index/verdicts.ts', 'explain/explanation.ts'].map((file) => {
      const source = readPage(`packages/watcher/src/${file}`);
      return /export type \w*LossCode =\n(.*?);\n/s.exec(source)?.[1] ?? '';
    });
    const codes = unions.flatMap((union) => [...union.matchAll(/'([\w-]+)'/g)].map(([, c]) => c));
    expect(codes.length).toBeGreaterThan(5);
    expect(firstColumn('Why an object gives nothing').sort()).toEqual(codes.sort());
  });

  test('have every member of the JSON, and no other', () => {
    const { stdout } = spawnSync(
      NODE,
      [CLI, 'explain', 'any.apps.example.com', '--config', 'examples/Corefile', '--json'],
      { cwd: ROOT, encoding: 'utf8' },
    );
    const named = firstColumn('For programs').flatMap((cell) => cell.replace('[]', '').split(', '));
    expect(named.sort()).toEqual(Object.keys(JSON.parse(stdout) as object).sort());
  });

  test('have the exit statuses of the command line', () => {
    const errors = tablesOf(readPage('docs/errors.md')).get('Exit status of `seamark`')?.rows ?? [];
    expect(firstColumn('Exit status')).toEqual(errors.map(([status]) => plain(status)));
  });
});
