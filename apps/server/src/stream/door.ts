import type { Socket } from 'node:net';
import type { StreamLimits, TcpCounters } from './tcp-options.ts';

/** What stands between a connection and the messages on it, where that is more than TCP. */
export interface Door {
  /** For errors: `DNS over TLS`. */
  readonly what: string;
  /** Takes over a connection; its place is kept until the socket closes. */
  admit(socket: Socket, visit: Visit): void;
}

/** A connection that a {@link Door} has. */
export interface Visit {
  /** 20 octets, see `composePeer`. */
  readonly peer: Uint8Array;
  /** Nothing of it is under way. True at first. */
  isIdle: boolean;
  /** Ends it in good order; it is destroyed where that is undefined. */
  leave: (() => void) | undefined;
  /**
   * Ends it if one of its times is up; called now and then.
   *
   * @param now milliseconds as `performance.now()` has them
   * @param idleMs the idle timeout at present
   */
  expire: ((now: number, idleMs: number) => void) | undefined;
  /** Limits of the listener, and what it counts. */
  readonly settings: Pick<StreamLimits, 'messageTimeoutMs' | 'writeTimeoutMs'>;
  readonly counters: TcpCounters;
  /** From now on messages come out of this socket as they do over TCP: the visit is over. */
  secured(socket: Socket): void;
  /**
   * Answers one message.
   *
   * @param reply called once: at once, or later, with undefined where there is no reply.
   */
  answer(message: Uint8Array, reply: (octets: Uint8Array | undefined) => void): void;
}
