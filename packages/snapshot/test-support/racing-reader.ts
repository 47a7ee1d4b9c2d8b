// A reader on a thread of its own that looks at everything it adopts until it is told to stop, and
// posts what it saw, or what was wrong.

import { parentPort, workerData } from 'node:worker_threads';
import { type SnapshotHandle, SnapshotReader } from '../src/index.ts';
import { valuesOf } from './nodes.ts';

export interface RacingTask {
  readonly handle: SnapshotHandle;
  readonly slot: number;
  /** All bear the same value in each publication: the number of the publication. */
  readonly names: readonly string[];
  /** [0] is set when the reader has begun, [1] to end it. */
  readonly signals: Int32Array;
}

export interface RacingResult {
  readonly adopted: number;
  readonly last: number;
  readonly torn: string | undefined;
}

/** As many records as the value says: the length of the answer changes with it. */
export function recordsFor(value: number): number {
  return 1 + (value % 7);
}

function race({ handle, slot, names, signals }: RacingTask): RacingResult {
  const reader = new SnapshotReader(handle, slot);
  let adopted = 0;
  let last = 0;
  Atomics.store(signals, 0, 1);
  for (;;) {
    const stop = Atomics.load(signals, 1) === 1;
    if (reader.refresh()) {
      adopted += 1;
      const value = valuesOf(reader, names[0] ?? '')?.[0] ?? 0;
      for (const name of names) {
        const values = valuesOf(reader, name) ?? [];
        const whole = values.length === recordsFor(value) && values.every((v) => v === value);
        if (!whole || value < last) {
          return {
            adopted,
            last,
            torn: `${name}: ${values} in publication ${value} after ${last}`,
          };
        }
      }
      last = value;
    }
    if (stop) return { adopted, last, torn: undefined };
  }
}

parentPort?.postMessage(race(workerData as RacingTask));
