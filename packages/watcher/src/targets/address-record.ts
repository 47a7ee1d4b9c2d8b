import { Backoff } from '../cluster/backoff.ts';
import type { Outcome } from './ask.ts';

/** Seconds at least between two questions, and at most; within these the TTL of the answer counts. */
export const MIN_TTL = 5;
export const MAX_TTL = 3600;

/** RFC 8767 5: of what could not be refreshed. */
export const STALE_TTL = 30;

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
 */
export class AddressRecord {
  addresses: readonly string[] = [];
  /** Seconds, within MIN_TTL and MAX_TTL. */
  ttl: number = MAX_TTL;
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
    this.ttl = Math.min(MAX_TTL, Math.max(MIN_TTL, outcome.ttl));
    // Later than that, never sooner: a cache in between would only have its rest of the same to give.
    return this.ttl * jittered(1000, random);
  }

  private deny(random: () => number): number {
    this.denials += 1;
    if (this.denials > 1 || this.addresses.length === 0) {
      this.addresses = [];
      this.ttl = MAX_TTL;
    }
    const bound = DENIED_MS * 2 ** Math.min(this.denials - 1, 10);
    return jittered(Math.min(bound, MAX_DENIED_MS), random);
  }
}

/** Up to a tenth more, so that what was asked together is not asked together for ever. */
function jittered(milliseconds: number, random: () => number): number {
  return Math.round(milliseconds * (1 + random() / 10));
}
