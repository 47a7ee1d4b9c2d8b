/**
 * The memory that segments lie in: one growable SharedArrayBuffer, of which the publisher's thread
 * gives out ranges and takes them back. It reserves its range of addresses at once and grows in
 * place, so readers need to be told of nothing but offsets, and a retired range is used again
 * instead of waiting for a collection that a thread which allocates nothing never makes
 * (200 snapshots of 10 MB posted to two such threads held 2.2 GB).
 */
export interface ArenaRange {
  /** In words. */
  readonly offset: number;
  readonly words: number;
}

/** Addresses reserved; memory is taken only as it is used. Less where the system grants less. */
const RESERVED_BYTES = 8 * 2 ** 30;
const GROWTH_WORDS = 1 << 16;

/** The arena could not grow: `cause` says what the system said. */
export class ArenaFullError extends Error {
  override readonly name = 'ArenaFullError';
  readonly code = 'ARENA_FULL';
}

export class Arena {
  readonly buffer: SharedArrayBuffer;
  /** A fixed-length view of all there is now: a length-tracking one reads ten times slower. */
  words: Int32Array;
  private readonly free: { offset: number; words: number }[] = [];
  private end = 0;

  constructor(reservedBytes: number = RESERVED_BYTES) {
    this.buffer = reserve(reservedBytes);
    this.words = new Int32Array(this.buffer, 0, this.buffer.byteLength / 4);
  }

  /** Words handed out and not yet given back. */
  get used(): number {
    return this.end - this.free.reduce((sum, range) => sum + range.words, 0);
  }

  /**
   * The first free range that is large enough, else new memory. The contents are undefined.
   *
   * @throws ArenaFullError
   */
  allocate(words: number): ArenaRange {
    const index = this.free.findIndex((range) => range.words >= words);
    const found = this.free[index];
    if (found === undefined) return this.extend(words);
    const range = { offset: found.offset, words };
    found.offset += words;
    found.words -= words;
    if (found.words === 0) this.free.splice(index, 1);
    return range;
  }

  /** Gives a range back, or a part of one: the caller knows that nobody reads it any more. */
  release(range: ArenaRange): void {
    if (range.words === 0) return;
    let index = this.free.findIndex((other) => other.offset > range.offset);
    if (index < 0) index = this.free.length;
    const before = this.free[index - 1];
    const after = this.free[index];
    if (before !== undefined && before.offset + before.words === range.offset) {
      before.words += range.words;
      if (after !== undefined && before.offset + before.words === after.offset) {
        before.words += after.words;
        this.free.splice(index, 1);
      }
    } else if (after !== undefined && range.offset + range.words === after.offset) {
      after.offset = range.offset;
      after.words += range.words;
    } else {
      this.free.splice(index, 0, { offset: range.offset, words: range.words });
    }
    const last = this.free.at(-1);
    if (last !== undefined && last.offset + last.words === this.end) {
      this.end = last.offset;
      this.free.pop();
    }
  }

  private extend(words: number): ArenaRange {
    const last = this.free.at(-1);
    let offset = this.end;
    if (last !== undefined && last.offset + last.words === this.end) {
      offset = last.offset;
      this.free.pop();
    }
    const end = offset + words;
    if (end > this.words.length) {
      const bytes = Math.ceil(end / GROWTH_WORDS) * GROWTH_WORDS * 4;
      try {
        this.buffer.grow(bytes);
      } catch (cause) {
        throw new ArenaFullError(
          `the snapshot needs ${bytes} octets, more than this process may have ` +
            `(${this.buffer.maxByteLength} reserved)`,
          { cause },
        );
      }
      this.words = new Int32Array(this.buffer, 0, this.buffer.byteLength / 4);
    }
    this.end = end;
    return { offset, words };
  }
}

function reserve(bytes: number): SharedArrayBuffer {
  try {
    return new SharedArrayBuffer(GROWTH_WORDS * 4, { maxByteLength: bytes });
  } catch (error) {
    // A limit on address space (ulimit -v) refuses the range, not the memory.
    if (bytes <= GROWTH_WORDS * 8) throw error;
    return reserve(bytes / 2);
  }
}
