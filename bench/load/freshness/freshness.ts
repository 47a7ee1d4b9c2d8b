// Freshness: the time from a change's confirmation to its answer on the wire, one change at a time.

import type { Confirmation } from '../cluster/loaded-cluster.ts';
import type { Dataset, Random } from '../names.ts';
import { percentile } from '../statistics.ts';
import type { Probe } from './probe.ts';

/** Longer than any server was ever seen to take: who is later has missed the change. */
const PATIENCE_MS = 30_000;
/** Addresses of RFC 2544's network for benchmarks, 198.18.0.0/15: the data set has none of them. */
const ADDRESSES = 2 ** 17;

/** One change; microseconds. */
export interface FreshnessSample {
  /** From the confirmation to the reply with the new address; negative where that came first. */
  readonly afterConfirmation: number;
  /** From the request: the confirmation's own way, and whatever delayed its reading, is no part of it. */
  readonly afterRequest: number;
  /** Mean round trip of the probe's queries meanwhile: what the figures are exact to. */
  readonly roundTrip: number;
}

/** Whoever makes host `index` have the address, and no other. */
export type Change = (index: number, address: string) => Promise<Confirmation>;

/** The `count`th address that no host had before; they come again after 131,072. */
export function freshAddress(count: number): string {
  const n = count % ADDRESSES;
  return `198.${18 + (n >>> 16)}.${(n >>> 8) & 255}.${n & 255}`;
}

export interface Sampling {
  readonly server: string;
  readonly probe: Probe;
  readonly change: Change;
  readonly data: Dataset;
  readonly random: Random;
}

/** Changes `count` random hosts, one after the other, `first` being the number of the first change. */
export async function sampleFreshness(
  sampling: Sampling,
  first: number,
  count: number,
): Promise<FreshnessSample[]> {
  const samples: FreshnessSample[] = [];
  for (let i = first; i < first + count; i++) samples.push(await sampleOne(sampling, i));
  return samples;
}

/** One change: the probe asks before it is made, and until it is seen. */
export async function sampleOne(sampling: Sampling, number: number): Promise<FreshnessSample> {
  const { server, probe, change, data, random } = sampling;
  const index = random.below(data.hosts.length);
  const address = freshAddress(number);
  const name = data.hosts[index]?.name ?? '';
  const { sighting } = await probe.ask({ name, address, patienceMs: PATIENCE_MS, pauseMs: 0 });
  const { requestedNs, confirmedNs } = await change(index, address);
  const seen = await sighting;
  if (seen === undefined) throw new Error(`${server} never answered ${name} with ${address}`);
  return {
    afterConfirmation: (seen.seenNs - confirmedNs) / 1000,
    afterRequest: (seen.seenNs - requestedNs) / 1000,
    roundTrip: (seen.seenNs - seen.askedNs) / 1000 / seen.queries,
  };
}

/** Microseconds; what was seen before its confirmation took no time. */
export interface Distribution {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Share that was seen before the confirmation. */
  readonly early: number;
}

export function distributionOf(times: readonly number[]): Distribution {
  const sorted = times.map((time) => Math.max(time, 0)).toSorted((a, b) => a - b);
  return {
    count: sorted.length,
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
    max: sorted.at(-1) ?? Number.NaN,
    early: times.filter((time) => time < 0).length / times.length,
  };
}
