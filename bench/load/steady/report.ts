// Both halves of the steady part as text.

import { median } from '../statistics.ts';
import { renderRows } from '../table.ts';
import type { AllocationResult } from './allocation.ts';
import { type DelaySample, type DelaySamples, LATE_MS, PUBLICATIONS } from './publications.ts';

/** What is to be reached. */
const LATE_PERCENT = 1;

export function* renderAllocation(server: string, result: AllocationResult): Generator<string> {
  const { throughput, batches, readings, idleOctets, collections } = result;
  const { completed, lost, rcodes } = throughput;
  const grown = readings.map((reading) => reading.grown);
  const total = grown.reduce((sum, octets) => sum + octets, 0);
  const counts = Object.entries(rcodes).map(([rcode, percent]) => `${rcode} ${percent} %`);
  const kinds = Array.from(collections, ([kind, count]) => `${count} ${kind}`);
  yield `### steady: what ${completed} queries allocate: ${server}`;
  yield '';
  yield `${counts.join(', ')}; ${lost} lost; ${batches} batches of ${(completed / batches).toFixed(1)} queries.`;
  yield '';
  yield* renderRows([
    ["the UDP worker's heap", 'octets'],
    ['all that was allocated', String(total)],
    ['a query', (total / completed).toFixed(4)],
    ['a batch', (total / batches).toFixed(4)],
    [`between two messages of totals (${readings.length}): least`, String(Math.min(...grown))],
    ['median', String(median(grown))],
    ['most', String(Math.max(...grown))],
    ['the same where nothing was asked', String(idleOctets)],
  ]);
  yield '';
  yield `Collections in that thread meanwhile, by its trace: ${kinds.length === 0 ? 'none' : kinds.join(', ')}.`;
  const reached = collections.size === 0 && median(grown) <= idleOctets;
  yield `To be reached by seamark: no collection, and no more between two messages than where nothing is asked; ${reached ? 'reached' : 'MISSED'}.`;
  yield '';
}

export function* renderPublications(
  server: string,
  hosts: number,
  rate: number,
  samples: DelaySamples,
): Generator<string> {
  yield `### steady: ${rate} queries a second of ${hosts} hosts while they change: ${server}`;
  yield '';
  yield `\`late\`: answered after ${LATE_MS} ms or not at all; medians, and the rounds in order. \`skipped\`: not`;
  yield 'sent, because the client was held up when they were due.';
  yield '';
  const of = (list: readonly DelaySample[], field: (sample: DelaySample) => number): string =>
    median(list.map(field)).toFixed(0);
  yield* renderRows([
    [
      'meanwhile',
      'changes',
      'sent',
      'skipped',
      'lost',
      'late %',
      'of rounds, %',
      'p50 us',
      'p99 us',
      'max ms',
    ],
    ...Array.from(samples, ([title, list]) => [
      title,
      of(list, ({ changes }) => changes),
      of(list, ({ sent }) => sent),
      of(list, ({ skipped }) => skipped),
      list.map(({ lost }) => lost).join(' '),
      median(list.map(latePercent)).toFixed(3),
      list.map((sample) => latePercent(sample).toFixed(3)).join(' '),
      of(list, ({ p50 }) => p50),
      of(list, ({ p99 }) => p99),
      of(list, ({ max }) => max / 1000),
    ]),
  ]);
  yield '';
  const control = samples.get(PUBLICATIONS[0]?.title ?? '') ?? [];
  for (const [title, list] of samples) {
    if (list === control) continue;
    // A round beside the same round without changes: what else the machine did meets both.
    const costs = list.map((sample, i) => latePercent(sample) - latePercent(control[i] ?? sample));
    const cost = median(costs);
    const lost = sumOfLost(list);
    const said = cost <= LATE_PERCENT && lost === 0 ? 'reached' : 'MISSED';
    yield `- ${title}: ${cost.toFixed(3)} % more late than without changes in the same round; ${lost} lost, ${sumOfLost(control)} without changes. To be reached: at most ${LATE_PERCENT} % more, and none; ${said}.`;
  }
  yield '';
}

function sumOfLost(list: readonly DelaySample[]): number {
  return list.reduce((sum, { lost }) => sum + lost, 0);
}

function latePercent({ late, sent }: DelaySample): number {
  return (100 * late) / sent;
}
