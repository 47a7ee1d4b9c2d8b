import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Has V8 collect this thread's garbage, and give back the pages that it leaves empty. V8 does that only
 * as it allocates: a watcher that has read its lists and then waits for changes would hold what reading
 * took, 70 MB with a million objects, until hundreds of thousands of changes have come.
 *
 * A context made while V8 is told to expose `gc` has it. (The inspector's HeapProfiler.collectGarbage does
 * the same by documented means, but a session in a worker kept the process from ending: Node 26.10.)
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('globalThis.gc');
  setFlagsFromString('--no-expose-gc');
  if (typeof gc === 'function') gc();
}
