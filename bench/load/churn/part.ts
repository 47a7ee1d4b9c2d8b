// `npm run bench -- churn`: changes before a stand-in for an API server, which has more hosts and changes
// them faster than a real one on the same machine can.

import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../../test/support/ports.ts';
import { type Sampling, sampleFreshness, sampleOne } from '../freshness/freshness.ts';
import { compileProbe, Probe } from '../freshness/probe.ts';
import { createDataset, type Dataset, Random } from '../names.ts';
import {
  beginPart,
  endPart,
  findServers,
  type PartOptions,
  readPartOptions,
  report,
} from '../part.ts';
import { RunningServer } from '../running-server.ts';
import type { Recipe } from '../servers/index.ts';
import { ChangingCluster } from './changing-cluster.ts';
import { type ChurnResult, renderChurn, type Window } from './report.ts';

const USAGE = `Usage: npm run bench -- churn [OPTIONS]

  --hosts N,M        Ingresses in the stand-in for an API server (default: 100000,1000000)
  --samples N        changes one at a time, before the flow of changes (default: 1000)
  --rate N           changes a second (default: 1000)
  --seconds N        of changes at that rate (default: 60)
  --servers A,B      of seamark, base (default: all)
  --cores A,B        the server's core, and that of the stand-in and the client (default: 0,1)
  --save, --no-save  write bench/RESULTS.md (default)
`;

const WARM_UP = 50;
/** Of the hosts, so many are changed one by one and seen on the wire; the others make up the flow. */
const PROBED = 1000;
const PROBE_EVERY_MS = 100;
const WINDOW_SECONDS = 10;
/** The numbers of the flow's changes end below this one. */
const FIRST_NUMBER = 2 ** 16;
/** At the end, for what is still on its way. */
const CATCH_UP_MS = 10_000;

export async function runChurnPart(args: readonly string[]): Promise<void> {
  const options = readPartOptions(args, {
    usage: USAGE,
    servers: ['seamark', 'base'],
    hosts: [100_000, 1_000_000],
    counts: { samples: 1000, rate: 1000, seconds: 60 },
  });
  if (options === undefined) {
    process.stdout.write(USAGE);
    return;
  }
  const machine = beginPart();
  const { found, notes } = await findServers(options.servers);
  execFileSync('taskset', ['-a', '-p', '-c', String(options.cores.client), String(process.pid)]);
  const lines = [...notes, ''];
  for (const hosts of options.hosts) {
    const data = createDataset(hosts);
    for (const recipe of found) {
      lines.push(...renderChurn(hosts, recipe.name, options, await measure(recipe, data, options)));
    }
  }
  await endPart(`churn, ${options.hosts.join(' and ')} Ingresses`, machine, lines, options.save);
}

async function measure(recipe: Recipe, data: Dataset, options: PartOptions): Promise<ChurnResult> {
  const { server: serverCore, client } = options.cores;
  const { samples = 1 } = options.counts;
  const hosts = data.hosts.length;
  const folder = await mkdtemp(join(tmpdir(), 'seamark-bench-'));
  try {
    const program = join(folder, 'probe');
    await compileProbe(program);
    await using cluster = await ChangingCluster.start(hosts, client);
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, cluster.kubeconfig);
    const launch = {
      ...{ setup: { hosts, cookies: false }, data, port: await freePort(), zoneFile: '' },
      ...{ folder: join(folder, recipe.name), clientCore: client, kubeconfig },
    };
    report(`starting ${recipe.name} with ${hosts} hosts`);
    await using server = await RunningServer.start(recipe, launch, serverCore);
    await using probe = Probe.start(program, launch.port, client);
    const sampling: Sampling = {
      ...{ server: recipe.name, probe, random: new Random(hosts) },
      change: cluster.change.bind(cluster),
      data: { ...data, hosts: data.hosts.slice(0, PROBED) },
    };
    for (let i = 0; i < WARM_UP; i++) await sampleOne(sampling, FIRST_NUMBER + i);
    const single = await sampleFreshness(sampling, FIRST_NUMBER + WARM_UP, samples);
    report(`${samples} changes one at a time are through`);
    const flow = await measureFlow({ cluster, server, sampling, options, data });
    return { started: server.started, single, ...flow };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface FlowParts {
  readonly cluster: ChangingCluster;
  readonly server: RunningServer;
  readonly sampling: Sampling;
  readonly options: PartOptions;
  readonly data: Dataset;
}

async function measureFlow(parts: FlowParts): Promise<Omit<ChurnResult, 'started' | 'single'>> {
  const { cluster, server, sampling, data, options } = parts;
  const { rate: perSecond = 1, seconds = 1, samples = 0 } = options.counts;
  const residentBefore = server.residentOctets();
  let ended = false;
  const flow = cluster.flow({ perSecond, seconds, spared: PROBED }).finally(() => {
    ended = true;
  });
  const windows: Window[] = [];
  let number = FIRST_NUMBER + WARM_UP + samples;
  while (!ended) {
    const began = performance.now();
    const usage = server.usage();
    const lags: number[] = [];
    while (!ended && performance.now() - began < 1000 * WINDOW_SECONDS) {
      const next = delay(PROBE_EVERY_MS);
      lags.push((await sampleOne(sampling, number++)).afterConfirmation);
      await next;
    }
    const elapsed = (performance.now() - began) / 1000;
    const now = server.usage();
    const cpu = (now.user + now.system - usage.user - usage.system) / elapsed;
    // The flow's last moments may reach into a window of their own.
    if (elapsed > WINDOW_SECONDS / 2 || windows.length === 0) windows.push({ lags, cpu });
    report(`${lags.length} probes, CPU ${(100 * cpu).toFixed(0)} %`);
  }
  const { sent, last } = await flow;
  const residentAfter = server.residentOctets();
  let missing = 0;
  for (const [index, address] of last) {
    const name = data.hosts[index]?.name ?? '';
    const wanted = { name, address, patienceMs: CATCH_UP_MS, pauseMs: 0 };
    if ((await (await sampling.probe.ask(wanted)).sighting) === undefined) missing += 1;
  }
  return { windows, sent, changedHosts: last.length, missing, residentBefore, residentAfter };
}
