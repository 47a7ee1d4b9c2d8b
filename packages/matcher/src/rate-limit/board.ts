/*
 * Which networks are being limited, for people to read: a few entries that threads write when they limit an
 * answer, and that the main thread looks at now and then. Nobody waits for anybody; an entry that two threads take at
 * once names one of the two networks, and the other one takes it again with its next answer.
 *
 *  word 0                       4          5          6        7       8
 *       +-----------------------+----------+----------+--------+-------+
 *       | network: four words,  | prefix,  | class of | last   | count |
 *       | masked                | 0: free  | answers  | second |       |
 *       +-----------------------+----------+----------+--------+-------+
 *
 * The prefix of an IPv4 network is that of the address as ::ffff:a.b.c.d, 96 bits more.
 */
export const BOARD_ENTRIES = 32;
const ENTRY_WORDS = 8;
export const BOARD_WORDS: number = BOARD_ENTRIES * ENTRY_WORDS;

const PREFIX = 4;
const CLASS = 5;
const LAST = 6;
const COUNT = 7;

/** So long after its last limited answer a network is no longer limited, in seconds. */
export const QUIET_AFTER = 60;

/** One network that is limited, as it stands. */
export interface LimitedNetwork {
  /** Which entry it is; another network may have it later. */
  readonly entry: number;
  /** 16 octets, an IPv4 address as ::ffff:a.b.c.d; behind the prefix all zero. */
  readonly address: Uint8Array;
  /** Of these 16 octets, in bits. */
  readonly prefix: number;
  /** An ANSWER_CLASS: of the answer that was the first to be limited. */
  readonly answerClass: number;
  /** Answers that were limited so far. */
  readonly count: number;
  /** It has been quiet for QUIET_AFTER seconds. */
  readonly isOver: boolean;
}

/** Query path, for `note` alone: it neither allocates, throws nor waits. */
export class LimitedBoard {
  private readonly words: Int32Array;

  /** @param board as `viewRateLimits` has it. */
  constructor(board: Int32Array) {
    this.words = board;
  }

  /** Notes that an answer to a network was limited: in one of two entries, or not at all where others have both. */
  note(network: Int32Array, prefix: number, hash: number, answerClass: number, now: number): void {
    const first = (hash >>> 3) & (BOARD_ENTRIES - 1);
    if (this.take(first, network, prefix, answerClass, now)) return;
    this.take((hash >>> 11) & (BOARD_ENTRIES - 1), network, prefix, answerClass, now);
  }

  private take(
    entry: number,
    network: Int32Array,
    prefix: number,
    answerClass: number,
    now: number,
  ): boolean {
    const { words } = this;
    const at = entry * ENTRY_WORDS;
    if (words[at + PREFIX] === 0) {
      for (let i = 0; i < 4; i++) words[at + i] = network[i] as number;
      words[at + CLASS] = answerClass;
      words[at + COUNT] = 0;
      words[at + PREFIX] = prefix;
    } else {
      for (let i = 0; i < 4; i++) if (words[at + i] !== network[i]) return false;
    }
    words[at + LAST] = now;
    words[at + COUNT] = ((words[at + COUNT] as number) + 1) | 0;
    return true;
  }

  /** All entries that are taken. Those that are over are free again. Not for the query path. */
  read(now: number): LimitedNetwork[] {
    const { words } = this;
    const found: LimitedNetwork[] = [];
    for (let entry = 0; entry < BOARD_ENTRIES; entry++) {
      const at = entry * ENTRY_WORDS;
      const prefix = words[at + PREFIX] as number;
      if (prefix === 0) continue;
      const address = new DataView(new ArrayBuffer(16));
      for (let i = 0; i < 4; i++) address.setInt32(4 * i, words[at + i] as number);
      const quiet = (now - (words[at + LAST] as number)) | 0;
      const isOver = quiet >= QUIET_AFTER;
      found.push({
        ...{ entry, prefix, isOver, address: new Uint8Array(address.buffer) },
        answerClass: words[at + CLASS] as number,
        count: (words[at + COUNT] as number) >>> 0,
      });
      if (isOver) words[at + PREFIX] = 0;
    }
    return found;
  }
}
