// A steady load while the data change, beside the same load while they do not.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../../test/support/ports.ts';
import { ChangingCluster, type Flow } from '../churn/changing-cluster.ts';
import { createDataset } from '../names.ts';
import { type PartOptions, report } from '../part.ts';
import { RunningServer } from '../running-server.ts';
import type { Recipe } from '../servers/index.ts';
import { mixedMessages } from './messages.ts';
import { compilePaced, type Delays, measureDelays, type PacedLoad } from './paced-load.ts';

/** What happens beside the queries. */
export interface Publications {
  readonly title: string;
  readonly perSecond: number;
  /** Undefined: as long as there are queries. */
  readonly seconds?: number;
}

/**
 * The last changes so many hosts within a second that what has been changed must be merged into the base:
 * more than an eighth of 100,000 names.
 */
export const PUBLICATIONS: readonly Publications[] = [
  { title: 'nothing', perSecond: 0 },
  { title: '100 changes a second', perSecond: 100 },
  { title: '1,000 changes a second', perSecond: 1000 },
  { title: '20,000 changes in one second', perSecond: 20_000, seconds: 1 },
];

/** One load. */
export interface DelaySample extends Delays {
  readonly changes: number;
}

export const LATE_MS = 5;
/** Before the burst of changes, so that it meets a load that is under way. */
const HEAD_START_MS = 1000;

/** Samples by title, in the order of rounds, which are interleaved. */
export type DelaySamples = ReadonlyMap<string, readonly DelaySample[]>;

export async function measurePublications(
  recipe: Recipe,
  options: PartOptions,
  folder: string,
): Promise<DelaySamples> {
  const { server: serverCore, client } = options.cores;
  const { rounds = 1, seconds = 1, rate = 1 } = options.counts;
  const hosts = options.hosts[0] ?? 1;
  const data = createDataset(hosts);
  const program = join(folder, 'paced');
  await compilePaced(program);
  const messages = join(folder, 'mixed');
  await writeFile(messages, mixedMessages(data));
  await using cluster = await ChangingCluster.start(hosts, client);
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, cluster.kubeconfig);
  const launch = {
    ...{ setup: { hosts, cookies: false }, data, port: await freePort(), zoneFile: '' },
    ...{ folder: join(folder, `${recipe.name}-published`), clientCore: client, kubeconfig },
  };
  report(`starting ${recipe.name} with ${hosts} hosts`);
  await using _server = await RunningServer.start(recipe, launch, serverCore);
  const load: PacedLoad = {
    ...{ program, core: client, port: launch.port, messages },
    ...{ perSecond: rate, seconds, lateMs: LATE_MS },
  };
  await measureDelays(load);
  const samples = new Map<string, DelaySample[]>(PUBLICATIONS.map(({ title }) => [title, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const one of PUBLICATIONS) {
      const sample = await measureOne(one, cluster, load);
      samples.get(one.title)?.push(sample);
      const share = ((100 * sample.late) / sample.sent).toFixed(3);
      report(`${round}/${rounds} ${one.title}: ${share} % late, ${sample.lost} lost`);
    }
  }
  return samples;
}

async function measureOne(
  { perSecond, seconds }: Publications,
  cluster: ChangingCluster,
  load: PacedLoad,
): Promise<DelaySample> {
  const measured = measureDelays(load);
  if (seconds !== undefined) await delay(HEAD_START_MS);
  const flow: Flow = { perSecond, seconds: seconds ?? load.seconds, spared: 0 };
  const sent = perSecond === 0 ? 0 : (await cluster.flow(flow)).sent;
  return { ...(await measured), changes: sent };
}
