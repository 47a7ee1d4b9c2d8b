/** Milliseconds; a server's Retry-After may exceed `maxMs`. */
export interface BackoffLimits {
  readonly baseMs: number;
  readonly maxMs: number;
}

/** client-go's reflector uses the same bounds. */
export const defaultBackoff: BackoffLimits = { baseMs: 800, maxMs: 30_000 };

/** A server that says "in an hour" is not left alone for longer than this. */
const longestRetryAfterMs = 300_000;

/**
 * Exponential backoff with full jitter: a delay anywhere below the bound, the bound doubling with each failure.
 * Full jitter, for when an API server comes back every watcher of the cluster is waiting for it.
 */
export class Backoff {
  readonly #limits: BackoffLimits;
  readonly #random: () => number;
  #failures = 0;

  constructor(limits: BackoffLimits, random: () => number) {
    this.#limits = limits;
    this.#random = random;
  }

  /** Failures since the last reset. */
  get failures(): number {
    return this.#failures;
  }

  /** What the last delay was below: what lived longer than that is no mere repetition of the failure before. */
  get lastBoundMs(): number {
    return this.#bound(Math.max(0, this.#failures - 1));
  }

  /** Milliseconds to wait after one more failure, and no less than the server asked for, up to five minutes. */
  next(retryAfterMs = 0): number {
    const jittered = Math.round(this.#random() * this.#bound(this.#failures));
    this.#failures += 1;
    // Above Retry-After the jitter stays: everybody was told the same moment.
    return retryAfterMs > 0 ? Math.min(retryAfterMs, longestRetryAfterMs) + jittered : jittered;
  }

  reset(): void {
    this.#failures = 0;
  }

  #bound(failures: number): number {
    return Math.min(this.#limits.maxMs, this.#limits.baseMs * 2 ** failures);
  }
}
