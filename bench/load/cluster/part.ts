// `npm run bench -- start freshness`: Seamark and the plugin before one real API server.

import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../test/support/ports.ts';
import {
  type FreshnessSample,
  type Sampling,
  sampleFreshness,
  sampleOne,
} from '../freshness/freshness.ts';
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
import type { Launch, Recipe } from '../servers/index.ts';
import { LoadedCluster } from './loaded-cluster.ts';
import { renderFreshness, renderStarts, type StartGroup } from './report.ts';
import { measureStart, type StartSample } from './start.ts';

const USAGE = `Usage: npm run bench -- start freshness [OPTIONS]      (or one of the two)

  --hosts N          Ingresses in the API server (default: 100000; a thousand are created a second)
  --rounds N         starts of each server and placement, and turns at freshness (default: 5)
  --samples N        changes a turn (default: 200)
  --servers A,B      of seamark, base, coredns (default: all)
  --cores A,B        the server's core, and that of the API server and the client (default: 0,1)
  --save, --no-save  write bench/RESULTS.md (default)
`;

/** Changes before a turn counts: a server that was held has to catch up, and its caches are cold. */
const WARM_UP = 20;

export async function runClusterPart(
  parts: ReadonlySet<string>,
  args: readonly string[],
): Promise<void> {
  const options = readPartOptions(args, {
    usage: USAGE,
    servers: ['seamark', 'base', 'coredns'],
    hosts: [100_000],
    counts: { rounds: 5, samples: 200 },
  });
  if (options === undefined) {
    process.stdout.write(USAGE);
    return;
  }
  const machine = beginPart();
  const { found, notes } = await findServers(options.servers);
  const lines = [...notes, ''];
  for (const hosts of options.hosts) {
    const folder = await mkdtemp(join(tmpdir(), 'seamark-bench-'));
    const data = createDataset(hosts);
    report(`creating ${hosts} Ingresses`);
    const cluster = await LoadedCluster.start(data, report);
    const bench: Bench = { options, recipes: found, data, cluster, folder };
    try {
      await compileProbe(probeProgram(bench));
      // In this order: the changes leave other addresses behind than the data set has.
      if (parts.has('start')) lines.push(...renderStarts(hosts, await measureStarts(bench)));
      if (parts.has('freshness')) {
        lines.push(...renderFreshness(hosts, options, await measureFreshness(bench)));
      }
    } finally {
      await cluster[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    }
  }
  const part = `${[...parts].join(' and ')}, ${options.hosts.join(' and ')} Ingresses`;
  await endPart(part, machine, lines, options.save);
}

interface Bench {
  readonly options: PartOptions;
  readonly recipes: readonly Recipe[];
  readonly data: Dataset;
  readonly cluster: LoadedCluster;
  readonly folder: string;
}

const probeProgram = ({ folder }: Bench): string => join(folder, 'probe');

async function launchOf({ options, data, cluster, folder }: Bench, name: string): Promise<Launch> {
  return {
    setup: { hosts: data.hosts.length, cookies: false },
    data,
    port: await freePort(),
    folder: join(folder, name),
    zoneFile: '',
    clientCore: options.cores.client,
    kubeconfig: cluster.kubeconfig,
  };
}

/** One server runs at a time; its starts alternate with the others'. */
async function measureStarts(bench: Bench): Promise<StartGroup[]> {
  const { server, client } = bench.options.cores;
  const rounds = bench.options.counts['rounds'] ?? 1;
  const placements = [
    { cores: `${server},${client}`, others: `${server},${client}`, title: 'both cores, shared' },
    { cores: `${server}`, others: `${client}`, title: 'one core, the API server on the other' },
  ];
  const groups: StartGroup[] = [];
  for (const { cores, others, title } of placements) {
    await bench.cluster.pin(others);
    const samples = new Map<string, StartSample[]>(bench.recipes.map(({ name }) => [name, []]));
    // The first of each, which reads the programs from disk, counts for nothing.
    for (let round = 0; round <= rounds; round++) {
      for (const recipe of bench.recipes) {
        const sample = await measureStart(recipe, {
          launch: await launchOf(bench, `${recipe.name}-${cores}-${round}`),
          cores,
          probeProgram: probeProgram(bench),
          probeCore: bench.options.cores.client,
        });
        report(
          `${round}/${rounds} start of ${recipe.name} on ${cores}: ${sample.seconds.toFixed(2)} s`,
        );
        if (round > 0) samples.get(recipe.name)?.push(sample);
      }
    }
    groups.push({ title, samples });
  }
  return groups;
}

/** All servers run and watch; while one is measured the others are held. */
async function measureFreshness(bench: Bench): Promise<Map<string, FreshnessSample[]>> {
  const { options, cluster, data } = bench;
  const { server: serverCore, client } = options.cores;
  const { rounds = 1, samples: count = 1 } = options.counts;
  await cluster.pin(client);
  // This process makes the changes and notes when they are confirmed.
  execFileSync('taskset', ['-a', '-p', '-c', String(client), String(process.pid)]);
  const results = new Map<string, FreshnessSample[]>();
  const running: { server: RunningServer; sampling: Sampling }[] = [];
  const random = new Random(data.hosts.length);
  try {
    for (const recipe of bench.recipes) {
      const launch = await launchOf(bench, `${recipe.name}-freshness`);
      const server = await RunningServer.start(recipe, launch, serverCore);
      const probe = Probe.start(probeProgram(bench), launch.port, client);
      const change = cluster.change.bind(cluster);
      running.push({ server, sampling: { server: recipe.name, probe, change, data, random } });
      results.set(recipe.name, []);
    }
    let number = 0;
    for (let round = 1; round <= rounds; round++) {
      for (const { server, sampling } of running) {
        for (const other of running) if (other.server !== server) other.server.pause();
        for (let i = 0; i < WARM_UP; i++) await sampleOne(sampling, number++);
        const samples = await sampleFreshness(sampling, number, count);
        number += count;
        results.get(sampling.server)?.push(...samples);
        for (const other of running) other.server.resume();
        report(`${round}/${rounds} freshness of ${sampling.server}`);
      }
    }
  } finally {
    for (const { server, sampling } of running) {
      await sampling.probe[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    }
  }
  return results;
}
