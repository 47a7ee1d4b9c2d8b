// As much of Markdown as the pages of this repository use: headings, tables, fences, links.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

/** A fenced block. */
export interface Fence {
  /** The word behind the opening fence, '' for none. */
  readonly language: string;
  readonly text: string;
}

interface Table {
  /** Cells of each row, trimmed, without the heading and its rule. */
  readonly rows: string[][];
}

/** The text of a page or another file, named from the root of the repository. */
export const readPage = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const FENCE = /^( *)(`{3,})(\S*)[^\n]*\n(.*?)^\1\2 *$/gms;

/** The fenced blocks of a page, in order. */
export const fencesOf = (page: string): Fence[] =>
  [...page.matchAll(FENCE)].map(([, , , language = '', text = '']) => ({ language, text }));

/** A page without its fenced blocks and inline code, in which no link is meant. */
export const proseOf = (page: string): string =>
  page.replaceAll(FENCE, '').replaceAll(/`[^`\n]*`/g, '');

/** The targets of links and images, reference definitions included, as they are written. */
export const linksOf = (page: string): string[] => {
  const prose = proseOf(page);
  const inline = [...prose.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)];
  const definitions = [...prose.matchAll(/^\[[^\]]+\]:\s+<?(\S+?)>?\s*$/gm)];
  return [...inline, ...definitions].map(([, target = '']) => target);
};

/** What a heading is called in a fragment. */
export const anchorsOf = (page: string): Set<string> =>
  new Set(
    [...page.replaceAll(FENCE, '').matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );

/** The tables of a page, by the heading that they stand under. */
export const tablesOf = (page: string): Map<string, Table> => {
  const tables = new Map<string, Table>();
  let title = '';
  for (const line of page.replaceAll(FENCE, '').split('\n')) {
    title = /^#+ (.*)$/.exec(line)?.[1] ?? title;
    if (!line.startsWith('|')) continue;
    const table = tables.get(title) ?? { rows: [] };
    tables.set(title, table);
    table.rows.push(cellsOf(line));
  }
  for (const { rows } of tables.values()) rows.splice(0, 2);
  return tables;
};

const cellsOf = (line: string): string[] =>
  line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
