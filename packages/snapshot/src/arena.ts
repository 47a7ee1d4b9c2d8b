import { GrowableWords } from './growable-words.ts';

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

export class Arena {
  private readonly memory: GrowableWords;
  private readonly free: { offset: number; words: number }[] = [];
  private end = 0;

  /** @param reservedBytes the most that it may grow to. */
  constructor(reservedBytes?: number) {
    this.memory = new GrowableWords(reservedBytes);
  }

  get buffer(): SharedArrayBuffer {
    return this.memory.buffer;
  }

  /** All there is now; another view after an allocation that grew it. */
  get words(): Int32Array<SharedArrayBuffer> {
    return this.memory.words;
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

  /**
   * Makes a range longer: in place where nothing lies behind it, else what it holds moves to another.
   *
   * @returns the range that takes its place; `range` is not to be used any more.
   * @throws ArenaFullError
   */
  enlarge(range: ArenaRange, words: number): ArenaRange {
    if (range.offset + range.words === this.end) {
      this.memory.ensure(range.offset + words);
      this.end = range.offset + words;
      return { offset: range.offset, words };
    }
    const larger = this.allocate(words);
    this.words.copyWithin(larger.offset, range.offset, range.offset + range.words);
    this.release(range);
    return larger;
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
    this.memory.ensure(end);
    this.end = end;
    return { offset, words };
  }
}
