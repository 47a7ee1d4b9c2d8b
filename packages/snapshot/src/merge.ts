import { Worker } from 'node:worker_threads';
import { mergeSegments } from './segment.ts';

/** Segments to be merged into one bottom segment; offsets in words, sources newest first. */
export interface MergeTask {
  readonly arena: SharedArrayBuffer;
  readonly target: number;
  readonly sources: readonly number[];
}

/** Carries out a merge and gives the words of the segment it wrote. */
export type MergeRunner = (task: MergeTask) => Promise<number>;

/** Merges in the caller's thread. */
export function mergeHere(task: MergeTask): number {
  const words = new Int32Array(task.arena, 0, task.arena.byteLength / 4);
  const sources = task.sources.map((offset) => ({ words, offset }));
  return mergeSegments({ words, offset: task.target }, sources);
}

/**
 * Merges in a thread that lives as long as the merge: they are rare, and an idle thread would hold
 * 10 MB for nothing.
 */
export function mergeInThread(task: MergeTask): Promise<number> {
  const source = import.meta.url.endsWith('.ts');
  const entry = new URL(source ? './merge-worker.ts' : './merge-worker.js', import.meta.url);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const worker = new Worker(entry, {
    name: 'seamark-merge',
    workerData: task,
    // Sources name each other by a condition that the published package does not need.
    ...(source ? { execArgv: ['--conditions=seamark-source'] } : {}),
  });
  worker.unref();
  worker.once('message', resolve);
  worker.once('error', reject);
  worker.once('exit', (code) => reject(new Error(`the merge thread ended with status ${code}`)));
  return promise;
}
