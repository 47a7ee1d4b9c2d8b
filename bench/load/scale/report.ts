// What `scale` measured, as the section of RESULTS.md.

import type { Machine } from '../machine.ts';
import { median } from '../statistics.ts';

export interface ScaleOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly qps: number;
  readonly cores: readonly number[];
  readonly save: boolean;
}

export interface ScaleSample {
  /** Microseconds of CPU time per answered query. */
  readonly cpu: number;
  readonly qps: number;
  /** Share of the queries sent that got no reply. */
  readonly lost: number;
}

/** One load. */
export interface Measured {
  readonly title: string;
  /** By name, in the order of rounds; the first is what the others are compared with. */
  readonly samples: ReadonlyMap<string, readonly ScaleSample[]>;
}

export interface ScaleRun {
  readonly machine: Machine;
  readonly options: ScaleOptions;
  readonly measured: readonly Measured[];
  /** Name to the share of one core that it used while nobody asked. */
  readonly idle: ReadonlyMap<string, number>;
  readonly loadAfter: number;
}

/** CPU time per query with several workers, as a multiple of one worker's. */
const TARGET = 1.05;
/** Of one core. */
const IDLE_TARGET = 0.01;

export function renderScale(title: string, run: ScaleRun): string {
  const { machine, options, measured, idle, loadAfter } = run;
  const average = `${machine.loadBefore.toFixed(2)} before, ${loadAfter.toFixed(2)} after`;
  const lines = [
    `## ${title}`,
    '',
    `${machine.date}, Node ${machine.node}, ${machine.cpu} (${machine.cores} cores), Linux ${machine.kernel}.`,
    `Load average ${average}. ${options.rounds} rounds of ${options.seconds} s. Server and dnsperf share cores ${options.cores.join(', ')}.`,
    '',
  ];
  for (const { title: load, samples } of measured) {
    lines.push(`### scale: ${load}`, '');
    lines.push('| Seamark | CPU us/query | of rounds | x 1 worker | qps | lost |');
    lines.push('| --- | ---: | ---: | ---: | ---: | ---: |');
    const [lone = []] = samples.values();
    for (const [name, rounds] of samples) lines.push(row(name, rounds, lone));
    lines.push('');
  }
  const shares = Array.from(idle, ([name, share]) => `${name} ${(100 * share).toFixed(2)} %`);
  lines.push(
    `To be reached: ${TARGET} x 1 worker.`,
    '',
    `Idle, of one core: ${shares.join('; ')}. To be reached: under ${100 * IDLE_TARGET} %.`,
  );
  return lines.join('\n');
}

function row(name: string, rounds: readonly ScaleSample[], lone: readonly ScaleSample[]): string {
  const costs = rounds.map(({ cpu }) => cpu);
  // Of each round's ratio: what slowed a whole round down cancels out.
  const ratio = median(costs.map((cpu, i) => cpu / (lone[i]?.cpu ?? Number.NaN)));
  const cells = [
    name,
    median(costs).toFixed(2),
    `${Math.min(...costs).toFixed(2)}-${Math.max(...costs).toFixed(2)}`,
    ratio.toFixed(2),
    median(rounds.map(({ qps }) => qps)).toFixed(0),
    `${(100 * median(rounds.map(({ lost }) => lost))).toFixed(2)} %`,
  ];
  return `| ${cells.join(' | ')} |`;
}
