// Waiting for a condition: the only way a test here lets time pass.

import { setTimeout as delay } from 'node:timers/promises';

export interface WaitOptions {
  /** What is waited for, for the message of the failure: `the answer 192.0.2.1`. */
  readonly what: string;
  /** Milliseconds after which the wait fails. Generous, so that no test measures the machine. */
  readonly timeout?: number;
  /** Milliseconds between two looks. */
  readonly interval?: number;
  /** Called when the wait fails; what it returns is added to the message. */
  readonly evidence?: () => string;
  /** Ends the wait with a rejection. */
  readonly signal?: AbortSignal;
}

/**
 * Looks again and again until `look` returns something other than undefined or false, and returns
 * that. A look that throws counts as one that found nothing; its error is the failure's `cause`.
 */
export const waitFor = async <T>(
  look: () => T | Promise<T>,
  { what, timeout = 60_000, interval = 20, evidence, signal }: WaitOptions,
): Promise<Exclude<T, undefined | false>> => {
  const deadline = performance.now() + timeout;
  let cause: unknown;
  do {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found as Exclude<T, undefined | false>;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await delay(interval, undefined, { signal });
  } while (performance.now() < deadline);
  const message = `waited ${timeout / 1000} s in vain for ${what}`;
  throw new Error(evidence === undefined ? message : `${message}\n${evidence()}`, { cause });
};
