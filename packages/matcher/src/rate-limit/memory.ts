import { BOARD_WORDS } from './board.ts';

/*
 * What all threads that limit rates share, allocated once:
 *
 *   word 0            2               16            16 + BOARD
 *        +------------+---------------+-------------+------------------------+
 *        | hash key   | not used      | board       | sets of four accounts, |
 *        | (2 words)  |               | (board.ts)  | 64 octets each         |
 *        +------------+---------------+-------------+------------------------+
 *
 * One table for all threads, because the kernel spreads the sockets of one network over them by a hash of
 * addresses and ports: with a table each, N threads would let N times the rate pass (NSD's children do). Nobody
 * locks and nothing is atomic. Two threads that write one account at once may lose a count of one answer, which
 * harms nobody; what it costs is the cache line that goes to and fro (bench/micro/rate-limit.ts).
 */
const KEY_WORDS = 2;
const BOARD_AT = 16;
const TABLE_AT: number = BOARD_AT + BOARD_WORDS;

/** Accounts of one set: a cache line. */
export const SET_ACCOUNTS = 4;
export const ACCOUNT_WORDS = 4;
const SET_WORDS = SET_ACCOUNTS * ACCOUNT_WORDS;

/** As many accounts as there may be: 64 MB. */
export const MOST_ACCOUNTS: number = 1 << 22;

export type RateLimitMemory = SharedArrayBuffer;

/**
 * @param accounts how many answers of a sort to a network can be told apart; rounded up to a power of two.
 * @param key two secret words, so that nobody can choose whom to share an account with.
 */
export function allocateRateLimits(accounts: number, key: Int32Array): RateLimitMemory {
  const memory = new SharedArrayBuffer(4 * (TABLE_AT + setsFor(accounts) * SET_WORDS));
  new Int32Array(memory).set(key.subarray(0, KEY_WORDS));
  return memory;
}

/** Whether there is room for so many. */
export function holdsAccounts(memory: RateLimitMemory, accounts: number): boolean {
  return memory.byteLength >= 4 * (TABLE_AT + setsFor(accounts) * SET_WORDS);
}

function setsFor(accounts: number): number {
  const wanted = Math.max(1, Math.min(accounts, MOST_ACCOUNTS) / SET_ACCOUNTS);
  return 2 ** Math.ceil(Math.log2(wanted));
}

export interface RateLimitViews {
  readonly key: Int32Array;
  readonly board: Int32Array;
  readonly table: Int32Array;
}

export function viewRateLimits(memory: RateLimitMemory): RateLimitViews {
  const words = new Int32Array(memory);
  return {
    key: words.subarray(0, KEY_WORDS),
    board: words.subarray(BOARD_AT, TABLE_AT),
    table: words.subarray(TABLE_AT),
  };
}
