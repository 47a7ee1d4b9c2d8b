// How many slots of its tables a reader looks at: what a lookup costs, whatever the machine.

import type { SnapshotHandle, SnapshotReader } from '../src/index.ts';
import { CONTROL, HEADER_WORDS, SEGMENT } from '../src/layout.ts';

export interface Probes {
  /** Slots looked at since `reset`. */
  readonly count: number;
  reset(): void;
}

/** Counts from now on, of the segments that the reader has adopted. */
export function countProbes(reader: SnapshotReader, handle: SnapshotHandle): Probes {
  const { words } = reader;
  const control = new Int32Array(handle.control);
  const count = control[CONTROL.COUNT] as number;
  const starts = Array.from({ length: count }, (_, i) => control[CONTROL.LIST + 2 * i] as number);
  // 1 for the second word of each slot.
  const isSecond = new Uint8Array(words.length);
  for (const start of starts) {
    const first = start + HEADER_WORDS;
    const end = first + 2 * ((words[start + SEGMENT.SLOT_MASK] as number) + 1);
    for (let at = first + 1; at < end; at += 2) isSecond[at] = 1;
  }
  const state = { count: 0 };
  reader.words = new Proxy(words, {
    get(target, key) {
      // Of each slot the second word, the node's offset, is read once.
      if (isSecond[Number(key)] === 1) state.count += 1;
      const value = Reflect.get(target, key, target) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return {
    get count() {
      return state.count;
    },
    reset: () => {
      state.count = 0;
    },
  };
}
