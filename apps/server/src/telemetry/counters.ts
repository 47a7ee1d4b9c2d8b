// Query path: counting neither allocates nor waits. Bench: bench/micro/telemetry.ts.
import { ACCESS, type Access, JUDGEMENT, type Judgement } from '@seamark/matcher';
import { RCODE, TYPE } from '@seamark/protocol';

/** How a query came: the row of the request matrix. */
export const PATH = { UDP4: 0, UDP6: 1, TCP4: 2, TCP6: 3 } as const;
export type Path = (typeof PATH)[keyof typeof PATH];

/** The types told apart, in the order of the matrix's columns; everything else is `other`. */
export const TYPE_CLASSES = ['A', 'AAAA', 'SOA', 'NS', 'HTTPS', 'other'] as const;

/** The RCODEs told apart, in the order of their slots. */
export const RCODE_CLASSES = [
  'NOERROR',
  'FORMERR',
  'SERVFAIL',
  'NXDOMAIN',
  'NOTIMP',
  'REFUSED',
  'BADVERS',
  'other',
] as const;

const ROW = 8;

/**
 * Slots of a block, eight octets each.
 *
 * ```
 *   0   RCODEs: one cache line. A reply of 0..5 needs no table: the RCODE is the slot.
 *   8   what a query may add besides: one line, two of whose slots move with every reply
 *  16   requests, one line for each path: a UDP4 worker writes no line but its own
 *  48   what rules of access refuse: a line that nobody writes where there are none
 *  56   what limits of rates make of replies: the same
 *  64   end
 * ```
 *
 * So an ordinary query touches three cache lines, always the same ones.
 */
export const SLOT = {
  RCODES: 0,
  DROPPED: 8,
  TRUNCATED: 9,
  RESPONSE_OCTETS: 10,
  DNSSEC_OK: 11,
  DETOURS: 12,
  LOST_DETOURS: 13,
  REQUESTS: 16,
  /** One for each of ACCESS but ALLOW. */
  RULED: 48,
  /** One for each of JUDGEMENT but PASS. */
  LIMITED: 56,
  END: 64,
} as const;

/** One worker's counts, or the sum of several. Plain numbers, exact up to 2^53. */
export interface CounterTotals {
  /** Indexed by {@link PATH}, then as {@link TYPE_CLASSES}. Messages that were dropped are not among them. */
  readonly requests: readonly (readonly number[])[];
  /** Indexed as {@link RCODE_CLASSES}. */
  readonly responses: readonly number[];
  /** Messages that got no reply: too short for a header, or replies themselves. */
  readonly dropped: number;
  /** Replies with TC set. */
  readonly truncated: number;
  /** Octets of DNS messages sent, without what carries them. */
  readonly responseOctets: number;
  /** Queries with the DO bit. */
  readonly dnssecOk: number;
  /** Queries that were left to be answered elsewhere than from a snapshot. */
  readonly detours: number;
  /** Queries for which there was no room there. */
  readonly lostDetours: number;
  /** Questions that a rule of access refused, by what became of them. The dropped ones are in `dropped`, too. */
  readonly ruled: { readonly blocked: number; readonly filtered: number; readonly dropped: number };
  readonly limited: LimitedTotals;
}

/** Replies that were too many for the network that they went to, by what became of them. */
export interface LimitedTotals {
  /** None went out. They are in `CounterTotals.dropped`, too. */
  readonly dropped: number;
  /** The same, for `requests-per-second`. */
  readonly requestsDropped: number;
  readonly truncated: number;
  readonly badcookie: number;
  /** They went out as they were. */
  readonly passed: number;
}

/**
 * The counts of one worker, in memory that the main thread reads whenever it is asked for metrics.
 *
 * Each block has one writer, so adding needs no atomic operation: there is nobody to lose a count to.
 * Nor does reading. The language would let a reader see half of a Float64 store, but an aligned
 * eight-octet store is one instruction on every 64-bit machine, so a reader sees the old number or the new
 * one. It may see a query's request without its response: rates don't mind.
 *
 * Latency is not measured here. Two readings of the clock per query would cost as much as all the counting,
 * to measure a lookup of some hundred nanoseconds; what clients wait for are queues, which the kernel has.
 */
export class Counters {
  /** Hand this to the worker, and to {@link sumCounters}. */
  readonly memory: SharedArrayBuffer;
  private readonly slots: Float64Array;

