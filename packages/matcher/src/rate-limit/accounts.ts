// Query path: nothing here allocates, throws or waits. Bench: bench/micro/rate-limit.ts.
import { ACCOUNT_WORDS, SET_ACCOUNTS } from './memory.ts';

/** What one answer takes off an account, so that rates below one a second, and fractions, can be had. */
export const COST = 1024;
/** Rates beyond it are as good as none: a core doesn't answer so many. */
export const MOST_RATE = 1_000_000;
/** No account is deeper in debt, whatever the window: 32 bits have to do. */
const DEEPEST: number = -(2 ** 30);

/** What {@link Accounts.spend} found: enough credit; too little; too little, and it is the turn of a short answer. */
export const SPENT = { WITHIN: 0, OVER: 1, SLIP: 2 } as const;
export type Spent = (typeof SPENT)[keyof typeof SPENT];

/** Where in an account what lies. */
const TAG = 0;
const STAMP = 1;
const BALANCE = 2;
/** 28 bits of what the account is of, four of a count of answers that were too much. */
const CHECK = 3;

/**
 * Accounts of answers, as BIND's: each earns a rate's worth of credit a second, up to the worth of one second, and
 * pays for each answer, also for those that were too much and so for as long as the window. Time goes by whole
 * seconds, as in BIND and NSD: what is earned is there at once when a second begins.
 *
 * ```
 *  word 0            1             2             3
 *       +------------+-------------+-------------+------------------+
 *       | hash, or 0 | second that | balance, in | 28 bits  | slips |
 *       | for none   | it is of    | 1024ths     | of whose | (4)   |
 *       +------------+-------------+-------------+------------------+
 * ```
 *
 * A set that is full gives up the account that was not asked for longest, of several the one least in debt: a flood of
 * forged sources finds no room by pushing out those that are limited.
 */
export class Accounts {
  private readonly words: Int32Array;
  private readonly mask: number;

  /** @param table as `viewRateLimits` has it. */
  constructor(table: Int32Array) {
    this.words = table;
    this.mask = table.length / (ACCOUNT_WORDS * SET_ACCOUNTS) - 1;
  }

  /**
   * Pays for one answer.
   *
   * @param hash keyed, of all that makes the account.
   * @param check of the same, not keyed; of its lower 28 bits.
   * @param credit what a second earns: a rate times {@link COST}.
   * @param floor of the balance, negative.
   * @param slip every so many-th that is too much; 0: none.
   */
  spend(
    hash: number,
    check: number,
    credit: number,
    floor: number,
    now: number,
    slip: number,
  ): Spent {
    const { words } = this;
    const own = check << 4;
    let at = (hash & this.mask) * (ACCOUNT_WORDS * SET_ACCOUNTS);
    const end = at + ACCOUNT_WORDS * SET_ACCOUNTS;
    let victim = at;
    for (; at < end; at += ACCOUNT_WORDS) {
      if (words[at + TAG] === hash && ((words[at + CHECK] as number) & ~15) === own) {
        return this.pay(at, credit, floor, now, slip);
      }
      if (this.isEasierToLose(at, victim)) victim = at;
    }
    words[victim + TAG] = hash;
    words[victim + STAMP] = now;
    words[victim + BALANCE] = full(credit) - COST;
    words[victim + CHECK] = own;
    return SPENT.WITHIN;
  }

  private isEasierToLose(at: number, than: number): boolean {
    const { words } = this;
    // None at all, whose second is 0 and may lie ahead as well as behind.
    if (words[than + TAG] === 0) return false;
    if (words[at + TAG] === 0) return true;
    // Serial number arithmetic: clocks of 32 bits come round.
    const younger = ((words[at + STAMP] as number) - (words[than + STAMP] as number)) | 0;
    if (younger !== 0) return younger < 0;
    return (words[at + BALANCE] as number) > (words[than + BALANCE] as number);
  }

  private pay(at: number, credit: number, floor: number, now: number, slip: number): Spent {
    const { words } = this;
    let balance = words[at + BALANCE] as number;
    const elapsed = (now - (words[at + STAMP] as number)) | 0;
    if (elapsed !== 0) {
      words[at + STAMP] = now;
      // A clock that was set back earns nobody anything. Divided, because a product could need more than 32 bits.
      if (elapsed >= (full(credit) - balance) / credit) balance = full(credit);
      else if (elapsed > 0) balance += elapsed * credit;
    }
    balance -= COST;
    if (balance < floor) balance = floor;
    words[at + BALANCE] = balance;
    if (balance >= 0) return SPENT.WITHIN;
    if (slip === 0) return SPENT.OVER;
    const check = words[at + CHECK] as number;
    const count = (check & 15) + 1;
    words[at + CHECK] = (check & ~15) | (count >= slip ? 0 : count);
    return count >= slip ? SPENT.SLIP : SPENT.OVER;
  }
}

/** The most that an account holds: a second's worth, or one answer where that is less. */
function full(credit: number): number {
  return credit > COST ? credit : COST;
}

/** What {@link Accounts.spend} takes for a rate, 0 excluded. */
export function creditOf(rate: number): number {
  return Math.max(1, Math.round(Math.min(rate, MOST_RATE) * COST));
}

/** The deepest that an account of such a rate gets into debt. */
export function floorOf(rate: number, window: number): number {
  return Math.max(DEEPEST, -Math.ceil(Math.max(rate * window, 1) * COST));
}
