/** Running totals of a thread's handshakes, over TLS and HTTPS. */
export interface TlsCounters {
  /** All of it. */
  handshakesFull: number;
  /** A session was taken up again. */
  handshakesResumed: number;
  /** Given up by either side. */
  handshakesFailed: number;
  /** Cut short because they took too long. */
  handshakesSlow: number;
}

export function newTlsCounters(): TlsCounters {
  return { handshakesFull: 0, handshakesResumed: 0, handshakesFailed: 0, handshakesSlow: 0 };
}

export function countFailure(counters: TlsCounters, error: Error): void {
  const isSlow = 'code' in error && error.code === 'ERR_TLS_HANDSHAKE_TIMEOUT';
  if (isSlow) counters.handshakesSlow += 1;
  else counters.handshakesFailed += 1;
}
