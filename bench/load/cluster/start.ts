// Start: the time from exec to the first right answers, of servers that read the same API server.

import { mkdir } from 'node:fs/promises';
import { type Child, endChild, startChild } from '../../../test/support/child.ts';
import {
  peakOctets,
  processTree,
  residentOctets,
  usageOf,
} from '../../../test/support/process-tree.ts';
import { nowNs, Probe } from '../freshness/probe.ts';
import type { Dataset } from '../names.ts';
import type { Launch, Recipe } from '../servers/index.ts';

/** Of what a server prints, as much as explains why it ended. */
const LAST_WORDS = 4000;
const PATIENCE_MS = 120_000;
/** Between two questions: what the figures are exact to. Without it the probe would take CPU time from the start. */
const PAUSE_MS = 5;

/** One start. */
export interface StartSample {
  /** From exec to the answer to the last of the questions. */
  readonly seconds: number;
  /** Of CPU time until then. */
  readonly cpuSeconds: number;
  /** Then, and at the most until then. */
  readonly residentOctets: number;
  readonly peakOctets: number;
}

export interface StartOptions {
  readonly launch: Launch;
  /** As taskset takes them. */
  readonly cores: string;
  readonly probeProgram: string;
  readonly probeCore: number;
}

/** Starts the server, asks for the addresses that the data set has, and ends it. */
export async function measureStart(recipe: Recipe, options: StartOptions): Promise<StartSample> {
  const { launch, cores, probeProgram, probeCore } = options;
  await mkdir(launch.folder, { recursive: true });
  const { program, args, dispose = async () => {} } = await recipe.prepare(launch);
  await using probe = Probe.start(probeProgram, launch.port, probeCore);
  const execNs = nowNs();
  const child = startChild('taskset', ['-c', cores, program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const words = lastWords(child);
  try {
    let seenNs = execNs;
    for (const { name, address } of questions(launch.data)) {
      const wanted = { name, address, patienceMs: PATIENCE_MS, pauseMs: PAUSE_MS };
      const { sighting } = await probe.ask(wanted);
      const seen = await Promise.race([sighting, child.exited]);
      if (seen === undefined || !('seenNs' in seen)) {
        throw new Error(`${recipe.name} never answered ${name} with ${address}\n${words()}`);
      }
      seenNs = Math.max(seenNs, seen.seenNs);
    }
    const processes = processTree(child.process.pid ?? 0);
    const { user, system } = usageOf(processes);
    return {
      seconds: (seenNs - execNs) / 1e9,
      cpuSeconds: user + system,
      residentOctets: residentOctets(processes),
      peakOctets: peakOctets(processes),
    };
  } finally {
    await endChild(child, 'SIGTERM').catch(() => undefined);
    await dispose();
  }
}

/** Some of each kind, from the beginning and the end: a list that is half read must not pass for a whole one. */
function* questions(data: Dataset): Generator<{ name: string; address: string }> {
  for (const group of [data.hosts, data.wildcards, data.multis]) {
    for (const host of [group.at(0), group.at(group.length >> 1), group.at(-1)]) {
      const name = host?.name.replace('*', 'any') ?? '';
      yield { name, address: host?.addresses[0] ?? '' };
    }
  }
}

function lastWords({ process: { stdout, stderr } }: Child): () => string {
  let printed = '';
  for (const stream of [stdout, stderr]) {
    stream?.on('data', (octets: Buffer) => {
      printed = (printed + octets.toString()).slice(-LAST_WORDS);
    });
  }
  return () => printed;
}
