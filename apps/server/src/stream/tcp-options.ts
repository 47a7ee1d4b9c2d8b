import type { Limits } from './connection-limits.ts';
import type { Answer } from './reply-batch.ts';

/** An IP address in presentation format and a port; 0 lets the system choose one. */
export interface StreamAddress {
  readonly address: string;
  readonly port: number;
}

/** What may be changed while connections are open. */
export interface StreamLimits extends Limits {
  /**
   * How long a connection may stay open without a query, in milliseconds. Default 10 s (RFC 9210 4.3, Knot DNS). Past half
   * of {@link maxConnections} it shrinks with each one more, down to 200 ms when all are taken (NSD goes to 200 ms at
   * once there), but for clients that have fewer connections than one has on average.
   */
  readonly idleTimeoutMs: number;
  /**
   * How long one message may take from its first octet to its last, and the header of a proxy. Default 5 s. It shrinks
   * likewise, down to 500 ms, which is what Knot DNS always gives.
   */
  readonly messageTimeoutMs: number;
  /** How long replies that wait may take to be taken, all of those that wait at one moment. Default 10 s. */
  readonly writeTimeoutMs: number;
  /**
   * Octets of replies waiting for one peer beyond which no more of its queries are read. Default 64 KiB.
   * With what one read brings, a connection then costs some 300 KiB at worst.
   */
  readonly writeBufferBytes: number;
  /**
   * Connections in all. Default 4,096: an idle one takes some 10 KB here, and the descriptors of one process are commonly
   * more by far. NSD has 100 a process, BIND 150, Knot DNS half of all descriptors.
   */
  readonly maxConnections: number;
  /**
   * Connections of one client. Default 25 (RFC 9210 4.3). One more is refused: here the one who asks is the one who has
   * too many. Raise it where a load balancer hides the clients' addresses.
   */
  readonly maxConnectionsPerClient: number;
  /**
   * Default 128 MiB: a thousand connections that ask without an end and take nothing. Knot DNS (XDP) has 100 MB for each
   * way. Until V8 has collected what it held before, the process has up to twice as much more.
   */
  readonly maxOctets: number;
  /** Queries on one connection, which then ends; 0, the default: any number. */
  readonly maxQueries: number;
  /** Which addresses are one client: by default an IPv4 address, and an IPv6 /64, which is what one host commonly has. */
  readonly ipv4Prefix: number;
  readonly ipv6Prefix: number;
}

/** Knows from which addresses a PROXY header has to come. */
export interface ProxySources {
  /** @param peer 20 octets, see `composePeer`. */
  holds(peer: Uint8Array): boolean;
}

export interface TcpOptions extends Partial<StreamLimits> {
  /** `::` takes both families, unless `0.0.0.0` is listed with the same port. */
  readonly addresses: readonly StreamAddress[];
  /** Called in the thread that listens, one message at a time. An exception of its is not caught. */
  readonly answer: Answer;
  /** Of each address by its index; absent, or undefined: every connection is its client's own. */
  readonly proxies?: (index: number) => ProxySources | undefined;
  /** How long `close` waits for peers to take their replies. Default 500 ms. */
  readonly graceMs?: number;
}

export const DEFAULT_LIMITS: StreamLimits = {
  idleTimeoutMs: 10_000,
  messageTimeoutMs: 5_000,
  writeTimeoutMs: 10_000,
  writeBufferBytes: 64 * 1024,
  maxConnections: 4096,
  maxConnectionsPerClient: 25,
  maxOctets: 128 * 1024 * 1024,
  maxQueries: 0,
  ipv4Prefix: 32,
  ipv6Prefix: 64,
};

/** Running totals since opening, `open` excepted. */
export interface TcpCounters {
  /** Connections that were served. */
  accepted: number;
  /** Connections there are now. */
  open: number;
  /** Connections closed at once because their client had as many as it may. */
  refused: number;
  /** Whole messages received. */
  queries: number;
  /** Messages that were answered; the replies may still be on their way. */
  replies: number;
  /** Closed for having been idle too long. */
  idleClosed: number;
  /** Closed because a message, a proxy's header or the taking of replies took too long. */
  slowClosed: number;
  /** Closed because another connection wanted the place. */
  evicted: number;
  /** Closed because all of them together held too much. */
  overMemory: number;
  /** Closed because the proxy before it sent no header that could be read. */
  badProxy: number;
  /** Closed after as many queries as a connection may have. */
  queriesClosed: number;
  /** Ended by an error such as ECONNRESET or EPIPE: life on the Internet, so never logged. */
  reset: number;
  /** Failures of accept itself, such as EMFILE. */
  acceptErrors: number;
}

export function noCounts(): TcpCounters {
  return {
    ...{ accepted: 0, open: 0, refused: 0, queries: 0, replies: 0, idleClosed: 0, slowClosed: 0 },
    ...{ evicted: 0, overMemory: 0, badProxy: 0, queriesClosed: 0, reset: 0, acceptErrors: 0 },
  };
}
