// A flow of changes as tables.

import { milliseconds, verdictOf } from '../cluster/report.ts';
import { distributionOf, type FreshnessSample } from '../freshness/freshness.ts';
import type { PartOptions } from '../part.ts';
import type { Start } from '../running-server.ts';
import { median } from '../statistics.ts';
import { renderRows } from '../table.ts';

/** Ten seconds of the flow. */
export interface Window {
  /** Microseconds from the write of a probed change to its answer. */
  readonly lags: readonly number[];
  /** The server's CPU time over elapsed time. */
  readonly cpu: number;
}

export interface ChurnResult {
  readonly started: Start;
  /** Changes one at a time. */
  readonly single: readonly FreshnessSample[];
  readonly windows: readonly Window[];
  readonly sent: number;
  readonly changedHosts: number;
  /** Hosts whose last address was not answered after all. */
  readonly missing: number;
  readonly residentBefore: number;
  readonly residentAfter: number;
}

export function* renderChurn(
  hosts: number,
  server: string,
  { counts }: PartOptions,
  result: ChurnResult,
): Generator<string> {
  const { started, single, windows, sent, changedHosts, missing } = result;
  yield `### churn with ${hosts} Ingresses: ${server}`;
  yield '';
  yield `First right answers after ${started.seconds.toFixed(1)} s, ${megabytes(started.residentOctets)} MB then, ${megabytes(started.peakOctets)} MB at the most. Milliseconds from the`;
  yield `write of the event to the reply with the new address; changes one at a time, then ${counts['rate']} a second.`;
  yield '';
  yield* renderRows([
    ['changes', 'probes', 'p50', 'p99', 'max', 'CPU'],
    ['one at a time', ...lagCells(single.map(({ afterConfirmation }) => afterConfirmation)), ''],
    [
      'the whole flow',
      ...lagCells(windows.flatMap(({ lags }) => lags)),
      `${(100 * median(windows.map(({ cpu }) => cpu))).toFixed(0)} %`,
    ],
    ...windows.map(({ lags, cpu }, i) => [
      `${10 * i}-${10 * (i + 1)} s`,
      ...lagCells(lags),
      `${(100 * cpu).toFixed(0)} %`,
    ]),
  ]);
  yield '';
  const [before, after] = [result.residentBefore, result.residentAfter].map(megabytes);
  const seen = missing === 0 ? 'all of them were answered' : `${missing} WERE NOT ANSWERED`;
  yield `${sent} changes in ${counts['seconds']} s. Last addresses of ${changedHosts} hosts: ${seen}. Resident ${before} MB before, ${after} MB after.`;
  if (server === 'seamark') {
    yield verdictOf(single.map(({ afterConfirmation }) => afterConfirmation));
  }
  yield '';
}

function lagCells(times: readonly number[]): string[] {
  const { count, p50, p99, max } = distributionOf(times);
  return [String(count), milliseconds(p50), milliseconds(p99), milliseconds(max)];
}

function megabytes(octets: number): string {
  return (octets / 1e6).toFixed(0);
}
