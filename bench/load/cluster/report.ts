// Starts and freshness as tables.

import { distributionOf, type FreshnessSample } from '../freshness/freshness.ts';
import type { PartOptions } from '../part.ts';
import { median } from '../statistics.ts';
import { renderRows } from '../table.ts';
import type { StartSample } from './start.ts';

/** What is to be reached (milliseconds). */
export const FRESHNESS_TARGET = { p50: 1, p99: 5 } as const;

/** Starts that had the same cores. */
export interface StartGroup {
  readonly title: string;
  /** By server name. */
  readonly samples: ReadonlyMap<string, readonly StartSample[]>;
}

export function* renderStarts(hosts: number, groups: readonly StartGroup[]): Generator<string> {
  for (const { title, samples } of groups) {
    yield `### start with ${hosts} Ingresses: ${title}`;
    yield '';
    const of = (list: readonly StartSample[], field: (sample: StartSample) => number): number[] =>
      list.map(field);
    yield* renderRows([
      ['server', 'exec to right answers, s', 'of rounds', 'CPU s', 'MB then', 'MB at most'],
      ...Array.from(samples, ([name, list]) => {
        const seconds = of(list, (sample) => sample.seconds);
        return [
          name,
          median(seconds).toFixed(2),
          `${Math.min(...seconds).toFixed(2)}-${Math.max(...seconds).toFixed(2)}`,
          median(of(list, ({ cpuSeconds }) => cpuSeconds)).toFixed(2),
          (median(of(list, ({ residentOctets }) => residentOctets)) / 1e6).toFixed(0),
          (median(of(list, ({ peakOctets }) => peakOctets)) / 1e6).toFixed(0),
        ];
      }),
    ]);
    yield '';
    const [own, plugin] = ['seamark', 'coredns'].map((name) =>
      median((samples.get(name) ?? []).map(({ seconds }) => seconds)),
    );
    if (own === undefined || plugin === undefined || Number.isNaN(own + plugin)) continue;
    const said = own < plugin ? 'reached' : 'missed';
    yield `To be reached by seamark: less than coredns; ${said}, at ${(own / plugin).toFixed(2)} of it.`;
    yield '';
  }
}

export function* renderFreshness(
  hosts: number,
  { counts }: PartOptions,
  results: ReadonlyMap<string, readonly FreshnessSample[]>,
): Generator<string> {
  yield `### freshness with ${hosts} Ingresses in a real API server`;
  yield '';
  yield `${counts['rounds']} turns of ${counts['samples']} changes each, one at a time. Milliseconds from the API server's`;
  yield 'response, and from the request, to the reply with the new address.';
  yield '';
  yield* renderRows([
    ['server', 'changes', 'p50', 'p99', 'max', 'early', 'p50 of request', 'p99', 'probe us'],
    ...Array.from(results, ([name, samples]) => {
      const after = distributionOf(samples.map(({ afterConfirmation }) => afterConfirmation));
      const whole = distributionOf(samples.map(({ afterRequest }) => afterRequest));
      return [
        name,
        String(after.count),
        ...[after.p50, after.p99, after.max].map(milliseconds),
        `${(100 * after.early).toFixed(0)} %`,
        ...[whole.p50, whole.p99].map(milliseconds),
        median(samples.map(({ roundTrip }) => roundTrip)).toFixed(0),
      ];
    }),
  ]);
  yield '';
  const own = results.get('seamark');
  if (own === undefined) return;
  yield verdictOf(own.map(({ afterConfirmation }) => afterConfirmation));
  yield '';
}

/** What Seamark's times (microseconds) are to the target. */
export function verdictOf(times: readonly number[]): string {
  const { p50, p99 } = distributionOf(times);
  const { p50: most50, p99: most99 } = FRESHNESS_TARGET;
  const said = p50 / 1000 <= most50 && p99 / 1000 <= most99 ? 'reached' : 'missed';
  const found = `${milliseconds(p50)} and ${milliseconds(p99)}`;
  return `To be reached by seamark: p50 ${most50} ms, p99 ${most99} ms; ${said}, at ${found}.`;
}

export function milliseconds(us: number): string {
  return (us / 1000).toFixed(2);
}
