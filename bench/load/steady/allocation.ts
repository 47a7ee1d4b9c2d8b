// Ten million queries, and what they add to the heap of the thread that answers them.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../test/support/ports.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { type Load, measureThroughput, type Throughput } from '../dnsperf.ts';
import { createDataset } from '../names.ts';
import { RunningServer } from '../running-server.ts';
import type { Recipe } from '../servers/index.ts';
import { type Collections, collectionsBetweenMarks } from './gc-trace.ts';
import { type HeapReading, MARK_SUFFIX, PROBE_FILE } from './heap-probe.ts';
import { MESSAGES, messages, RCODES } from './messages.ts';

const PROBE: string = fileURLToPath(new URL('./heap-probe.ts', import.meta.url));
const HOSTS = 1000;
/** Until V8 has compiled everything that it will. */
const WARM_UP_MESSAGES = 2_000_000;
/** More than any run takes. */
const SECONDS = 3600;
/** A worker that is asked nothing counts once a second. */
const READING_MS = 10_000;
const RCODE_TOLERANCE = 1;

export interface AllocationResult {
  readonly throughput: Throughput;
  readonly batches: number;
  /** Of the run, in order; what was read while nothing was asked is not among them. */
  readonly readings: readonly HeapReading[];
  /** What a message of totals takes where nothing is asked: to be taken off what queries have added. */
  readonly idleOctets: number;
  readonly collections: Collections;
}

/** @param core the server's and dnsperf's */
export async function measureAllocation(
  recipe: Recipe,
  queries: number,
  folder: string,
  core: { readonly server: number; readonly client: number },
): Promise<AllocationResult> {
  const heap = join(folder, 'heap');
  const trace = join(folder, 'trace');
  const questions = join(folder, 'messages');
  const data = createDataset(HOSTS);
  await writeFile(questions, messages(data));
  await writeFile(heap, '');
  const launch = {
    ...{ setup: { hosts: HOSTS, cookies: false }, data, port: await freePort(), zoneFile: '' },
    ...{ folder: join(folder, recipe.name), clientCore: core.client },
  };
  const load = (count: number): Load => ({
    ...{ core: core.client, port: launch.port, questions, seconds: SECONDS },
    flags: ['-B', '-n', String(Math.max(Math.round(count / MESSAGES), 1))],
  });
  let result: Omit<AllocationResult, 'collections'>;
  {
    const watched = withHeapWatched(recipe, heap, trace);
    await using _server = await RunningServer.start(watched, launch, core.server);
    await measureThroughput(load(WARM_UP_MESSAGES));
    await mark(heap);
    const before = await idleReading(heap);
    const throughput = await measureThroughput(load(queries));
    checkRcodes(throughput);
    const after = await idleReading(heap);
    await mark(heap);
    const readings = (await readReadings(heap)).filter(
      ({ received }) => received > before.received,
    );
    result = {
      ...{ throughput, batches: after.batches - before.batches },
      idleOctets: after.grown,
      readings: readings.slice(0, readings.findIndex(isIdle)),
    };
  }
  // V8's output has a buffer, which is written at the end at the latest.
  return { ...result, collections: collectionsBetweenMarks(await readFile(trace, 'utf8')) };
}

/** The same server with its collections traced to a file, and the probe in each of its threads. */
function withHeapWatched(recipe: Recipe, heap: string, trace: string): Recipe {
  return {
    ...recipe,
    async prepare(launch) {
      const { program, args, dispose } = await recipe.prepare(launch);
      const node = [program, '--trace-gc', '--expose-gc', '--import', PROBE, ...args];
      const shell = ['-c', `${PROBE_FILE}="$1" exec "\${@:3}" >"$2"`, 'bash', heap, trace];
      return {
        program: 'bash',
        args: [...shell, ...node],
        ...(dispose === undefined ? {} : { dispose }),
      };
    },
  };
}

/** Has the worker collect, so that the trace shows what lies between two such marks. */
async function mark(heap: string): Promise<void> {
  const marks = async (): Promise<number> =>
    (await readReadings(heap)).filter(({ marked }) => marked).length;
  const before = await marks();
  await writeFile(heap + MARK_SUFFIX, '');
  await waitFor(async () => (await marks()) > before, {
    what: 'the worker to collect',
    timeout: READING_MS,
  });
}

/** The worker's next reading between which and the one before it nothing was asked. */
async function idleReading(heap: string): Promise<HeapReading> {
  const from = (await readReadings(heap)).length;
  return await waitFor(
    async () => {
      const readings = await readReadings(heap);
      return readings.find((reading, i) => i > from && isIdle(reading, i, readings));
    },
    { what: 'the worker to idle', timeout: READING_MS },
  );
}

function isIdle({ received }: HeapReading, i: number, all: readonly HeapReading[]): boolean {
  const before = all[i - 1];
  return before !== undefined && !before.marked && before.received === received;
}

async function readReadings(heap: string): Promise<HeapReading[]> {
  const lines = (await readFile(heap, 'utf8')).split('\n');
  // The last may be half written.
  return lines.slice(0, -1).map((line) => JSON.parse(line) as HeapReading);
}

/** A server that refuses allocates nothing either. */
function checkRcodes({ rcodes }: Throughput): void {
  for (const [rcode, percent] of Object.entries(RCODES)) {
    if (Math.abs((rcodes[rcode] ?? 0) - percent) <= RCODE_TOLERANCE) continue;
    throw new Error(`${JSON.stringify(rcodes)}, not ${percent} % ${rcode}`);
  }
}
