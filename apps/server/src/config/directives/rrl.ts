import { MOST_ACCOUNTS, parseNetwork, type RateLimits } from '@seamark/matcher';
import type { BlockDraft } from '../draft.ts';
import { type Context, readLines, type Vocabulary, type Word } from '../vocabulary.ts';
import { readZones } from '../zone.ts';

/** NSD's, for a network and a name. */
const DEFAULT_RATE = 200;
/** Of a network, whatever it asks. */
const DEFAULT_AMPLIFIED = 1000;

/** The options that say a rate of their own; those that are not said are as `responses-per-second`. */
const OF_SORTS = ['nodata', 'nxdomains', 'referrals', 'errors'] as const;
type Sort = (typeof OF_SORTS)[number];

type RateLimitsDraft = {
  -readonly [K in keyof RateLimits]: K extends Sort ? RateLimits[K] | undefined : RateLimits[K];
} & { tableSize: number; networks: string[] };

/** The options are those of CoreDNS's external plugin, of BIND's manufacture, and a list of exceptions as in NSD and Knot. */
export const rrl: Word<BlockDraft> = {
  name: 'rrl',
  usage: 'rrl [ZONE…] { responses-per-second RATE slip-ratio N exempt NETWORK… … }',
  help: 'Limit how often one network is sent answers that are alike, over UDP.',
  least: 0,
  isRepeatable: true,
  takesBlock: true,
  read({ name, arguments: words, block: lines }, block, context) {
    const draft: RateLimitsDraft = {
      ...{ responses: DEFAULT_RATE, amplified: DEFAULT_AMPLIFIED, requests: 0 },
      ...{ nodata: undefined, nxdomains: undefined, referrals: undefined, errors: undefined },
      ...{ window: 15, slip: 2, ipv4Prefix: 24, ipv6Prefix: 56 },
      ...{ exempt: [], networks: [], reportOnly: false, tableSize: 100_000 },
    };
    readLines(lines?.directives ?? [], OPTIONS, draft, context);
    const { tableSize, networks, ...said } = draft;
    const sorts = OF_SORTS.map((sort) => [sort, said[sort] ?? said.responses] as const);
    const zones = words.flatMap((word) => {
      const read = readZones(word.text);
      if ('value' in read) return read.value;
      context.problems.report(word, `"${word.text}" is no zone: ${read.reason}`);
      return [];
    });
    const limits: RateLimits = {
      ...said,
      ...(Object.fromEntries(sorts) as Record<Sort, number>),
      exempt: networks,
    };
    const own = words.length === 0 ? block.keys.map(({ zone }) => zone) : zones;
    block.rateLimits.push({ token: name, zones: own, limits, tableSize });
  },
};

/** An option with one number. */
function number(
  name: string,
  argument: string,
  help: string,
  isGood: (value: number) => boolean,
  allowed: string,
  set: (draft: RateLimitsDraft, value: number) => void,
): Word<RateLimitsDraft> {
  return {
    ...{ name, usage: `${name} ${argument}`, help, least: 1, most: 1 },
    read({ arguments: [word] }, draft, { problems }) {
      if (word === undefined) return;
      const value = Number(word.text);
      if (/^\d+(\.\d+)?$/.test(word.text) && isGood(value)) set(draft, value);
      else
        problems.report(word, `"${word.text}" is no ${allowed}`, {
          allowed: [`${name} ${argument}`],
        });
    },
  };
}

const rate = (
  key: 'responses' | Sort | 'amplified' | 'requests',
  help: string,
): Word<RateLimitsDraft> => {
  const isGood = (value: number) => value === 0 || value >= 0.001;
  const allowed = 'number of answers a second, 0 for no limit';
  return number(`${key}-per-second`, 'RATE', help, isGood, allowed, (draft, value) => {
    draft[key] = value;
  });
};

const whole = (
  name: string,
  argument: string,
  help: string,
  [least, most]: readonly [number, number],
  set: (draft: RateLimitsDraft, value: number) => void,
): Word<RateLimitsDraft> => {
  const isGood = (value: number) => Number.isInteger(value) && value >= least && value <= most;
  return number(name, argument, help, isGood, `whole number from ${least} to ${most}`, set);
};

const exempt: Word<RateLimitsDraft> = {
  name: 'exempt',
  usage: 'exempt NETWORK…',
  help: 'Whom no limit is for.',
  least: 1,
  isRepeatable: true,
  read({ arguments: words }, draft, { problems }: Context) {
    for (const { text, ...word } of words) {
      if (parseNetwork(text) !== undefined) draft.networks.push(text);
      else {
        const allowed = ['ADDRESS', 'ADDRESS/LENGTH'];
        problems.report({ ...word }, `"${text}" is no address and no network`, { allowed });
      }
    }
  },
};

const reportOnly: Word<RateLimitsDraft> = {
  name: 'report-only',
  usage: 'report-only',
  help: 'Count and log what is beyond a rate, and send it.',
  least: 0,
  most: 0,
  read(_, draft) {
    draft.reportOnly = true;
  },
};

const OPTIONS: Vocabulary<RateLimitsDraft> = {
  noun: 'option of rrl',
  words: [
    rate('responses', 'Answers with records, of one name and type.'),
    rate('nodata', 'NODATA of one name.'),
    rate('nxdomains', 'NXDOMAIN of one zone.'),
    rate('referrals', 'Referrals to one zone.'),
    rate('errors', 'Other RCODEs, all together.'),
    rate('amplified', 'Answers of more than twice their question, all together.'),
    rate('requests', 'Answers of all sorts together.'),
    number(
      ...(['window', 'SECONDS', 'For how long one pays for what was too much.'] as const),
      (value) => value >= 1 && value <= 3600,
      'number of seconds from 1 to 3600',
      (draft, value) => {
        draft.window = value;
      },
    ),
    whole(
      'slip-ratio',
      'N',
      'Every so many-th in place of none is sent short.',
      [0, 10],
      (draft, n) => {
        draft.slip = n;
      },
    ),
    whole('ipv4-prefix-length', 'LENGTH', 'What is one client.', [1, 32], (draft, n) => {
      draft.ipv4Prefix = n;
    }),
    whole('ipv6-prefix-length', 'LENGTH', 'What is one client.', [1, 128], (draft, n) => {
      draft.ipv6Prefix = n;
    }),
    whole(
      ...(['max-table-size', 'SIZE', 'How many answers are told apart.'] as const),
      [0, MOST_ACCOUNTS],
      (draft, n) => {
        draft.tableSize = n;
      },
    ),
    exempt,
    reportOnly,
  ],
  lacking: {},
};
