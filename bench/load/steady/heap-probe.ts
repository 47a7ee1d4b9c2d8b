// Preloaded into a server's threads (`--import`): writes down what the heap of its UDP worker holds.
//
// The worker never returns to its event loop, so nothing can be asked of it from outside. But once in 4,096
// batches, or after a second without any, it posts what its sockets have counted: a moment at which code of
// ours runs there without a change to the server. `used_heap_size` is exact to the octet as long as nothing
// is collected; `total_allocated_bytes` is not: it counts whole allocation buffers, and each reading of it
// begins a new one (77 KB, Node 26.10).

import { appendFileSync, existsSync, rmSync } from 'node:fs';
import { getHeapStatistics } from 'node:v8';
import { isMainThread, MessagePort } from 'node:worker_threads';

/** One message of totals. All octets are of the worker's heap, those of reading it taken off. */
export interface HeapReading {
  /** Datagrams and batches so far. */
  readonly received: number;
  readonly batches: number;
  /** What the heap has grown by since the message before, the making of this one included. */
  readonly grown: number;
  /** What posting it took. */
  readonly posting: number;
  /** In use now. */
  readonly used: number;
  /** A collection was asked for here, and is in the trace of collections. */
  readonly marked: boolean;
}

/** Environment variable: where readings go, one JSON line each. */
export const PROBE_FILE = 'SEAMARK_BENCH_HEAP';
/** A file named like that of the readings, but for this, asks for a collection, which removes it. */
export const MARK_SUFFIX = '.mark';

interface Message {
  readonly kind?: unknown;
  readonly totals?: { readonly received?: number; readonly batches?: number };
}

function used(): number {
  return getHeapStatistics().used_heap_size;
}

function attach(file: string): void {
  const post: (this: MessagePort, message: unknown, ...rest: never[]) => void =
    MessagePort.prototype.postMessage;
  let before = 0;
  MessagePort.prototype.postMessage = function (
    this: MessagePort,
    message: Message,
    ...rest: never[]
  ) {
    const { received, batches } = message?.totals ?? {};
    // The stream worker counts other things.
    if (message?.kind !== 'totals' || received === undefined || batches === undefined) {
      return post.call(this, message, ...rest);
    }
    const enter = used();
    post.call(this, message, ...rest);
    const posted = used();
    const own = used() - posted;
    const marked = existsSync(file + MARK_SUFFIX);
    if (marked) {
      (globalThis as { gc?: (options: object) => void }).gc?.({ type: 'minor' });
      rmSync(file + MARK_SUFFIX);
    }
    const grown = before === 0 ? 0 : enter - before - own;
    const posting = posted - enter - own;
    const reading: HeapReading = { received, batches, grown, posting, used: enter, marked };
    appendFileSync(file, `${JSON.stringify(reading)}\n`);
    before = used();
  };
}

const file = process.env[PROBE_FILE];
if (!isMainThread && file !== undefined) attach(file);
