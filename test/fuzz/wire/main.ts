// `npm run fuzz -- wire`: millions of mutated packets at a running server, and what has become of it then.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { compile, missingCompiler } from '../../support/compile.ts';
import { parseMessage, query, TcpClient, UdpClient } from '../../support/dns/index.ts';
import { residentOctets } from '../../support/process-tree.ts';
import { corpusFolder, readInputs } from '../files.ts';
import { UsageError } from '../options.ts';
import { target as queryTarget } from '../targets/query.ts';
import { readWireOptions, USAGE, type WireOptions } from './options.ts';
import { ALSO, CONTROL, Scene } from './scene.ts';

/** What flood.c says at its end. */
interface Flood {
  readonly udp: number;
  readonly tcp: number;
  readonly connections: number;
  readonly cutOff: number;
  readonly replies: number;
  /** Times that the control's reply did not come in time. */
  readonly resent: number;
  readonly malformed: number;
  readonly firstMalformed: string;
}

interface Verdict {
  readonly what: string;
  readonly isGood: boolean;
}

/** @returns the exit status */
export async function fuzzWire(
  args: readonly string[],
  say: (line: string) => void,
): Promise<number> {
  const options = readWireOptions(args);
  if (options === undefined) {
    say(USAGE.trimEnd());
    return 0;
  }
  const missing = await missingCompiler();
  if (missing !== undefined) throw new UsageError(missing);
  const folder = await mkdtemp(join(tmpdir(), 'seamark-flood-'));
  try {
    const program = join(folder, 'flood');
    await compile(join(import.meta.dirname, 'flood.c'), program);
    const seeds = join(folder, 'seeds');
    await writeFile(seeds, seedFile(options));
    await using scene = await Scene.open(options.udp);
    const verdicts = await flood(scene, options, [program, seeds], say);
    for (const { what, isGood } of verdicts) say(`  ${isGood ? 'ok  ' : 'BAD '} ${what}`);
    const isGood = verdicts.every((verdict) => verdict.isGood);
    if (!isGood) say(scene.server.transcript());
    say(isGood ? 'wire: it did no harm' : 'wire: it did harm');
    return isGood ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The control, and what packets are made of. */
function seedFile({ seedFolders }: WireOptions): Buffer {
  const folders = [corpusFolder('query'), ...seedFolders];
  const given = folders.flatMap(readInputs);
  const also = ALSO.map((text, i) => query(text, { id: i, ...(i % 2 === 0 ? { edns: {} } : {}) }));
  const all = [query(CONTROL, { id: 0 }), ...also, ...queryTarget.seeds, ...given];
  return Buffer.concat(
    all
      .filter(({ length }) => length <= 4096)
      .flatMap((message) => [Uint8Array.of(message.length >> 8, message.length & 0xff), message]),
  );
}

async function flood(
  scene: Scene,
  options: WireOptions,
  [program, seeds]: readonly [string, string],
  say: (line: string) => void,
): Promise<Verdict[]> {
  const { pid } = scene.server;
  const send = async (seed: number, packets: number): Promise<Flood | undefined> =>
    await run(program, [String(scene.port), String(seed), String(packets), seeds]);
  const memory = (): number => residentOctets([pid]) / 2 ** 20;

  const warmUp = await send(options.seed, Math.ceil(options.packets / 10));
  const before = { memory: memory(), threads: await threadsOf(pid), dropped: await drops(scene) };
  const started = performance.now();
  const sent = warmUp && (await send(options.seed + 1, options.packets));
  const seconds = (performance.now() - started) / 1000;
  if (warmUp === undefined || sent === undefined)
    return [{ what: 'it does not answer any more', isGood: false }];
  const after = { memory: memory(), threads: await threadsOf(pid), dropped: await drops(scene) };

  const packets = sent.udp + sent.tcp;
  const figure = (number: number): string => Math.round(number).toLocaleString('en');
  say(
    `wire: ${figure(packets)} packets in ${figure(seconds)} s (${figure(packets / seconds)}/s), ` +
      `${figure(sent.udp)} over UDP and ${figure(sent.tcp)} over ${sent.connections} TCP connections ` +
      `(${sent.cutOff} broken off), after ${figure(warmUp.udp + warmUp.tcp)} to warm up; ` +
      `${figure(sent.replies)} replies`,
  );
  const restarts = await scene.metric('seamark_worker_restarts_total');
  const complaints = scene.complaints();
  const more = after.memory - before.memory;
  return [
    { what: `it answers over UDP and TCP`, isGood: await answers(scene) },
    { what: `${restarts} workers were replaced`, isGood: restarts === 0 },
    {
      what: `${after.threads} threads, before ${before.threads}`,
      isGood: after.threads === before.threads,
    },
    {
      what: `${figure(after.memory)} MB resident, before ${figure(before.memory)}; ${options.mostMoreMb} more may be`,
      isGood: more <= options.mostMoreMb,
    },
    {
      what: `${complaints.length} warnings and errors in its log`,
      isGood: complaints.length === 0 && scene.server.plainLines.length === 0,
    },
    {
      what: `${sent.malformed} malformed replies ${sent.firstMalformed}`.trimEnd(),
      isGood: sent.malformed === 0,
    },
    {
      what: `${after.dropped - before.dropped} packets dropped by a full buffer, ${sent.resent} queries asked again`,
      isGood: true,
    },
  ];
}

/** Undefined where it says that nobody answers. */
async function run(program: string, args: readonly string[]): Promise<Flood | undefined> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const printed = await text(child.stdout);
  const [code] = await exited;
  return code === 0 ? (JSON.parse(printed) as Flood) : undefined;
}

async function threadsOf(pid: number): Promise<number> {
  return (await readdir(`/proc/${pid}/task`)).length;
}

/** Datagrams that found a socket's buffer full: the last column of /proc/net/udp. */
async function drops({ port }: Scene): Promise<number> {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return (await readFile('/proc/net/udp', 'utf8'))
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, address]) => address?.endsWith(local))
    .reduce((sum, fields) => sum + Number(fields.at(-1)), 0);
}

async function answers({ port }: Scene): Promise<boolean> {
  const endpoint = { host: '127.0.0.1', port };
  await using udp = await UdpClient.open(endpoint);
  await using tcp = await TcpClient.open(endpoint);
  for (const client of [udp, tcp]) {
    const reply = parseMessage(await client.exchange(query(CONTROL)));
    if (reply.rcode !== 0 || reply.answer.length !== 1) return false;
  }
  return true;
}
