import { LIMIT } from '@seamark/protocol';

/** What a query log tells of one query; both ends of the ring deal in it. */
export interface QueryRecord {
  /** Milliseconds since the epoch. */
  readonly time: number;
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
 *    0  time (Float64, ms)      16  type    24  request size   32  marks
 *    8  duration (Float64, s)   18  class   26  reply size     33  name length
 *                               20  id      28  rcode          34  peer (20 octets)
 *                               22  UDP size  30  reply flags  54  name (up to 255 octets)
 * ```
 *
 * Numbers come first, so that each is aligned; the two runs of octets need not be.
 */
export const RECORD = {
  TIME: 0,
  DURATION: 8,
  TYPE: 16,
  CLASS: 18,
  ID: 20,
  UDP_SIZE: 22,
  REQUEST_SIZE: 24,
  REPLY_SIZE: 26,
  RCODE: 28,
  REPLY_FLAGS: 30,
  MARKS: 32,
  NAME_LENGTH: 33,
  PEER: 34,
  NAME: 54,
} as const;

export const PEER_LENGTH = 20;

/** Bits of {@link RECORD.MARKS}. */
export const MARK = { STREAM: 1, DNSSEC_OK: 2 } as const;

/** A multiple of eight, so that every record's Float64s are aligned. */
export const RECORD_OCTETS: number = Math.ceil((RECORD.NAME + LIMIT.NAME) / 8) * 8;
