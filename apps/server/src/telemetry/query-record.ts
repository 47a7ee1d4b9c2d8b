import { LIMIT } from '@seamark/protocol';

/** What a query log tells of one query; both ends of the ring deal in it. */
export interface QueryRecord {
  /** 20 octets: family, 0, port, address; see `SocketSet.peer` of the UDP package. */
  readonly peer: Uint8Array;
  readonly isStream: boolean;
  readonly id: number;
  readonly type: number;
  readonly class: number;
  /** QNAME folded, in wire format; empty where no question could be read. */
  readonly name: Uint8Array;
  readonly dnssecOk: boolean;
  /** The requestor's UDP payload size (RFC 6891 6.2.3). */
  readonly udpSize: number;
  /** Octets of the query. */
  readonly requestSize: number;
  /** Octets of the reply, 0 if there was none. */
  readonly replySize: number;
  /** The second word of the reply's header. */
  readonly flags: number;
  /** All twelve bits. */
  readonly rcode: number;
  /** Seconds; undefined where nobody measured. */
  readonly duration: number | undefined;
}

/**
 * Offsets in a record of {@link RECORD_OCTETS}, in the byte order of the machine: it never leaves it.
 *
 * ```
 *    0  duration (Float64, s)    8  type      16  request size   24  marks
 *                               10  class     18  reply size     25  name length
 *                               12  id        20  rcode          26  peer (20 octets)
 *                               14  UDP size  22  reply flags    46  name (up to 255 octets)
 * ```
 *
 * Numbers come first, so that each is aligned; the two runs of octets need not be. No time is noted: a line
 * gets its own when it is written, a tenth of a second later, and reading the clock allocates a number.
 */
export const RECORD = {
  DURATION: 0,
  TYPE: 8,
  CLASS: 10,
  ID: 12,
  UDP_SIZE: 14,
  REQUEST_SIZE: 16,
  REPLY_SIZE: 18,
  RCODE: 20,
  REPLY_FLAGS: 22,
  MARKS: 24,
  NAME_LENGTH: 25,
  PEER: 26,
  NAME: 46,
} as const;

export const PEER_LENGTH = 20;

/** Bits of {@link RECORD.MARKS}. */
export const MARK = { STREAM: 1, DNSSEC_OK: 2 } as const;

/** A multiple of eight, so that every record's Float64s are aligned. */
export const RECORD_OCTETS: number = Math.ceil((RECORD.NAME + LIMIT.NAME) / 8) * 8;
