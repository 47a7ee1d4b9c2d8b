import { dirname, resolve } from 'node:path';
import type { Token } from '../../corefile/token.ts';
import { parseDuration } from '../duration.ts';
import type { Context, Word } from '../vocabulary.ts';
import { readNames } from './names.ts';

/** What the directives that read files have in common. */

/** Beyond some 25 days a timer of Node fires at once. */
const LONGEST_RELOAD_MS = 86_400_000;

/** What `reload` and `fallthrough` write into. */
export interface FileOptionsDraft {
  reloadMs: number;
  fallthrough?: readonly string[];
}

export const reload: Word<FileOptionsDraft> = {
  name: 'reload',
  usage: 'reload DURATION',
  help: 'Look for changes this often, however few the system tells of; 0 reads the file once.',
  least: 1,
  most: 1,
  read({ arguments: [token] }, draft, { problems }) {
    if (token === undefined) return;
    const milliseconds = parseDuration(token.text);
    if (milliseconds === undefined) {
      problems.report(token, `"${token.text}" is no duration`, { allowed: ['0', '30s', '1m30s'] });
    } else if (milliseconds > LONGEST_RELOAD_MS) {
      problems.report(token, `"${token.text}" is longer than a day`, { allowed: ['0-24h'] });
    } else draft.reloadMs = milliseconds;
  },
};

export const fallthrough: Word<{ fallthrough?: readonly string[] }> = {
  name: 'fallthrough',
  usage: 'fallthrough [ZONE…]',
  help: 'What has no record here, in these zones or in all, is looked for in what comes next.',
  least: 0,
  read({ arguments: tokens }, draft, { problems }) {
    draft.fallthrough = tokens.length === 0 ? ['.'] : readNames(tokens, problems);
  },
};

/** As of `import`: a path begins at the directory of the file it is written in. Undefined, and reported, if empty. */
export function readPath(token: Token, { problems }: Context): string | undefined {
  if (token.text !== '') return resolve(dirname(token.position.file), token.text);
  problems.report(token, 'a path must not be empty');
  return undefined;
}
