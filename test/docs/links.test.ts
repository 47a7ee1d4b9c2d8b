// Every link of every page leads somewhere: to a file of the repository, and to a heading in it.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { anchorsOf, linksOf, readPage } from '../support/markdown.ts';

const ROOT = join(import.meta.dirname, '..', '..');

// As git sees them, so that installed packages are not among them; untracked pages are.
const pages = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '*.md'],
  { cwd: ROOT, encoding: 'utf8' },
)
  .split('\0')
  .filter((path) => path !== '' && existsSync(join(ROOT, path)));

test('there are pages', () => {
  expect(pages).toContain('docs/configuration.md');
});

test.each(pages)('the links of %s lead somewhere', (path) => {
  const broken = linksOf(readPage(path)).filter((link) => !resolves(path, link));
  expect(broken).toEqual([]);
});

/** A link with a scheme goes out of the repository: nothing here asks the network. */
const resolves = (from: string, link: string): boolean => {
  if (/^[a-z][a-z+.-]*:/i.test(link)) return true;
  const [file = '', fragment] = decodeURIComponent(link).split('#', 2);
  const target = file === '' ? from : normalize(join(dirname(from), file));
  if (target.startsWith('..') || !existsSync(join(ROOT, target))) return false;
  return (
    fragment === undefined || !target.endsWith('.md') || anchorsOf(readPage(target)).has(fragment)
  );
};
