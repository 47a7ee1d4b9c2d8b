// probe.c as an object: when does a server first give an answer?

import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Child, endChild, startChild } from '../../../test/support/child.ts';
import { compile } from '../../../test/support/compile.ts';

const SOURCE: string = join(import.meta.dirname, 'probe.c');

/** What is asked for, and how. */
export interface Wanted {
  readonly name: string;
  readonly address: string;
  readonly patienceMs: number;
  /** Between a reply and the next query; 0 asks as fast as replies come. */
  readonly pauseMs: number;
}

/** Nanoseconds are those of `nowNs`. */
export interface Sighting {
  readonly askedNs: number;
  readonly seenNs: number;
  readonly queries: number;
}

/** Nanoseconds of the monotonic clock, one for all processes; exact as a number for 104 days of uptime. */
export function nowNs(): number {
  return Number(process.hrtime.bigint());
}

/** Compiles the probe to `program`. */
export async function compileProbe(program: string): Promise<void> {
  await compile(SOURCE, program);
}

/** A running probe of one server. */
export class Probe implements AsyncDisposable {
  readonly #child: Child;
  readonly #waiting: ((words: readonly string[]) => void)[] = [];

  private constructor(child: Child) {
    this.#child = child;
    const { stdout } = child.process;
    if (stdout === null) throw new Error('a probe without output');
    createInterface(stdout).on('line', (line) => this.#waiting.shift()?.(line.split(' ')));
  }

  static start(program: string, port: number, core: number): Probe {
    const args = ['-c', String(core), program, String(port)];
    return new Probe(startChild('taskset', args, { stdio: ['pipe', 'pipe', 'inherit'] }));
  }

  /**
   * Begins to ask; resolves when the first query has gone out. One at a time.
   *
   * @returns the promise of the sighting; of undefined, where patience ended first
   */
  async ask(wanted: Wanted): Promise<{ readonly sighting: Promise<Sighting | undefined> }> {
    const { name, address, patienceMs, pauseMs } = wanted;
    const asking = this.#line();
    const outcome = this.#line();
    this.#child.process.stdin?.write(`${name} ${address} ${patienceMs} ${1000 * pauseMs}\n`);
    const [, askedNs] = await asking;
    const sighting = outcome.then(([word, seenNs, queries]) =>
      word === 'seen'
        ? { askedNs: Number(askedNs), seenNs: Number(seenNs), queries: Number(queries) }
        : undefined,
    );
    // It may never be looked at, where the change that it waits for failed.
    sighting.catch(() => undefined);
    // Wrapped: a promise that an async function returns would be waited for.
    return { sighting };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await endChild(this.#child, 'SIGKILL');
  }

  #line(): Promise<readonly string[]> {
    const line = new Promise<readonly string[]>((resolve) => this.#waiting.push(resolve));
    const ended = this.#child.exited.then(({ code, signal }) => {
      throw new Error(`the probe ended with ${signal ?? code}`);
    });
    return Promise.race([line, ended]);
  }
}
