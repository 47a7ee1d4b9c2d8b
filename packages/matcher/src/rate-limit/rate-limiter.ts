// Query path: nothing here allocates, throws or waits. Bench: bench/micro/rate-limit.ts.
import { RCODE } from '@seamark/protocol';
import { NameHasher } from '@seamark/snapshot';
import type { Client } from '../client.ts';
import { Networks, readPeer } from '../settings/networks.ts';
import { ZoneSet } from '../settings/zone-set.ts';
import { Accounts, creditOf, floorOf, SPENT, type Spent } from './accounts.ts';
import {
  ANSWER_CLASS,
  type AnswerClass,
  classify,
  type JudgedReply,
  subjectOf,
  typeOf,
} from './answer-class.ts';
import { LimitedBoard } from './board.ts';
import { type RateLimitMemory, viewRateLimits } from './memory.ts';
import type { RateLimitRule, RateLimits } from './settings.ts';

/** What is to become of a reply. */
export const JUDGEMENT = {
  /** It goes out as it is. */
  PASS: 0,
  /** It was too much, and goes out all the same: so the limits say, or it is an error that can't be any shorter. */
  LET_PASS: 1,
  /** None goes out. */
  DROP: 2,
  /** The same, because there were too many of all sorts. */
  DROP_REQUEST: 3,
  /** Nothing but TC: the client is to ask over TCP. */
  TRUNCATE: 4,
  /** BADCOOKIE: the client is to ask again with the cookie that it is given (RFC 7873 5.2.3). */
  BADCOOKIE: 5,
} as const;
export type Judgement = (typeof JUDGEMENT)[keyof typeof JUDGEMENT];

/** Words of what makes an account: a network, a subject, and in one word class, type and rule. */
const ACCOUNT_OF = 6;

/** A {@link RateLimits} made ready. */
interface Limits {
  /** By ANSWER_CLASS: what a second earns; 0 for no limit. */
  readonly credits: Int32Array;
  readonly floors: Int32Array;
  readonly slip: number;
  /** Bits of 16 octets that count, of an IPv4 address and of an IPv6 one, and four words each with these bits set. */
  readonly ipv4Prefix: number;
  readonly ipv6Prefix: number;
  readonly ipv4Mask: Int32Array;
  readonly ipv6Mask: Int32Array;
  readonly exempt: Networks | undefined;
  readonly reportOnly: boolean;
  /** Tells the accounts of rules apart. */
  readonly salt: number;
}

/**
 * Limits how often one network is given answers that are alike, over UDP, where a source may be forged: a token
 * bucket for each pair of the two, as BIND has it and as CoreDNS's `rrl` copies it. Asked about each reply once it
 * is composed, as only then it is known what it is. One per thread, all over one memory.
 */
export class RateLimiter {
  private readonly zones: ZoneSet | undefined;
  private readonly rules: readonly (Limits | undefined)[];
  private readonly stray: Limits | undefined;
  private readonly accounts: Accounts;
  private readonly board: LimitedBoard;
  private readonly clock: Int32Array;
  private readonly snapshot: number;
  private readonly hasher: NameHasher;
  private readonly network = new Int32Array(4);
  /** With spare octets, which the hasher reads. */
  private readonly input = new Int32Array(ACCOUNT_OF + 1);
  private readonly inputView = new DataView(this.input.buffer);

  /**
   * @param rules at least one of them with limits.
   * @param clock its first word is a time in seconds; whoever keeps it may be in another thread.
   * @param snapshot a number of the snapshot that is answered from: nodes of another one have accounts of their own.
   */
  constructor(
    rules: readonly RateLimitRule[],
    memory: RateLimitMemory,
    clock: Int32Array,
    snapshot = 0,
  ) {
    const { key, board, table } = viewRateLimits(memory);
    const isForAll = rules.length === 1 && rules[0]?.zones.includes('.') === true;
    this.zones = isForAll
      ? undefined
      : new ZoneSet(rules.flatMap(({ zones }, i) => zones.map((zone) => [zone, i] as const)));
    this.rules = rules.map(({ limits }, i) =>
      limits === undefined ? undefined : compile(limits, i),
    );
    this.stray = this.rules.find((limits) => limits !== undefined);
    this.accounts = new Accounts(table);
    this.board = new LimitedBoard(board);
    this.clock = clock;
    this.snapshot = Math.imul(snapshot, 0x9e3779b1);
    this.hasher = new NameHasher(key[0] as number, key[1] as number);
  }

