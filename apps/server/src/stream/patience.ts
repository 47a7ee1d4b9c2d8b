import type { StreamLimits } from './tcp-options.ts';

/** NSD's when it is busy. */
const LEAST_IDLE_MS = 200;
/** Knot DNS's, always. */
const LEAST_MESSAGE_MS = 500;

/** How long is waited at present. */
export interface Patience {
  readonly idleMs: number;
  readonly messageMs: number;
}

/**
 * RFC 7766 6.2.3: under load a server may wait less, of clients that have no fewer connections than others. As configured up to half of the places, and from there on in a
 * straight line down to the least when all are taken.
 *
 * @param use how much of the places is taken, 0 to 1
 */
export function patienceAt(
  use: number,
  { idleTimeoutMs, messageTimeoutMs }: Pick<StreamLimits, 'idleTimeoutMs' | 'messageTimeoutMs'>,
): Patience {
  const load = Math.max(0, 2 * use - 1);
  const shrunk = (full: number, least: number): number =>
    full - load * (full - Math.min(full, least));
  return {
    idleMs: shrunk(idleTimeoutMs, LEAST_IDLE_MS),
    messageMs: shrunk(messageTimeoutMs, LEAST_MESSAGE_MS),
  };
}
