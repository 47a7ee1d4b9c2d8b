import type { Token } from '../../corefile/token.ts';
import type { BlockDraft } from '../draft.ts';
import type { ConnectionsConfig } from '../server-config.ts';
import type { Context, Vocabulary, Word } from '../vocabulary.ts';
import { readOptions } from './block-of-options.ts';

const MOST_CONNECTIONS = 1_000_000;
const LEAST_OCTETS = 1024 * 1024;
const UNITS: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/** How many connections there may be and what they may hold: of the whole process, whatever block says it. */
export const tcp: Word<BlockDraft> = {
  name: 'tcp',
  usage: 'tcp { max_connections N; max_per_client N [IPV4LEN [IPV6LEN]]; max_memory SIZE }',
  help: 'How many connections of clients there may be, and how much they may hold together.',
  least: 0,
  most: 0,
  takesBlock: true,
  read(directive, block, context) {
    const value = readOptions<Draft>(directive, OPTIONS, {}, context);
    if (value !== undefined) block.tcp = { value, token: directive.name };
  },
};

type Draft = { -readonly [K in keyof ConnectionsConfig]: ConnectionsConfig[K] };

const maxConnections: Word<Draft> = {
  name: 'max_connections',
  usage: 'max_connections N',
  help: 'Connections in all, over TCP and whatever goes over it.',
  least: 1,
  most: 1,
  read({ arguments: [token] }, draft, context) {
    const count = readNumber(token as Token, 1, MOST_CONNECTIONS, context);
    if (count !== undefined) draft.maxConnections = count;
  },
};

const maxPerClient: Word<Draft> = {
  name: 'max_per_client',
  usage: 'max_per_client N [IPV4LEN [IPV6LEN]]',
  help: 'Connections of one client: of addresses that have so many leading bits in common.',
  least: 1,
  most: 3,
  read({ arguments: [token, ipv4, ipv6] }, draft, context) {
    const count = readNumber(token as Token, 1, MOST_CONNECTIONS, context);
    const ipv4Prefix = ipv4 && readNumber(ipv4, 8, 32, context);
    const ipv6Prefix = ipv6 && readNumber(ipv6, 16, 128, context);
    if (count !== undefined) draft.maxConnectionsPerClient = count;
    if (ipv4Prefix !== undefined) draft.ipv4Prefix = ipv4Prefix;
    if (ipv6Prefix !== undefined) draft.ipv6Prefix = ipv6Prefix;
  },
};

const maxMemory: Word<Draft> = {
  name: 'max_memory',
  usage: 'max_memory SIZE',
  help: 'What queries that have not come whole, and replies that nobody takes, may hold together.',
  least: 1,
  most: 1,
  read({ arguments: [token] }, draft, { problems }) {
    const { text } = token as Token;
    const [, digits, unit = ''] = /^(\d{1,9})([KMG]?)$/.exec(text) ?? [];
    const octets = digits === undefined ? Number.NaN : Number(digits) * (UNITS[unit] ?? 1);
    if (octets >= LEAST_OCTETS) {
      draft.maxOctets = octets;
      return;
    }
    const what = digits === undefined ? 'no size' : 'less than 1M';
    problems.report(token as Token, `"${text}" is ${what}`, { allowed: ['64M', '1G'] });
  },
};

const OPTIONS: Vocabulary<Draft> = {
  noun: 'option of tcp',
  words: [maxConnections, maxPerClient, maxMemory],
  lacking: {},
};

function readNumber(
  token: Token,
  least: number,
  most: number,
  { problems }: Context,
): number | undefined {
  const value = Number(token.text);
  if (/^\d{1,9}$/.test(token.text) && value >= least && value <= most) return value;
  problems.report(token, `"${token.text}" is no whole number from ${least} to ${most}`);
  return undefined;
}
