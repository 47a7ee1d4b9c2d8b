import { GrowableWords } from '@seamark/snapshot';

/**
 * Blocks of 32-bit words, outside V8's heap: what is kept of a million objects are a million blocks of
 * some 40 octets here, where a Map of JavaScript objects took 1 KB each and the collector walked them all.
 *
 * A block is named by its offset in `words`, 0 meaning none. Its owner knows its length. Blocks of the
 * same class (exact up to 64 words, then eight classes to each doubling) are used again by one another;
 * they are not joined, because what a cluster holds keeps its sizes for as long as it runs. A large one,
 * such as a table that was outgrown, is cut up for whoever comes next.
 */
export class WordHeap {
  private readonly memory = new GrowableWords(RESERVED_BYTES);
  /** The same as octets: other views, too, after an allocation that grew them. */
  octets: Uint8Array<SharedArrayBuffer>;
  view: DataView<SharedArrayBuffer>;
  /** The first free block of each class; its first word names the next one. */
  private readonly free: number[] = [];
  /** What is left of large blocks that came back. */
  private readonly spare: Spare[] = [];
  /** Word 0 belongs to nobody, so that no block has offset 0. */
  private end = 1;

  constructor() {
    this.octets = new Uint8Array(this.memory.buffer, 0, 4 * this.words.length);
    this.view = new DataView(this.memory.buffer, 0, 4 * this.words.length);
  }

  /** All there is now; another view after an allocation that grew it. */
  get words(): Int32Array<SharedArrayBuffer> {
    return this.memory.words;
  }

  /** Octets taken from the system's point of view: blocks in use, and free ones between them. */
  get bytes(): number {
    return 4 * this.end;
  }

  /**
   * @param words 1 or more.
   * @returns the offset of a block whose contents are undefined.
   * @throws ArenaFullError
   */
  allocate(words: number): number {
    const kind = classOf(words);
    const block = this.free[kind] ?? 0;
    if (block !== 0) {
      this.free[kind] = this.words[block] as number;
      return block;
    }
    return this.cut(classWords(kind)) || this.extend(classWords(kind));
  }

  private extend(words: number): number {
    const offset = this.end;
    const end = offset + words;
    // A word more, so that one may be read at any octet of the last block.
    if (this.memory.ensure(end + 1)) {
      this.octets = new Uint8Array(this.memory.buffer, 0, 4 * this.words.length);
      this.view = new DataView(this.memory.buffer, 0, 4 * this.words.length);
    }
    this.end = end;
    return offset;
  }

  /** @returns a block out of a spare one, or 0. */
  private cut(words: number): number {
    for (let i = 0; i < this.spare.length; i++) {
      const found = this.spare[i] as Spare;
      const block = found.at;
      if (found.end - block < words) continue;
      found.at += words;
      if (found.end - found.at < EXACT) this.spare.splice(i, 1);
      return block;
    }
    return 0;
  }

  /** @param words what it was allocated with. */
  release(block: number, words: number): void {
    const kind = classOf(words);
    if (words >= LARGE) {
      this.spare.push({ at: block, end: block + classWords(kind) });
      return;
    }
    this.words[block] = this.free[kind] ?? 0;
    this.free[kind] = block;
  }
}

/** Words from `at` on that nobody has. */
interface Spare {
  at: number;
  readonly end: number;
}

/** Forty million hosts. */
const RESERVED_BYTES = 4 * 2 ** 30;
const EXACT = 64;
/** 256 KiB. */
const LARGE = 1 << 16;

/** Up to 64 words the number itself; beyond, the three bits below the highest one count. */
function classOf(words: number): number {
  if (words <= EXACT) return words;
  const shift = 28 - Math.clz32(words - 1);
  return EXACT + 8 * (shift - 3) + ((words - 1) >>> shift) - 7;
}

/** Words of a block of the class: the most that fall into it. */
function classWords(kind: number): number {
  if (kind <= EXACT) return kind;
  const index = kind - EXACT - 1;
  return ((index & 7) + 9) << ((index >>> 3) + 3);
}