  /** @param memory what another instance has as its `memory`; a new block, all zero, by default */
  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(SLOT.END * 8)) {
    this.memory = memory;
    this.slots = new Float64Array(memory, 0, SLOT.END);
  }

  /** A query that was answered. `rcode` has all twelve bits; `octets` is the reply's length. */
  countReply(
    path: Path,
    type: number,
    rcode: number,
    octets: number,
    truncated: boolean,
    dnssecOk: boolean,
  ): void {
    this.add(SLOT.REQUESTS + path * ROW + typeClass(type), 1);
    this.add(SLOT.RCODES + rcodeClass(rcode), 1);
    this.add(SLOT.RESPONSE_OCTETS, octets);
    if (truncated) this.add(SLOT.TRUNCATED, 1);
    if (dnssecOk) this.add(SLOT.DNSSEC_OK, 1);
  }

  /** A message that got no reply. */
  countDrop(): void {
    this.add(SLOT.DROPPED, 1);
  }

  /** A query that was left to be answered elsewhere. */
  countDetour(): void {
    this.add(SLOT.DETOURS, 1);
  }

  /** One that could not be, and is answered with an error. */
  countLostDetour(): void {
    this.add(SLOT.LOST_DETOURS, 1);
  }

  /** What a rule of access made of a question; never ALLOW. */
  countRuled(access: Access): void {
    this.add(ruledSlot(access), 1);
  }

  /** What a limit made of a reply; never PASS. */
  countLimited(judgement: Judgement): void {
    this.add(limitedSlot(judgement), 1);
  }

  private add(slot: number, amount: number): void {
    this.slots[slot] = (this.slots[slot] ?? 0) + amount;
  }
}

/**
 * Adds up the blocks of all workers. Keep the block of a worker that died: a counter that falls looks like
 * a restart of the process.
 */
export function sumCounters(blocks: Iterable<SharedArrayBuffer>): CounterTotals {
  const sum = new Float64Array(SLOT.END);
  for (const block of blocks) {
    const slots = new Float64Array(block, 0, SLOT.END);
    for (let i = 0; i < SLOT.END; i++) sum[i] = (sum[i] ?? 0) + (slots[i] ?? 0);
  }
  const run = (from: number, length: number) => Array.from(sum.subarray(from, from + length));
  return {
    requests: Object.values(PATH).map((path) =>
      run(SLOT.REQUESTS + path * ROW, TYPE_CLASSES.length),
    ),
    responses: run(SLOT.RCODES, RCODE_CLASSES.length),
    dropped: sum[SLOT.DROPPED] ?? 0,
    truncated: sum[SLOT.TRUNCATED] ?? 0,
    responseOctets: sum[SLOT.RESPONSE_OCTETS] ?? 0,
    dnssecOk: sum[SLOT.DNSSEC_OK] ?? 0,
    detours: sum[SLOT.DETOURS] ?? 0,
    lostDetours: sum[SLOT.LOST_DETOURS] ?? 0,
    ruled: {
      blocked: sum[ruledSlot(ACCESS.BLOCK)] ?? 0,
      filtered: sum[ruledSlot(ACCESS.FILTER)] ?? 0,
      dropped: sum[ruledSlot(ACCESS.DROP)] ?? 0,
    },
    limited: {
      dropped: sum[limitedSlot(JUDGEMENT.DROP)] ?? 0,
      requestsDropped: sum[limitedSlot(JUDGEMENT.DROP_REQUEST)] ?? 0,
      truncated: sum[limitedSlot(JUDGEMENT.TRUNCATE)] ?? 0,
      badcookie: sum[limitedSlot(JUDGEMENT.BADCOOKIE)] ?? 0,
      passed: sum[limitedSlot(JUDGEMENT.LET_PASS)] ?? 0,
    },
  };
}

function ruledSlot(access: Access): number {
  return SLOT.RULED + access - ACCESS.BLOCK;
}

function limitedSlot(judgement: Judgement): number {
  return SLOT.LIMITED + judgement - JUDGEMENT.LET_PASS;
}

function typeClass(type: number): number {
  switch (type) {
    case TYPE.A:
      return 0;
    case TYPE.AAAA:
      return 1;
    case TYPE.SOA:
      return 2;
    case TYPE.NS:
      return 3;
    case TYPE.HTTPS:
      return 4;
    default:
      return 5;
  }
}

function rcodeClass(rcode: number): number {
  if (rcode <= RCODE.REFUSED) return rcode;
  return rcode === RCODE.BADVERS ? 6 : 7;
}
