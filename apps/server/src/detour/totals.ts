import { rcodeMnemonic } from '@seamark/protocol';
import type { Totals } from '../workers/tasks.ts';
import type { Forwarder } from './forward/forwarder.ts';

/*
 * What forwarders count, on its way to the main thread among the other totals of a worker: a name and a number.
 * What has labels has them in its name, `forward WHAT UPSTREAM [RCODE]`.
 */

export type ForwardTotal = 'requests' | 'failures' | 'health-failures' | 'responses';

const keyOf = (what: string, ...labels: readonly string[]): string =>
  ['forward', what, ...labels].join(' ');

export const BROKEN: string = keyOf('broken');
export const REJECTED: string = keyOf('rejected');

/** Upstreams of the same name in several directives are one in the metrics. */
export function forwardTotals(forwarders: readonly Forwarder[]): Totals {
  const totals: Record<string, number> = {};
  const add = (key: string, value: number): void => {
    totals[key] = (totals[key] ?? 0) + value;
  };
  for (const { upstreams, broken, rejected } of forwarders) {
    add(BROKEN, broken);
    add(REJECTED, rejected);
    for (const { name, counters } of upstreams) {
      add(keyOf('requests', name), counters.requests);
      add(keyOf('failures', name), counters.failures);
      add(keyOf('health-failures', name), counters.healthFailures);
      for (const [rcode, count] of counters.responses) {
        add(keyOf('responses', name, rcodeMnemonic(rcode)), count);
      }
    }
  }
  return totals;
}

/** Adds each to the one of its name. */
export function addTotals(totals: Totals, into: Record<string, number>): void {
  for (const [name, value] of Object.entries(totals)) into[name] = (into[name] ?? 0) + value;
}

/** One total of an upstream, as {@link forwardTotals} wrote it. */
export interface UpstreamTotal {
  readonly what: ForwardTotal;
  readonly upstream: string;
  readonly rcode: string | undefined;
  readonly value: number;
}

export function readForwardTotals(totals: Totals): UpstreamTotal[] {
  return Object.entries(totals).flatMap(([key, value]): UpstreamTotal[] => {
    const [head, what, upstream, rcode] = key.split(' ');
    if (head !== 'forward' || upstream === undefined) return [];
    return [{ what: what as ForwardTotal, upstream, rcode, value }];
  });
}
