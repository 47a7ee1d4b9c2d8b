// The built server as its users run it: a process with a Corefile, logs and signals.

import type { SpawnOptions } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Child, type Exit, startChild } from './child.ts';
import type { Endpoint } from './dns/index.ts';
import { freePort } from './ports.ts';
import { waitFor } from './wait.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const NODE = join(ROOT, 'node_modules', '.bin', 'node');
const CLI = join(ROOT, 'apps', 'server', 'dist', 'cli.js');

/** A log line; every one has a message, and those that tests wait for an event's name. */
export interface LogLine {
  readonly msg: string;
  readonly event?: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'fatal';
  /** The kind of object that the line is about, if it is about one. */
  readonly kind?: string;
  readonly [field: string]: unknown;
}

/** A `seamark` that is not the built one of the repository. */
export interface Installed {
  /** What stands before `serve`. */
  readonly command?: readonly [string, ...string[]];
  readonly spawn?: Pick<SpawnOptions, 'uid' | 'gid'>;
  /** Behind `serve --config FILE`. */
  readonly options?: readonly string[];
}

interface Listener extends Endpoint {
  readonly transport: 'udp' | 'tcp';
}

/**
 * Whether a person should look at this line: a warning, or worse. Few tests give their name server an address, which
 * is as right there as it is wrong elsewhere.
 */
export const isComplaint = ({ level, event }: LogLine): boolean =>
  (level === 'warn' || level === 'error' || level === 'fatal') &&
  event !== 'name-server-without-address';

/** A `seamark serve` that may be listening, failing to, or over. */
export class SeamarkServer implements AsyncDisposable {
  /** The JSON lines of its log so far. */
  readonly log: LogLine[] = [];
  /** What it wrote to stderr that is no JSON line. */
  readonly plainLines: string[] = [];
  readonly #child: Child;
  readonly #folder: string;

  private constructor(child: Child, folder: string) {
    this.#child = child;
    this.#folder = folder;
    const { stderr } = child.process;
    if (stderr === null) throw new Error('stderr is not a pipe');
    createInterface(stderr).on('line', (line) => this.#read(line));
  }

  /**
   * Starts `seamark serve` with this Corefile and resolves at once: it may yet fail. `{$PORT}` in
   * the Corefile is a free port. Who runs it may be another user: he can read its folder.
   */
  static async launch(
    corefile: string,
    { command: [program, ...first] = [NODE, CLI], spawn = {}, options = [] }: Installed = {},
  ): Promise<SeamarkServer> {
    const folder = await mkdtemp(join(tmpdir(), 'seamark-server-'));
    await chmod(folder, 0o755);
    const config = join(folder, 'Corefile');
    await writeFile(config, corefile);
    const child = startChild(program, [...first, 'serve', '--config', config, ...options], {
      ...spawn,
      env: { ...process.env, PORT: String(await freePort()) },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return new SeamarkServer(child, folder);
  }

  /** Launches, and resolves when every listener is bound. It may not have synced yet. */
  static async start(corefile: string): Promise<SeamarkServer> {
    const server = await SeamarkServer.launch(corefile);
    try {
      await server.event('serving');
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** How it ended; pending as long as it runs. */
  get exited(): Promise<Exit> {
    return this.#child.exited;
  }

  get pid(): number {
    return this.#child.process.pid ?? 0;
  }

  get isRunning(): boolean {
    const { exitCode, signalCode } = this.#child.process;
    return exitCode === null && signalCode === null;
  }

  /** Resolves to the first log line of that event, at once where it has been written already. */
  async event(event: string): Promise<LogLine> {
    return await this.line(`the event ${event}`, (line) => line.event === event);
  }

  /** Resolves to the first log line that is wanted; `what` names it should none come. */
  async line(what: string, wanted: (line: LogLine) => boolean): Promise<LogLine> {
    const waiting = new AbortController();
    const ended = this.#child.exited.then(({ code, signal }) => {
      // What it wrote before its end has been read by now, and may be what is waited for.
      const line = this.log.find(wanted);
      if (line !== undefined) return line;
      throw new Error(`ended with ${signal ?? code} before ${what}\n${this.transcript()}`);
    });
    const options = { what, evidence: () => this.transcript(), signal: waiting.signal };
    const found = waitFor(() => this.log.find(wanted), options);
    try {
      return await Promise.race([found, ended]);
    } finally {
      waiting.abort();
      found.catch(() => undefined);
      ended.catch(() => undefined);
    }
  }

  /** Where it answers DNS over UDP: the first listener of 127.0.0.1 or of every address. */
  async endpoint(): Promise<Endpoint> {
    const { listeners } = await this.event('serving');
    const found = (listeners as readonly (Omit<Listener, 'host'> & { address: string })[]).find(
      ({ transport, address }) =>
        transport === 'udp' && ['127.0.0.1', '0.0.0.0', '::'].includes(address),
    );
    if (found === undefined) throw new Error(`no UDP listener\n${this.transcript()}`);
    return { host: '127.0.0.1', port: found.port };
  }

  /** Asks it to end with SIGTERM; throws unless it does so with exit status 0. */
  async stop(): Promise<void> {
    this.#child.process.kill('SIGTERM');
    const { code, signal } = await this.exited;
    if (code !== 0) {
      throw new Error(`SIGTERM: ended with ${signal ?? code}, not 0\n${this.transcript()}`);
    }
  }

  /** Its log as text, for the message of a failure. */
  transcript(): string {
    const lines = this.log.map((line) => JSON.stringify(line));
    return ['--- log of the server', ...lines, ...this.plainLines, '---'].join('\n');
  }

  /** Kills it if it still runs, and removes its files. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.process.kill('SIGKILL');
    await this.exited.catch(() => undefined);
    await rm(this.#folder, { recursive: true, force: true });
  }

  #read(line: string): void {
    try {
      this.log.push(JSON.parse(line) as LogLine);
    } catch {
      this.plainLines.push(line);
    }
  }
}
