// The command `seamark` as a process, with whatever arguments, preloaded module and user a test needs.

import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type Child, type Exit, startChild } from '../../support/child.ts';
import type { Endpoint } from '../../support/dns/index.ts';
import type { LogLine } from '../../support/server.ts';
import { waitFor } from '../../support/wait.ts';

const ROOT: string = join(import.meta.dirname, '..', '..', '..');
/** The pinned Node. */
export const NODE: string = join(ROOT, 'node_modules', '.bin', 'node');
/** The command's script, as built. */
export const CLI: string = join(ROOT, 'apps', 'server', 'dist', 'cli.js');
const SOURCE: string = join(ROOT, 'apps', 'server', 'src', 'cli.ts');

/** Less than a test may take, so that its failure shows what the server said. */
const PATIENCE_MS = 30_000;

export interface CommandOptions {
  /** A module that each of its threads imports before anything else. */
  readonly preload?: string;
  /** Runs the sources: what is preloaded finds modules there that are parts of larger files once they are built. */
  readonly fromSource?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** A numeric user and group to run as; needs root. */
  readonly user?: number;
  readonly cwd?: string;
}

/** The path of a module in `faults`, which a command can be made to preload. */
export const fault = (name: string): string =>
  join(import.meta.dirname, '..', 'faults', `${name}.mjs`);

/** How a command ended, and what it said. */
export interface Outcome extends Exit {
  readonly stdout: string;
  /** Its lines on stderr. */
  readonly stderr: readonly string[];
  readonly log: readonly LogLine[];
}

/** A `seamark` that may be running, failing to, or over. Dispose of it. */
export class Command implements AsyncDisposable {
  readonly #child: Child;
  readonly #stdout: Promise<string>;
  #stderr = '';

  constructor(args: readonly string[], options: CommandOptions = {}) {
    const { preload, fromSource = false, env, user, cwd } = options;
    const script = fromSource ? SOURCE : CLI;
    const flags = [
      ...(preload === undefined ? [] : [`--import=${preload}`]),
      ...(fromSource ? ['--conditions=seamark-source'] : []),
      env?.['NODE_OPTIONS'] ?? '',
    ];
    this.#child = startChild(NODE, [script, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Threads that are given flags of their own have these all the same.
      env: { ...process.env, ...env, NODE_OPTIONS: flags.join(' ') },
      ...(user === undefined ? {} : { uid: user, gid: user }),
      ...(cwd === undefined ? {} : { cwd }),
    });
    const { stdout, stderr } = this.#child.process;
    if (stdout === null || stderr === null) throw new Error('stdout and stderr are no pipes');
    this.#stdout = text(stdout);
    stderr.setEncoding('utf8').on('data', (chunk: string) => {
      this.#stderr += chunk;
    });
  }

  get pid(): number {
    const { pid } = this.#child.process;
    if (pid === undefined) throw new Error('it could not be started');
    return pid;
  }

  /** The whole lines of stderr so far. */
  get stderr(): readonly string[] {
    return this.#stderr.split('\n').slice(0, -1);
  }

  /** Those of them that are log lines. */
  get log(): readonly LogLine[] {
    return this.stderr.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  }

  events(event: string): readonly LogLine[] {
    return this.log.filter((line) => line.event === event);
  }

  /** Waits for the nth log line of an event. */
  async event(event: string, nth: number = 1): Promise<LogLine> {
    const what = `the event ${event}, ${nth} times`;
    const look = () => this.events(event)[nth - 1];
    const line = await waitFor(() => look() ?? (this.isRunning ? undefined : 'ended'), {
      what,
      timeout: PATIENCE_MS,
      evidence: () => this.transcript(),
    });
    if (typeof line !== 'string') return line;
    await this.outcome();
    // What it wrote last has been read by now.
    const last = look();
    if (last === undefined) throw new Error(`it ended before ${what}\n${this.transcript()}`);
    return last;
  }

  /** Waits until all sources have been read and every listener answers. */
  async ready(): Promise<void> {
    await this.event('serving');
    await this.event('synced');
  }

  /** The UDP listeners as bound, in the order of the Corefile. */
  async endpoints(): Promise<readonly Endpoint[]> {
    const { listeners } = await this.event('serving');
    return (listeners as readonly { address: string; port: number; transport: string }[])
      .filter(({ transport }) => transport === 'udp')
      .map(({ address, port }) => ({ host: address, port }));
  }

  /** Where to ask a server that has one listener, on 127.0.0.1 or on every address. */
  async endpoint(host: string = '127.0.0.1'): Promise<Endpoint> {
    const [first] = await this.endpoints();
    if (first === undefined) throw new Error(`no listener\n${this.transcript()}`);
    return { host, port: first.port };
  }

  get isRunning(): boolean {
    const { exitCode, signalCode } = this.#child.process;
    return exitCode === null && signalCode === null;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.process.kill(signal);
  }

  /** Resolves when it is over. */
  async outcome(): Promise<Outcome> {
    const [exit, stdout] = await Promise.all([this.#child.exited, this.#stdout]);
    return { ...exit, stdout, stderr: this.stderr, log: this.log };
  }

  /** Signals, and resolves to how it ended and after how many milliseconds. */
  async end(signal: NodeJS.Signals): Promise<Outcome & { readonly ms: number }> {
    const began = performance.now();
    this.signal(signal);
    const outcome = await this.outcome();
    return { ...outcome, ms: performance.now() - began };
  }

  /** What it wrote to stderr, for the message of a failure. */
  transcript(): string {
    return ['--- stderr of the server', ...this.stderr, '---'].join('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.signal('SIGKILL');
    await this.#child.exited.catch(() => undefined);
  }
}