  /**
   * Judges a reply to a query that came over UDP.
   *
   * @param responder which has just made it; or who stands for it.
   * @param queryLength, replyLength octets; the reply's not 0.
   */
  judge(
    responder: JudgedReply,
    client: Client,
    queryLength: number,
    replyLength: number,
  ): Judgement {
    // Its sender is where it says it is.
    if (responder.hasGoodCookie) return JUDGEMENT.PASS;
    const limits = this.limitsOf(responder);
    if (limits === undefined) return JUDGEMENT.PASS;
    const { network } = this;
    const peer = client.peer();
    readPeer(network, peer);
    if (limits.exempt?.holds(network)) return JUDGEMENT.PASS;
    const isIpv4 = peer[0] === 4;
    const prefix = isIpv4 ? limits.ipv4Prefix : limits.ipv6Prefix;
    const mask = isIpv4 ? limits.ipv4Mask : limits.ipv6Mask;
    for (let i = 0; i < 4; i++) {
      // As octets again, which `readPeer` has turned round for comparing.
      network[i] = ((network[i] as number) ^ (1 << 31)) & (mask[i] as number);
    }
    const now = Atomics.load(this.clock, 0);

    if (limits.credits[ANSWER_CLASS.REQUEST] !== 0) {
      const spent = this.spend(limits, ANSWER_CLASS.REQUEST, 0, 0, 0, now);
      if (spent !== SPENT.WITHIN) {
        this.note(prefix, ANSWER_CLASS.REQUEST, now);
        return limits.reportOnly ? JUDGEMENT.LET_PASS : JUDGEMENT.DROP_REQUEST;
      }
    }
    const klass = classify(responder);
    if (limits.credits[klass] !== 0) {
      const type = typeOf(responder, klass);
      const subject = subjectOf(responder, klass);
      const own = subject === 0 ? 0 : subject ^ this.snapshot;
      const spent = this.spend(limits, klass, own, type, limits.slip, now);
      if (spent !== SPENT.WITHIN) {
        this.note(prefix, klass, now);
        if (limits.reportOnly) return JUDGEMENT.LET_PASS;
        return spent === SPENT.SLIP ? shorter(responder) : JUDGEMENT.DROP;
      }
    }
    if (replyLength > 2 * queryLength && limits.credits[ANSWER_CLASS.AMPLIFIED] !== 0) {
      const spent = this.spend(limits, ANSWER_CLASS.AMPLIFIED, 0, 0, 0, now);
      if (spent !== SPENT.WITHIN) {
        this.note(prefix, ANSWER_CLASS.AMPLIFIED, now);
        return limits.reportOnly ? JUDGEMENT.LET_PASS : cutShort(responder);
      }
    }
    return JUDGEMENT.PASS;
  }

  /** What has no name, or one in nobody's zone, counts with the first that has limits. */
  private limitsOf({ query }: JudgedReply): Limits | undefined {
    if (this.zones === undefined || !query.hasQuestion) return this.stray;
    const rule = this.zones.longest(query);
    return rule < 0 ? this.stray : this.rules[rule];
  }

  private spend(
    limits: Limits,
    klass: AnswerClass,
    subject: number,
    type: number,
    slip: number,
    now: number,
  ): Spent {
    const { input, network } = this;
    for (let i = 0; i < 4; i++) input[i] = network[i] as number;
    input[4] = subject;
    input[5] = limits.salt | (klass << 16) | type;
    return this.accounts.spend(
      this.hasher.hashOctets(this.inputView, 0, 4 * ACCOUNT_OF),
      mix(input, ACCOUNT_OF),
      limits.credits[klass] as number,
      limits.floors[klass] as number,
      now,
      slip,
    );
  }

  private note(prefix: number, klass: AnswerClass, now: number): void {
    const { network } = this;
    this.board.note(network, prefix, mix(network, 4), klass, now);
  }
}

/** A hash without a key, beside the one that has one: it tells apart what meets there by chance. */
function mix(words: Int32Array, count: number): number {
  let hash = 0;
  for (let i = 0; i < count; i++) {
    hash = Math.imul(hash ^ (words[i] as number), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash;
}

function compile(limits: RateLimits, index: number): Limits {
  const { responses, nodata, nxdomains, referrals, errors, amplified, requests } = limits;
  // In the order of ANSWER_CLASS.
  const rates = [responses, nodata, nxdomains, referrals, errors, amplified, requests];
  return {
    credits: Int32Array.from(rates, (rate) => (rate === 0 ? 0 : creditOf(rate))),
    floors: Int32Array.from(rates, (rate) => floorOf(rate, limits.window)),
    slip: limits.slip,
    ipv4Prefix: 96 + limits.ipv4Prefix,
    ipv6Prefix: limits.ipv6Prefix,
    ipv4Mask: maskOf(96 + limits.ipv4Prefix),
    ipv6Mask: maskOf(limits.ipv6Prefix),
    exempt: limits.exempt.length === 0 ? undefined : new Networks(limits.exempt),
    reportOnly: limits.reportOnly,
    salt: index << 24,
  };
}

/** Four words whose first so many bits are set. */
function maskOf(length: number): Int32Array {
  return Int32Array.from({ length: 4 }, (_, i) => {
    const bits = Math.min(32, Math.max(0, length - 32 * i));
    return bits === 0 ? 0 : -1 << (32 - bits);
  });
}

/** In place of one that was to be dropped. Errors can't be cut short: TC with REFUSED asks nobody over TCP. */
function shorter(responder: JudgedReply): Judgement {
  if (responder.givesCookie) return JUDGEMENT.BADCOOKIE;
  const { rcode } = responder;
  const isError = rcode !== RCODE.NOERROR && rcode !== RCODE.NXDOMAIN;
  return isError || !responder.query.hasQuestion ? JUDGEMENT.LET_PASS : JUDGEMENT.TRUNCATE;
}

/** In place of one that is long. */
function cutShort(responder: JudgedReply): Judgement {
  return responder.givesCookie ? JUDGEMENT.BADCOOKIE : JUDGEMENT.TRUNCATE;
}
