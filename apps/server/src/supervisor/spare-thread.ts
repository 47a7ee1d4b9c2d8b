import { Worker } from 'node:worker_threads';
import { WORKER_ARGUMENTS, workerFile } from '../workers/entry.ts';

/**
 * New objects; the old generation stays as large as V8 makes it. By default the new one grows to 96 MB amid a
 * long list and stays there: 100,000 Ingresses left the process at 313 MB, and at 239 MB with this,
 * in the same CPU time (2.7 s; medians of 4, interleaved).
 */
const YOUNG_GENERATION_MB = 6;

/** Starts a watcher's thread, which loads what it takes and waits for its task, the first message. */
export function startThread(): Worker {
  return new Worker(workerFile('watcher-worker'), {
    name: 'seamark-watcher',
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    ...WORKER_ARGUMENTS,
  });
}

/**
 * A watcher's thread that is started before its task is known: it loads 55 modules while the main thread reads the
 * Corefile and loads as many, so that the first list is asked for sooner. Doesn't keep the process alive.
 */
export class SpareThread {
  private worker: Worker | undefined;
  /** Whoever wants it then starts another, and hears what is wrong from that one. */
  private readonly onDeath = (): void => {
    this.worker = undefined;
  };

  constructor(start: () => Worker = startThread) {
    this.worker = start();
    this.worker.once('error', this.onDeath).once('exit', this.onDeath).unref();
  }

  /** @returns the thread, which is the caller's from now on; undefined if it was taken before, or has died */
  take(): Worker | undefined {
    const { worker } = this;
    this.worker = undefined;
    worker?.off('error', this.onDeath).off('exit', this.onDeath).ref();
    return worker;
  }
}
