import { setTimeout as delay } from 'node:timers/promises';
import type { MessagePort } from 'node:worker_threads';
import type { Refusal } from '../src/workers/refusal.ts';
import type { FromWorker, ToWorker } from '../src/workers/tasks.ts';

/** What a worker can be made to do. */
export const DEEDS = [
  'serve',
  'throw',
  'end',
  'refuse',
  'exit',
  'throw-uncaught',
  'throw-twice',
  'count',
  'refuse-mail',
] as const;
export type Deed = (typeof DEEDS)[number];

export interface MortalTask {
  readonly port: MessagePort;
  /** The index in {@link DEEDS} of what it is to do, looked at again and again. */
  readonly deed: SharedArrayBuffer;
}

/** A worker that does as it is told, before it serves and after. */
export default async function work({ port, deed }: MortalTask): Promise<Refusal | undefined> {
  const told = new Int32Array(deed);
  let isStopped = false;
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'stop') {
      isStopped = true;
      return;
    }
    port.postMessage({ kind: 'totals', totals: { mail: 1 } } satisfies FromWorker);
    const { number } = message;
    const isRefused = DEEDS[Atomics.load(told, 0)] === 'refuse-mail' && message.kind === 'open';
    const refusal = isRefused ? { refusal: { code: 'EADDRINUSE', message: 'as told' } } : {};
    port.postMessage({ kind: 'done', number, ...refusal } satisfies FromWorker);
  });
  for (let hasServed = false; !isStopped; await delay(1)) {
    switch (DEEDS[Atomics.load(told, 0)]) {
      case 'throw':
        throw new RangeError('as told');
      case 'end':
        return undefined;
      case 'refuse':
        return { code: 'EADDRINUSE', message: 'as told' };
      case 'exit':
        process.exit(3);
        break;
      case 'throw-uncaught':
        setImmediate(() => {
          throw new Error('as told');
        });
        await delay(60_000);
        break;
      case 'throw-twice':
        setTimeout(() => {
          throw new Error('once more');
        }, 5);
        throw new Error('as told');
      case 'count':
        Atomics.store(told, 0, 0);
        port.postMessage({ kind: 'totals', totals: { counted: 7 } } satisfies FromWorker);
        break;
      default:
        break;
    }
    if (!hasServed) port.postMessage({ kind: 'serving' } satisfies FromWorker);
    hasServed = true;
  }
  port.close();
  return undefined;
}
