// The questions of each case, and what is to be reached with them.

import { type Dataset, Random, randomName, ZONE } from '../names.ts';

/** What a server has to have before it can be asked; servers are started anew for each. */
export interface Setup {
  readonly hosts: number;
  /** Rivals that answer DNS cookies only when told to are told. */
  readonly cookies: boolean;
}

export interface Case {
  readonly name: string;
  readonly title: string;
  /** Options of dnsperf. */
  readonly flags: readonly string[];
  /** Hosts served, unless `--hosts` says otherwise. */
  readonly hosts: number;
  /** Every query has a DNS cookie (RFC 7873): the server's own once it has given one, as a resolver's would. */
  readonly cookies: boolean;
  /** CPU time per query that Seamark is to reach, as a multiple of the echo's. */
  readonly target: number;
  /** Shares of RCODEs that a right server gives, in percent. */
  readonly rcodes: Readonly<Record<string, number>>;
  /** One question for dnsperf: `name type`. */
  readonly question: (data: Dataset, random: Random) => string;
}

const HOSTS = 1000;
const MILLION = 1_000_000;
/** dnsperf starts over when it has asked them all. */
const QUESTIONS = 100_000;

const hit = (data: Dataset, random: Random): string => `${random.pick(data.hosts).name} A`;
const noData = (data: Dataset, random: Random): string => `${random.pick(data.hosts).name} AAAA`;
// Longer than the hosts' names by a letter, so that none of them is met.
const miss = (_: Dataset, random: Random): string => `${randomName(random, 9)} A`;

const plain = { flags: [], hosts: HOSTS, cookies: false, rcodes: { NOERROR: 100 } } as const;

/** In the order they are run in. */
export const CASES: readonly Case[] = [
  {
    ...plain,
    name: 'hit',
    title: 'A of 1,000 hosts, no EDNS',
    target: 1.15,
    question: hit,
  },
  {
    ...plain,
    name: 'edns',
    title: 'the same with EDNS and DO',
    flags: ['-e', '-D'],
    target: 1.2,
    question: hit,
  },
  {
    ...plain,
    name: 'miss',
    title: 'random names under the zone that do not exist',
    target: 1.2,
    rcodes: { NXDOMAIN: 100 },
    question: miss,
  },
  {
    ...plain,
    name: 'wild',
    title: 'random names under a wildcard',
    target: 1.25,
    question: (_, random) => `${random.label(8)}.w${random.below(100)}.${ZONE} A`,
  },
  {
    ...plain,
    name: 'mix',
    title: '70 % hit, 20 % AAAA without data, 10 % miss, with EDNS',
    flags: ['-e'],
    target: 1.25,
    rcodes: { NOERROR: 90, NXDOMAIN: 10 },
    question: (data, random) => {
      const draw = random.below(10);
      return draw < 7 ? hit(data, random) : (draw < 9 ? noData : miss)(data, random);
    },
  },
  {
    ...plain,
    name: 'multi',
    title: 'RRsets of 8 addresses in rotating order',
    target: 1.25,
    question: (data, random) => `${random.pick(data.multis).name} A`,
  },
  {
    ...plain,
    name: 'cookie',
    title: 'hit with the cookie that the server gave, where it gives one',
    cookies: true,
    target: 1.4,
    question: hit,
  },
  {
    ...plain,
    name: 'million',
    title: 'A of 1,000,000 hosts, random names',
    hosts: MILLION,
    target: 1.4,
    question: hit,
  },
];

/** The lines of a dnsperf data file, the same on every run. */
export function questions(of: Case, data: Dataset): string {
  const random = new Random(QUESTIONS);
  const count = Math.max(QUESTIONS, data.hosts.length);
  let text = '';
  for (let i = 0; i < count; i++) text += `${of.question(data, random)}\n`;
  return text;
}
