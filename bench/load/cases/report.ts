// Samples as tables: medians of the rounds, and ratios to the echo of the same round.

import type { Machine } from '../machine.ts';
import type { Start } from '../running-server.ts';
import { median } from '../statistics.ts';
import { renderRows } from '../table.ts';
import type { Case, Setup } from './cases.ts';
import type { Options } from './options.ts';
import { type CaseSamples, MODEST_QPS, type Sample } from './rounds.ts';

/** A group of cases that had the same servers. */
export interface Group {
  readonly setup: Setup;
  readonly results: ReadonlyMap<Case, CaseSamples>;
  /** Servers that gave no cookie: in the cases with cookies they do less than the others. */
  readonly cookieless: readonly string[];
  /** By server name. */
  readonly starts: ReadonlyMap<string, Start>;
}

export interface Run {
  readonly machine: Machine;
  readonly options: Options;
  /** Server name to version. */
  readonly versions: ReadonlyMap<string, string>;
  readonly groups: readonly Group[];
  /** What was left out, and why. */
  readonly skipped: readonly string[];
  readonly loadAfter: number;
}

const HEADINGS = [
  'server',
  'CPU us/query',
  'of rounds',
  'x echo',
  'user',
  'system',
  'busy',
  'qps',
  'lost',
  'p50 us',
  'p99 us',
  'MB',
  'reply',
] as const;

/** The heading of a run in RESULTS.md; runs of one commit and the same cases replace each other. */
export function headingOf({ machine, options }: Run): string {
  return `${machine.commit}: ${options.cases.map(({ name }) => name).join(', ')}`;
}

export function renderRun(run: Run): string {
  const { machine, options, versions, groups, skipped, loadAfter } = run;
  const servers = Array.from(versions, ([name, version]) => `${name} ${version}`).join(', ');
  const load = `${machine.loadBefore.toFixed(2)} before, ${loadAfter.toFixed(2)} after`;
  const lines = [
    `## ${headingOf(run)}`,
    '',
    `${machine.date}, Node ${machine.node}, ${machine.cpu} (${machine.cores} cores), Linux ${machine.kernel}.`,
    `Load average ${load}. ${options.rounds} rounds of ${options.seconds} s. ${servers}.`,
    ...skipped.map((line) => `Left out: ${line}.`),
    '',
  ];
  for (const group of groups) lines.push(...renderGroup(group));
  return lines.join('\n');
}

function* renderGroup({ setup, results, cookieless, starts }: Group): Generator<string> {
  for (const [one, samples] of results) {
    yield `### ${one.name}: ${one.title}`;
    yield '';
    yield* renderTable(samples);
    yield '';
    yield one.cookies && cookieless.includes('seamark')
      ? `Servers without a cookie in their replies do less than the others: ${cookieless.join(', ')}.`
      : verdict(one, samples);
    yield '';
  }
  yield `Until the first right answers, ${setup.hosts} hosts:`;
  yield '';
  for (const [name, { seconds, residentOctets, peakOctets }] of starts) {
    const memory = `${megabytes(residentOctets)} MB resident then, ${megabytes(peakOctets)} at the most`;
    yield `- ${name}: ${seconds.toFixed(1)} s, ${memory}`;
  }
  yield '';
}

function megabytes(octets: number): string {
  return (octets / 1e6).toFixed(0);
}

function* renderTable(samples: CaseSamples): Generator<string> {
  yield* renderRows([[...HEADINGS], ...Array.from(samples, (row) => cells(row, samples))]);
}

function cells([server, rounds]: [string, readonly Sample[]], all: CaseSamples): string[] {
  const of = (field: (sample: Sample) => number, digits: number): string =>
    median(rounds.map(field)).toFixed(digits);
  const costs = rounds.map(cpu);
  const ratio = ratioToEcho(rounds, all);
  return [
    server,
    of(cpu, 2),
    `${Math.min(...costs).toFixed(2)}-${Math.max(...costs).toFixed(2)}`,
    Number.isNaN(ratio) ? '' : ratio.toFixed(2),
    of(({ user }) => user, 2),
    of(({ system }) => system, 2),
    `${of(({ busy }) => 100 * busy, 0)} %`,
    of(({ qps }) => qps, 0),
    `${of(({ lost }) => 100 * lost, 2)} %`,
    of(({ p50 }) => p50, 0),
    of(({ p99 }) => p99, 0),
    of(({ residentOctets }) => residentOctets / 1e6, 0),
    of(({ replyOctets }) => replyOctets, 0),
  ];
}

function cpu({ user, system }: Sample): number {
  return user + system;
}

/** The median of each round's ratio: what slowed a whole round down cancels out. NaN without an echo. */
function ratioToEcho(rounds: readonly Sample[], all: CaseSamples): number {
  const echo = all.get('echo') ?? [];
  return median(
    rounds.flatMap((sample, i) => {
      const limit = echo[i];
      return limit === undefined ? [] : [cpu(sample) / cpu(limit)];
    }),
  );
}

function verdict(one: Case, samples: CaseSamples): string {
  const ratio = ratioToEcho(samples.get('seamark') ?? [], samples);
  if (Number.isNaN(ratio)) return `To be reached by seamark: ${one.target} x echo.`;
  const said =
    ratio <= one.target ? 'reached' : `missed by ${(100 * (ratio / one.target - 1)).toFixed(0)} %`;
  return `To be reached by seamark: ${one.target} x echo; ${said}, at ${ratio.toFixed(2)}.`;
}

export const LEGEND: string = `CPU time is user and system of all processes of the server, from /proc, over the queries that dnsperf saw
answered at full speed; \`of rounds\` its least and most. \`busy\` is the share of its core that the server used.
Latencies are those of a second run at ${MODEST_QPS} queries a second. \`MB\` is resident memory, \`reply\` the mean reply
in octets.`;
