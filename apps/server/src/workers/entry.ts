import { fileURLToPath } from 'node:url';

/** Sources run as they are in development and in some tests; what is built has all files in one folder. */
const IS_SOURCE: boolean = import.meta.url.endsWith('.ts');

/** The file that a thread begins with. */
export type WorkerEntry = 'udp-worker' | 'stream-worker' | 'watcher-worker';

/** Its path. */
export function workerFile(entry: WorkerEntry): string {
  return fileURLToPath(new URL(`./${entry}${IS_SOURCE ? '.ts' : '.js'}`, import.meta.url));
}

/** What Node has to be told to run it: sources name each other by a condition that what is built does not need. */
export const WORKER_ARGUMENTS: { readonly execArgv?: string[] } = IS_SOURCE
  ? { execArgv: ['--conditions=seamark-source'] }
  : {};
