/**
 * 32-bit words in one SharedArrayBuffer that grows in place: its range of addresses is reserved at
 * once and memory is taken only as it is used, so that growing copies nothing and offsets stay true.
 */

/** Addresses reserved; less where the system grants less. */
const RESERVED_BYTES = 8 * 2 ** 30;
const GROWTH_WORDS = 1 << 16;

/** The memory could not grow: `cause` says what the system said. */
export class ArenaFullError extends Error {
  override readonly name = 'ArenaFullError';
  readonly code = 'ARENA_FULL';
}

export class GrowableWords {
  readonly buffer: SharedArrayBuffer;
  /**
   * A fixed-length view of all there is now, another one after each growth: a length-tracking one reads
   * ten times slower, and so would any view of a resizable buffer that is not shared.
   */
  words: Int32Array<SharedArrayBuffer>;

  constructor(reservedBytes: number = RESERVED_BYTES) {
    this.buffer = reserve(reservedBytes);
    this.words = new Int32Array(this.buffer, 0, this.buffer.byteLength / 4);
  }

  /**
   * Grows to hold at least `words` words.
   *
   * @returns whether `words` is another view now.
   * @throws ArenaFullError
   */
  ensure(words: number): boolean {
    if (words <= this.words.length) return false;
    const bytes = Math.ceil(words / GROWTH_WORDS) * GROWTH_WORDS * 4;
    try {
      this.buffer.grow(bytes);
    } catch (cause) {
      throw new ArenaFullError(
        `${bytes} octets of shared memory are needed, more than this process may have ` +
          `(${this.buffer.maxByteLength} reserved)`,
        { cause },
      );
    }
    this.words = new Int32Array(this.buffer, 0, this.buffer.byteLength / 4);
    return true;
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
