// A program that runs in the background, can be killed, and started again as it was.

import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type Child, endChild, startChild } from '../child.ts';
import { waitFor } from '../wait.ts';

/** What to run and how to see that it is up. */
export interface DaemonOptions {
  readonly name: string;
  readonly binary: string;
  readonly args: readonly string[];
  /** Everything that it prints is appended here. */
  readonly logFile: string;
  /** May throw as long as it isn't ready. */
  readonly isReady: () => Promise<boolean>;
}

export class Daemon {
  readonly #options: DaemonOptions;
  #child: Child | undefined;

  constructor(options: DaemonOptions) {
    this.#options = options;
  }

  /** Starts it with the same arguments as ever; resolves when it is ready, throws if it dies. */
  async start(): Promise<void> {
    const { name, binary, args, logFile, isReady } = this.#options;
    if (this.#child !== undefined) throw new Error(`${name} is running already`);
    const log = openSync(logFile, 'a');
    const child = startChild(binary, args, { stdio: ['ignore', log, log] });
    closeSync(log);
    this.#child = child;
    const died = child.exited.then(
      ({ code, signal }) => Promise.reject(new Error(`${name} ended with ${signal ?? code}`)),
      (error) => Promise.reject(new Error(`${name} can't be started`, { cause: error })),
    );
    const waiting = new AbortController();
    const { signal } = waiting;
    const ready = waitFor(isReady, { what: `${name} to be ready`, timeout: 120_000, signal });
    try {
      await Promise.race([ready, died]);
    } catch (cause) {
      await this.kill();
      throw new Error(`${cause}\n${await this.lastWords()}`, { cause });
    } finally {
      waiting.abort();
      // Whichever lost the race may reject later.
      ready.catch(() => undefined);
      died.catch(() => undefined);
    }
  }

  /** SIGKILL: connections break off, nothing is said goodbye to. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child !== undefined) await endChild(child, 'SIGKILL').catch(() => undefined);
  }

  /** The end of its log, for the message of a failure. */
  async lastWords(): Promise<string> {
    const log = await readFile(this.#options.logFile, 'utf8').catch(() => '(no log)');
    return log.split('\n').slice(-20).join('\n');
  }
}
