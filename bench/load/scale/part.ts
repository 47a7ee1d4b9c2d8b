// `npm run bench -- scale`: what a query costs a lone worker, and what it costs one of several.
// bench/README.md says how it is measured, and what that can't show.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { freePort } from '../../../test/support/ports.ts';
import { CASES, type Case, questions } from '../cases/cases.ts';
import { integer, integers, UsageError } from '../cases/options.ts';
import { measureThroughput, OUTSTANDING } from '../dnsperf.ts';
import { describeMachine, loadNow } from '../machine.ts';
import { createDataset } from '../names.ts';
import { saveSection } from '../results-file.ts';
import { RunningServer } from '../running-server.ts';
import { seamarkWith } from '../servers/seamark.ts';
import { renderScale, type ScaleOptions, type ScaleSample } from './report.ts';

const USAGE: string = `Usage: npm run bench -- scale [OPTIONS]

  --rounds N         the medians are taken of (default: 5)
  --seconds N        of load a round and number of workers (default: 4)
  --qps N            of the loads below saturation (default: 20000)
  --cores A,B,…      the cores that server and dnsperf share (default: 0,1)
  --save, --no-save  write bench/RESULTS.md (default: yes)
`;

const ROOT: string = join(import.meta.dirname, '../../..');
const IDLE_SECONDS = 15;
const WARM_UP_SECONDS = 1;
const HIT: Case = CASES[0] as Case;

interface Variant {
  readonly name: string;
  readonly workers: number;
  readonly pin: string;
}

/** As many workers as cores, spread over by hash and pinned, beside one. */
function variants(workers: number): readonly Variant[] {
  return [
    { name: '1 worker', workers: 1, pin: '--no-pin' },
    { name: `${workers} workers`, workers, pin: '--no-pin' },
    { name: `${workers} workers, pinned`, workers, pin: '--pin' },
  ];
}

interface Load {
  readonly title: string;
  /** Queries a second; none where it is as many as go. */
  readonly limit?: (workers: number) => number;
}

/** The same load for all makes smaller batches of several workers'; the same for each worker does not. */
function loads(qps: number): readonly Load[] {
  return [
    { title: `${qps} queries a second`, limit: () => qps },
    { title: `${qps} queries a second and worker`, limit: (workers) => qps * workers },
    { title: 'full speed' },
  ];
}

export async function measureScale(
  args: readonly string[],
  results: string,
  report: (line: string) => void,
): Promise<void> {
  const options = readOptions(args);
  if (options === undefined) {
    process.stdout.write(USAGE);
    return;
  }
  const machine = describeMachine(ROOT);
  const folder = await mkdtemp(join(tmpdir(), 'seamark-bench-'));
  await using servers = new AsyncDisposableStack();
  servers.defer(() => rm(folder, { recursive: true, force: true }));
  const data = createDataset(HIT.hosts);
  const file = join(folder, 'questions.txt');
  await writeFile(file, questions(HIT, data));
  const running: { readonly variant: Variant; readonly server: RunningServer }[] = [];
  for (const variant of variants(options.cores.length)) {
    const { name, workers, pin } = variant;
    const launch = {
      ...{ setup: HIT, data, zoneFile: '', clientCore: 0 },
      port: await freePort(),
      folder: join(folder, String(running.length)),
    };
    report(`starting Seamark with ${name}`);
    const recipe = seamarkWith(name, ['--workers', String(workers), pin]);
    const server = servers.use(await RunningServer.start(recipe, launch, ...options.cores));
    running.push({ variant, server });
  }
  const measured = loads(options.qps).map((load) => ({
    load,
    title: load.title,
    samples: new Map<string, ScaleSample[]>(running.map(({ variant }) => [variant.name, []])),
  }));
  for (let round = 0; round <= options.rounds; round++) {
    // There and back again, so that a machine that slows down does not make the last one dearer.
    const order = round % 2 === 0 ? running : running.toReversed();
    for (const { load, samples } of measured) {
      for (const { variant, server } of order) {
        const seconds = round === 0 ? WARM_UP_SECONDS : options.seconds;
        const limit = load.limit?.(variant.workers);
        const sample = await measure(server, file, { ...options, seconds }, limit);
        if (round === 0) continue;
        samples.get(variant.name)?.push(sample);
        const figures = `${sample.cpu.toFixed(2)} us/query, ${Math.round(sample.qps)} qps`;
        report(`${round}/${options.rounds} ${variant.name}: ${figures}`);
      }
    }
  }
  const idle = await measureIdle(running.map(({ server }) => server));
  const run = { machine, options, measured, idle, loadAfter: loadNow() };
  const title = `${machine.commit}: scale`;
  const section = renderScale(title, run);
  process.stdout.write(`${section}\n`);
  if (options.save) await saveSection(results, title, section);
}

/** One dnsperf on each core, so that queries come in on all of them, as from a card with as many queues. */
async function measure(
  server: RunningServer,
  file: string,
  { cores, seconds }: ScaleOptions,
  limit: number | undefined,
): Promise<ScaleSample> {
  const share = {
    ...{ port: server.port, questions: file, flags: HIT.flags, seconds },
    outstanding: Math.floor(OUTSTANDING / cores.length),
    ...(limit === undefined ? {} : { limit: Math.floor(limit / cores.length) }),
  };
  const before = server.runSeconds();
  const runs = await Promise.all(cores.map((core) => measureThroughput({ ...share, core })));
  const used = server.runSeconds() - before;
  const sum = (field: 'completed' | 'sent' | 'lost' | 'qps'): number =>
    runs.reduce((total, run) => total + run[field], 0);
  // Every name exists; a server that refuses is fast.
  const refused = runs.find(({ rcodes }) => rcodes['NOERROR'] !== 100);
  if (refused !== undefined) throw new Error(`answered ${JSON.stringify(refused.rcodes)}`);
  const cpu = (1e6 * used) / sum('completed');
  return { cpu, qps: sum('qps'), lost: sum('lost') / sum('sent') };
}

/** All at once: none of them disturbs the others. Shares of one core. */
async function measureIdle(servers: readonly RunningServer[]): Promise<Map<string, number>> {
  // What a load leaves behind (garbage, metrics) is none of an idle server's.
  await delay(2000);
  const before = servers.map((server) => server.runSeconds());
  const start = performance.now();
  await delay(1000 * IDLE_SECONDS);
  const elapsed = (performance.now() - start) / 1000;
  return new Map(
    servers.map((server, i) => {
      const used = server.runSeconds() - (before[i] as number);
      return [server.recipe.name, used / elapsed];
    }),
  );
}

/** Undefined where help was asked for. */
function readOptions(args: readonly string[]): ScaleOptions | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const cores = integers('--cores', values.cores, 0);
  if (cores.length < 2 || new Set(cores).size < cores.length) {
    throw new UsageError('--cores takes two or more different numbers: 0,1');
  }
  return {
    rounds: integer('--rounds', values.rounds),
    seconds: integer('--seconds', values.seconds),
    qps: integer('--qps', values.qps, cores.length),
    cores,
    save: values.save,
  };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      allowNegative: true,
      options: {
        rounds: { type: 'string', default: '5' },
        seconds: { type: 'string', default: '4' },
        qps: { type: 'string', default: '20000' },
        cores: { type: 'string', default: '0,1' },
        save: { type: 'boolean', default: true },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
