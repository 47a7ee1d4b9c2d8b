// The measuring itself: rounds interleaved over the servers, so that what disturbs the machine for a while
// disturbs all of them.

import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Load, measureLatency, measureThroughput } from '../dnsperf.ts';
import type { RunningServer } from '../running-server.ts';
import type { Case } from './cases.ts';
import type { Options } from './options.ts';

/** Queries a second for latencies: every server here is idle most of the time at that rate. */
export const MODEST_QPS = 5000;
const LATENCY_SECONDS = 2;
/** Before the first round: caches fill, and V8 compiles the query path. */
const WARM_UP_SECONDS = 1;
/** How far off the RCODEs' shares may be: of a mix, the questions asked are a part only. */
const RCODE_TOLERANCE = 1;

/** One server in one round of one case. */
export interface Sample {
  /** Microseconds of CPU time per answered query. */
  readonly user: number;
  readonly system: number;
  /** CPU time over elapsed time: how busy the server kept its core. */
  readonly busy: number;
  readonly qps: number;
  /** Share of the queries sent that got no reply. */
  readonly lost: number;
  readonly replyOctets: number;
  /** Microseconds at MODEST_QPS. */
  readonly p50: number;
  readonly p99: number;
  readonly residentOctets: number;
}

/** Server name to its samples, in the order of rounds. */
export type CaseSamples = ReadonlyMap<string, readonly Sample[]>;

/**
 * All rounds of the cases, whose questions lie in `folder` as `<case>.txt`. One dnsperf runs at a time, the
 * other servers idle.
 */
export async function measureRounds(
  cases: readonly Case[],
  servers: readonly RunningServer[],
  folder: string,
  options: Options,
  report: (line: string) => void,
): Promise<ReadonlyMap<Case, CaseSamples>> {
  const results = new Map<Case, Map<string, Sample[]>>();
  for (const one of cases) {
    results.set(one, new Map(servers.map(({ recipe }) => [recipe.name, []])));
  }
  for (let round = 0; round <= options.rounds; round++) {
    for (const [one, samples] of results) {
      for (const server of servers) {
        const load: Load = {
          core: options.cores.client,
          port: server.port,
          questions: join(folder, `${one.name}.txt`),
          flags: one.cookies ? [...one.flags, '-E', `10:${server.cookie}`] : one.flags,
          seconds: round === 0 ? WARM_UP_SECONDS : options.seconds,
        };
        const { name } = server.recipe;
        if (round === 0) {
          await measureThroughput(load);
          continue;
        }
        const sample = await measure(one, server, load);
        samples.get(name)?.push(sample);
        const cpu = (sample.user + sample.system).toFixed(2);
        const qps = Math.round(sample.qps);
        report(`${round}/${options.rounds} ${one.name} ${name}: ${cpu} us/query, ${qps} qps`);
      }
    }
  }
  return results;
}

async function measure(one: Case, server: RunningServer, load: Load): Promise<Sample> {
  const before = server.usage();
  const start = performance.now();
  const { completed, sent, lost, qps, replyOctets, rcodes } = await measureThroughput(load);
  const elapsed = (performance.now() - start) / 1000;
  const after = server.usage();
  if (!server.recipe.isEcho) checkRcodes(one, server.recipe.name, rcodes);

  // Counters and the like are written a moment later; they are no latency of this run.
  await delay(100);
  const latency = await measureLatency({ ...load, seconds: LATENCY_SECONDS }, MODEST_QPS);
  const user = after.user - before.user;
  const system = after.system - before.system;
  return {
    user: (1e6 * user) / completed,
    system: (1e6 * system) / completed,
    busy: (user + system) / elapsed,
    qps,
    lost: lost / sent,
    replyOctets,
    ...latency,
    residentOctets: server.residentOctets(),
  };
}

/** A server that refuses is fast. */
function checkRcodes(one: Case, server: string, found: Readonly<Record<string, number>>): void {
  for (const [rcode, percent] of Object.entries(one.rcodes)) {
    if (Math.abs((found[rcode] ?? 0) - percent) <= RCODE_TOLERANCE) continue;
    throw new Error(`${server}, ${one.name}: ${JSON.stringify(found)}, not ${percent} % ${rcode}`);
  }
}
