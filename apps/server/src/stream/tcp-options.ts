import type { Answer } from './reply-batch.ts';

/** An IP address in presentation format and a port; 0 lets the system choose one. */
export interface StreamAddress {
  readonly address: string;
  readonly port: number;
}

export interface TcpOptions {
  /** `::` takes both families, unless `0.0.0.0` is listed with the same port. */
  readonly addresses: readonly StreamAddress[];
  /** Called in the thread that listens, one message at a time. An exception of its is not caught. */
  readonly answer: Answer;
  /**
   * How long a connection may stay open without a query, in milliseconds. Default 10 s (RFC 9210 4.3).
   * Past half of {@link maxConnections} it shrinks, down to a fifth when all are taken.
   */
  readonly idleTimeoutMs?: number;
  /** How long one message may take from its first octet to its last. Default 5 s. */
  readonly messageTimeoutMs?: number;
  /** How long replies may wait without the peer taking any. Default 5 s. */
  readonly writeTimeoutMs?: number;
  /**
   * Octets of replies waiting for one peer beyond which no more of its queries are read. Default 64 KiB.
   * With what one read brings, a connection then costs some 300 KiB at worst.
   */
  readonly writeBufferBytes?: number;
  /**
   * Connections in all. Default 1,024: at the worst case above, some 300 MB. When all are taken, a new one
   * takes the place of the one that has been idle the longest: refusing it instead would let whoever
   * came first and does nothing shut everybody else out. If none is idle the new one is refused.
   */
  readonly maxConnections?: number;
  /**
   * Connections of one client: an IPv4 address or an IPv6 /64, which is what one host commonly has.
   * Default 25 (RFC 9210 4.3). One more is refused: here the one who asks is the one who has too many.
   * Raise it where a load balancer hides the clients' addresses.
   */
  readonly maxConnectionsPerClient?: number;
  /** How long `close` waits for peers to take their replies. Default 500 ms. */
  readonly graceMs?: number;
}

export type TcpSettings = Required<TcpOptions>;

export function withDefaults(options: TcpOptions): TcpSettings {
  return {
    idleTimeoutMs: 10_000,
    messageTimeoutMs: 5_000,
    writeTimeoutMs: 5_000,
    writeBufferBytes: 64 * 1024,
    maxConnections: 1024,
    maxConnectionsPerClient: 25,
    graceMs: 500,
    ...options,
  };
}

/** Running totals since opening, `open` excepted. */
export interface TcpCounters {
  /** Connections that were served. */
  accepted: number;
  /** Connections there are now. */
  open: number;
  /** Connections closed at once because of a limit. */
  refused: number;
  /** Whole messages received. */
  queries: number;
  /** Messages that were answered; the replies may still be on their way. */
  replies: number;
  /** Closed for having been idle: too long, or the longest when another wanted the place. */
  idleClosed: number;
  /** Closed because a message or the taking of replies took too long. */
  slowClosed: number;
  /** Ended by an error such as ECONNRESET or EPIPE: life on the Internet, so never logged. */
  reset: number;
  /** Failures of accept itself, such as EMFILE. */
  acceptErrors: number;
}
