import { CONTROL, MAX_SEGMENTS, READER_STATE, READER_STRIDE } from './layout.ts';

/** What a reader is handed at its start; everything in it can be posted to another thread. */
export interface SnapshotHandle {
  readonly arena: SharedArrayBuffer;
  readonly control: SharedArrayBuffer;
  readonly key0: number;
  readonly key1: number;
}

/** Makes a control block for at most `readers` readers. */
export function createControl(readers: number): Int32Array<SharedArrayBuffer> {
  const words = CONTROL.READERS + readers * READER_STRIDE;
  const control = new Int32Array(new SharedArrayBuffer(4 * words));
  control[CONTROL.READER_SLOTS] = readers;
  return control;
}

/** The list of segments, newest first, in the writer's hands. */
export function publishList(
  control: Int32Array,
  segments: readonly { readonly offset: number; readonly words: number }[],
): number {
  if (segments.length > MAX_SEGMENTS) throw new RangeError(`over ${MAX_SEGMENTS} segments`);
  const sequence = (control[CONTROL.SEQUENCE] as number) | 0;
  Atomics.store(control, CONTROL.SEQUENCE, (sequence + 1) | 0);
  segments.forEach((segment, i) => {
    Atomics.store(control, CONTROL.LIST + 2 * i, segment.offset);
    Atomics.store(control, CONTROL.LIST + 2 * i + 1, segment.words);
  });
  Atomics.store(control, CONTROL.COUNT, segments.length);
  Atomics.store(control, CONTROL.SEQUENCE, (sequence + 2) | 0);
  return (sequence + 2) | 0;
}

/**
 * The oldest sequence that some reader may still hold, as its distance behind `sequence` (0: all
 * hold the newest). Infinity while a reader joins, for it may be reading any list.
 */
export function oldestHeld(control: Int32Array, sequence: number): number {
  const slots = control[CONTROL.READER_SLOTS] as number;
  let oldest = 0;
  for (let slot = 0; slot < slots; slot++) {
    const at = CONTROL.READERS + slot * READER_STRIDE;
    const state = Atomics.load(control, at);
    if (state === READER_STATE.ABSENT) continue;
    if (state === READER_STATE.JOINING) return Number.POSITIVE_INFINITY;
    const behind = (sequence - Atomics.load(control, at + 1)) | 0;
    if (behind > oldest) oldest = behind;
  }
  return oldest;
}

/**
 * Frees a reader's slot. For the reader itself when it ends, and for whoever knows that its thread
 * is dead: until then nothing that it held is used again.
 */
export function leave(control: Int32Array, slot: number): void {
  Atomics.store(control, CONTROL.READERS + slot * READER_STRIDE, READER_STATE.ABSENT);
}
