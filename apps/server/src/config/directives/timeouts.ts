import type { Token } from '../../corefile/token.ts';
import type { BlockDraft } from '../draft.ts';
import { parseDuration } from '../duration.ts';
import type { TimeoutsConfig } from '../server-config.ts';
import type { Context, Vocabulary, Word } from '../vocabulary.ts';
import { readOptions } from './block-of-options.ts';

const LEAST_MS = 1000;
const MOST_MS = 86_400_000;

/** How long a connection is waited for: of the whole process, whatever block says it. Written as CoreDNS has it. */
export const timeouts: Word<BlockDraft> = {
  name: 'timeouts',
  usage: 'timeouts { read|write|idle DURATION; maxtcpqueries N }',
  help: 'How long connections of clients are waited for, and how many queries each may have.',
  least: 0,
  most: 0,
  takesBlock: true,
  read(directive, block, context) {
    const value = readOptions<Draft>(directive, OPTIONS, {}, context);
    if (value !== undefined) block.timeouts = { value, token: directive.name };
  },
};

type Draft = { -readonly [K in keyof TimeoutsConfig]: TimeoutsConfig[K] };

const duration = (
  name: string,
  key: 'messageTimeoutMs' | 'writeTimeoutMs' | 'idleTimeoutMs',
  help: string,
): Word<Draft> => ({
  name,
  usage: `${name} DURATION`,
  help,
  least: 1,
  most: 1,
  read({ arguments: [token] }, draft, context) {
    const milliseconds = readTimeout(token as Token, context);
    if (milliseconds !== undefined) draft[key] = milliseconds;
  },
});

const maxtcpqueries: Word<Draft> = {
  name: 'maxtcpqueries',
  usage: 'maxtcpqueries N|-1',
  help: 'Queries on one connection, which then ends; -1: any number.',
  least: 1,
  most: 1,
  read({ arguments: [token] }, draft, { problems }) {
    const { text } = token as Token;
    const count = Number(text);
    if (text === '-1') draft.maxQueries = 0;
    else if (/^\d{1,9}$/.test(text) && count > 0) draft.maxQueries = count;
    else {
      problems.report(token as Token, `"${text}" is neither a whole number from 1 on nor -1`, {
        allowed: [maxtcpqueries.usage],
      });
    }
  },
};

const OPTIONS: Vocabulary<Draft> = {
  noun: 'option of timeouts',
  words: [
    duration('read', 'messageTimeoutMs', 'From the first octet of a message to its last.'),
    duration('write', 'writeTimeoutMs', 'Until replies that wait have been taken.'),
    duration('idle', 'idleTimeoutMs', 'Without a query.'),
    maxtcpqueries,
  ],
  lacking: {},
};

function readTimeout(token: Token, { problems }: Context): number | undefined {
  const milliseconds = parseDuration(token.text);
  if (milliseconds !== undefined && milliseconds >= LEAST_MS && milliseconds <= MOST_MS) {
    return milliseconds;
  }
  const what = milliseconds === undefined ? 'no duration' : 'not from 1s to 24h';
  problems.report(token, `"${token.text}" is ${what}`, { allowed: ['10s', '1m30s'] });
  return undefined;
}
