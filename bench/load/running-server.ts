// A server that runs on its core and has been seen to answer rightly.

import { mkdir } from 'node:fs/promises';
import { type Child, endChild, startChild } from '../../test/support/child.ts';
import { parseMessage, query, UdpClient } from '../../test/support/dns/index.ts';
import {
  peakOctets,
  processTree,
  residentOctets,
  runSeconds,
  type Usage,
  usageOf,
} from '../../test/support/process-tree.ts';
import { waitFor } from '../../test/support/wait.ts';
import { type Dataset, ZONE } from './names.ts';
import type { Launch, Recipe } from './servers/index.ts';

/** How long loading may take: BIND needs a minute for a million names, YAML may need more. */
const LOADING_MS = 900_000;
/** Of what a server prints, as much as explains why it ended. */
const LAST_WORDS = 4000;
const NXDOMAIN = 3;
/** COOKIE (RFC 7873 4) and what the client's part of it is. */
const COOKIE = 10;
const CLIENT_COOKIE = '0123456789abcdef';

export class RunningServer implements AsyncDisposable {
  readonly recipe: Recipe;
  readonly port: number;
  readonly started: Start;
  /** What a client of 127.0.0.1 puts into its COOKIE option, in hex: with the server's part if it has one. */
  readonly cookie: string;
  readonly #child: Child;
  readonly #processes: readonly number[];
  readonly #dispose: () => Promise<void>;

  private constructor(recipe: Recipe, port: number, child: Child, rest: Rest) {
    this.recipe = recipe;
    this.port = port;
    this.#child = child;
    this.#processes = processTree(child.process.pid ?? 0);
    this.#dispose = rest.dispose;
    this.cookie = rest.cookie;
    this.started = {
      seconds: rest.seconds,
      residentOctets: residentOctets(this.#processes),
      peakOctets: peakOctets(this.#processes),
    };
  }

  /** Starts it on these cores; rejects with its last words where it ends or never answers rightly. */
  static async start(recipe: Recipe, launch: Launch, ...cores: number[]): Promise<RunningServer> {
    await mkdir(launch.folder);
    const { program, args, dispose = async () => {} } = await recipe.prepare(launch);
    const startedAt = performance.now();
    const child = startChild('taskset', ['-c', cores.join(','), program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let printed = '';
    for (const stream of [child.process.stdout, child.process.stderr]) {
      stream?.on('data', (octets: Buffer) => {
        printed = (printed + octets.toString()).slice(-LAST_WORDS);
      });
    }
    const waiting = new AbortController();
    const ready = waitFor(() => (recipe.isEcho ? echoes(launch) : answersRightly(launch)), {
      what: `${recipe.name} to answer`,
      timeout: LOADING_MS,
      evidence: () => printed,
      signal: waiting.signal,
    });
    const ended = child.exited.then(({ code, signal }) => {
      throw new Error(`${recipe.name} ended with ${signal ?? code}\n${printed}`);
    });
    try {
      await Promise.race([ready, ended]);
      const seconds = (performance.now() - startedAt) / 1000;
      const cookie = recipe.isEcho ? CLIENT_COOKIE : await askForCookie(launch);
      return new RunningServer(recipe, launch.port, child, { seconds, cookie, dispose });
    } catch (error) {
      child.process.kill('SIGKILL');
      await dispose();
      throw error;
    } finally {
      waiting.abort();
      ready.catch(() => undefined);
      ended.catch(() => undefined);
    }
  }

  /** Whether it answered a client's cookie with its own (RFC 7873 5.2). */
  get givesCookie(): boolean {
    return this.cookie !== CLIENT_COOKIE;
  }

  /** CPU time so far. */
  usage(): Usage {
    return usageOf(this.#processes);
  }

  /** The same to the nanosecond, of the threads that are there now. */
  runSeconds(): number {
    return runSeconds(this.#processes);
  }

  residentOctets(): number {
    return residentOctets(this.#processes);
  }

  /** Holds it, so that it takes no part in what another is measured by; what it is sent waits. */
  pause(): void {
    this.#child.process.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.process.kill('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.resume();
    await endChild(this.#child, 'SIGTERM').catch(() => undefined);
    await this.#dispose();
  }
}

/** How a server came up. */
export interface Start {
  /** From exec to the first right answers. */
  readonly seconds: number;
  /** Memory then, and the most until then. */
  readonly residentOctets: number;
  readonly peakOctets: number;
}

interface Rest {
  readonly seconds: number;
  readonly cookie: string;
  readonly dispose: () => Promise<void>;
}

async function echoes({ port }: Launch): Promise<boolean> {
  await using client = await UdpClient.open({ host: '127.0.0.1', port });
  await client.exchange(query(`${ZONE}. SOA`), 200);
  return true;
}

/** Without the server's part Knot answers BADCOOKIE; with it every server does the same work. */
async function askForCookie({ port }: Launch): Promise<string> {
  await using client = await UdpClient.open({ host: '127.0.0.1', port });
  const options = [{ code: COOKIE, data: Buffer.from(CLIENT_COOKIE, 'hex') }];
  const { edns } = parseMessage(
    await client.exchange(query(`${ZONE}. SOA`, { edns: { options } })),
  );
  const given = edns?.options.find(({ code }) => code === COOKIE)?.data;
  return given === undefined ? CLIENT_COOKIE : Buffer.from(given).toString('hex');
}

/** One question of each kind: a server that does less work than the others must not be measured. */
async function answersRightly({ port, data }: Launch): Promise<boolean> {
  await using client = await UdpClient.open({ host: '127.0.0.1', port });
  for (const [text, answers, rcode] of samples(data)) {
    const reply = parseMessage(await client.exchange(query(text), 500));
    if (reply.rcode !== rcode || reply.answer.length !== answers) return false;
    // RFC 2308 2: a negative answer has the SOA.
    if (answers === 0 && reply.authority.length !== 1) return false;
  }
  return true;
}

/** Question, records in the answer, RCODE. */
function samples({ hosts, wildcards, multis }: Dataset): [string, number, number][] {
  const [host, last] = [hosts.at(0), hosts.at(-1)];
  const [wildcard, multi] = [wildcards.at(0), multis.at(-1)];
  const below = wildcard?.name.replace('*', 'any');
  return [
    [`${host?.name}. A`, 1, 0],
    [`${last?.name}. A`, 1, 0],
    [`${host?.name}. AAAA`, 0, 0],
    [`${below}. A`, 1, 0],
    [`${multi?.name}. A`, multi?.addresses.length ?? 0, 0],
    [`no-such-name.${ZONE}. A`, 0, NXDOMAIN],
  ];
}
