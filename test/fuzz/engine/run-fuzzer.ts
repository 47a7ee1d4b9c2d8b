// Starts the thread that fuzzes, and keeps an eye on it: what hangs in there can't say so itself.

import { Worker } from 'node:worker_threads';
import { type FuzzMessage, type FuzzTask, WATCHED_HEAD } from './fuzz-worker.ts';
import type { Finding } from './target.ts';

export type FuzzRequest = Omit<FuzzTask, 'watched'> & {
  readonly name: string;
  /** How long one run may take; far more than a machine that is busy elsewhere makes of it. */
  readonly hangsAfterMs?: number;
  readonly onFinding: (finding: Finding) => void;
};

export type FuzzResult = Omit<Extract<FuzzMessage, { kind: 'done' }>, 'kind'>;

const MOST_WATCHED = 1 << 16;
/** A run takes microseconds to milliseconds. */
const HANGS_AFTER_MS = 30_000;

/** @returns undefined if the thread ended before its time: then that was a finding. */
export async function runFuzzer(request: FuzzRequest): Promise<FuzzResult | undefined> {
  const { name, hangsAfterMs = HANGS_AFTER_MS, onFinding, ...task } = request;
  const watched = new SharedArrayBuffer(WATCHED_HEAD + MOST_WATCHED);
  const worker = new Worker(new URL('./fuzz-worker.ts', import.meta.url), {
    workerData: { ...task, watched } satisfies FuzzTask,
    execArgv: ['--conditions=seamark-source', '--disable-warning=ExperimentalWarning'],
  });
  const { promise, resolve } = Promise.withResolvers<FuzzResult | undefined>();
  const head = new Int32Array(watched, 0, 2);
  let isOver = false;
  const failWith = (report: string): void => {
    if (isOver) return;
    isOver = true;
    const input = new Uint8Array(watched).slice(WATCHED_HEAD, WATCHED_HEAD + (head[1] ?? 0));
    onFinding({ target: name, input, report });
    resolve(undefined);
  };
  let last = -1;
  const timer = setInterval(() => {
    const runs = Atomics.load(head, 0);
    if (runs === last && runs > 0) failWith(`it ran for more than ${hangsAfterMs / 1000} s`);
    last = runs;
  }, hangsAfterMs);
  worker.on('message', (message: FuzzMessage) => {
    if (message.kind === 'finding') {
      onFinding({ target: name, input: message.input, report: message.report });
      return;
    }
    isOver = true;
    const { kind: _, ...result } = message;
    resolve(result);
  });
  worker.on('error', (error: Error) => failWith(`the thread died: ${error.message}`));
  worker.on('exit', (code) => failWith(`the thread ended with ${code}`));
  try {
    return await promise;
  } finally {
    isOver = true;
    clearInterval(timer);
    await worker.terminate();
  }
}
