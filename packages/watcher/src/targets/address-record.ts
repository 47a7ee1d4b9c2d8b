import { Backoff } from '../cluster/backoff.ts';
import type { Outcome } from './ask.ts';

/** Seconds at least between two questions. */
const MIN_WAIT = 5;
/** Seconds that an answer counts for at the most. */
const MAX_LIFE = 3600;
/** TTL 0 would have every client ask for each connection. */
const MIN_TTL = 1;

/** RFC 8767 5: of what could not be refreshed. */
const STALE_TTL = 30;

/** RFC 9520 3.2: no sooner than after a second; from there up to a minute. */
const FAILED = { baseMs: 1000, maxMs: 60_000 };
const LEAST_MS = 1000;

/** Who denies that there is an address is asked again after this, then at growing intervals. */
const DENIED_MS = 5000;
const MAX_DENIED_MS = 60_000;

/**
 * The addresses of one type that a target has, and when to ask for them again. What was known last is kept
 * when nobody can tell (RFC 8767), for as long as that lasts. That there is no address counts when it is
 * said twice on end: once may be a resolver's bad moment, and a load balancer that is gone must not be answered on,
 * as its addresses will be another's.
 *
 *   0 ────────── asked again ────────── life, as the resolver had it
 *     ──── ttl ────▶                     given at the start
 *                ──────── ttl ────────▶  given at the last moment
 *
 * A record that is composed once has one TTL, and nobody counts it down at a question. So the resolver is asked again
 * when half of the answer's life is over, and the other half is the TTL: whoever gets the addresses last keeps them no
 * longer than the resolver would have. Of a life below six seconds it is a second, and no more than six in all.
 */
export class AddressRecord {
  addresses: readonly string[] = [];
  /** Seconds that the addresses may be kept, by whoever is given them until they are asked for again. */
  ttl: number = MAX_LIFE;
  /** One question at least has come to its end. */
  isSettled = false;
  /** Why nothing is known of late; '' where something is. */
  failure = '';
  private denials = 0;
  private backoff: Backoff | undefined;

  /**
   * Takes what came of a question.
   *
   * @param random below 1, as Math.random.
   * @returns milliseconds until it is to be asked again.
   */
  take(outcome: Outcome, random: () => number): number {
    this.isSettled = true;
    if (outcome.kind === 'failed') {
      this.failure = outcome.reason;
      if (this.addresses.length > 0) this.ttl = Math.min(this.ttl, STALE_TTL);
      this.backoff ??= new Backoff(FAILED, random);
      return this.backoff.next(LEAST_MS);
    }
    this.failure = '';
    this.backoff = undefined;
    if (outcome.kind === 'denied') return this.deny(random);
    this.denials = 0;
    this.addresses = outcome.addresses;
    const life = Math.min(MAX_LIFE, outcome.ttl);
    const wait = Math.max(MIN_WAIT, life / 2);
    this.ttl = Math.max(MIN_TTL, Math.floor(life - wait));
    return 1000 * Math.max(MIN_WAIT, wait * (1 - random() / 10));
  }

  private deny(random: () => number): number {
    this.denials += 1;
    if (this.denials > 1 || this.addresses.length === 0) {
      this.addresses = [];
      this.ttl = MAX_LIFE;
    } else this.ttl = Math.min(this.ttl, MIN_WAIT);
    const bound = DENIED_MS * 2 ** Math.min(this.denials - 1, 10);
    return jittered(Math.min(bound, MAX_DENIED_MS), random);
  }
}

/** Up to a tenth more, so that what was asked together is not asked together for ever. */
function jittered(milliseconds: number, random: () => number): number {
  return Math.round(milliseconds * (1 + random() / 10));
}
