/*
 * What the words of a segment mean. All words are 32 bits, little-endian on every machine; offsets
 * are in words from the segment's start unless they say octets, so that a segment can be moved,
 * written to disk and sent elsewhere as it is.
 *
 *   header   HEADER_WORDS words
 *   table    2^n slots of two words: hash, node offset (0: free). Linear probing; at least a
 *            quarter is free, so that every probe ends.
 *   nodes    one behind another
 *
 * A node stands for a name that exists, or, in an overlay, for one that has gone:
 *
 *   word 0   words of the node (16) | flags (8) | name octets (8)
 *   word 1   zone (16) | RRset count (8) | labels of the zone apex (8)
 *   name     folded, in wire format, padded to a word
 *   directory, three words an RRset:
 *            type (16) | records (16)
 *            octet offset from the node's start (16) | octets (16)
 *            octets of each record if all are alike, else 0 (16) | pointers (16)
 *   octets of each RRset, and behind them, two octets each, where its pointers lie; padded
 *
 * RRset octets are what a reply carries: owner, type, class, TTL, RDATA of record after record. The
 * owner is a pointer to QNAME at offset 12, which serves a wildcard as well; where the node's name does not
 * stand there (behind a CNAME, or a zone cut above QNAME), the reader writes its own pointer over it.
 *
 * Names end in other pointers where they may be compressed (RFC 1035 4.1.4, RFC 3597 4), whose two octets are filled
 * in after the copy, for where they lead to differs with each question:
 *
 *   11 labels (14)   an *outer pointer*, to the last so many labels of the name that led to the node: an ancestor of
 *                    the node's own name, mostly the apex. With it, SOA and NS fit any question of their zone.
 *   10 octets (14)   an *inner pointer*, to an earlier name of the same RRset, so far behind its start; in GLUE, behind
 *                    that of the NS RRset, which it follows.
 *
 * A CNAME RRset is the only one of its node (RFC 2181 10.1) and has one record.
 */

export const MAGIC = 0x314b4d53; // "SMK1"
export const LAYOUT_VERSION = 2;

/** Words of a segment's header. */
export const SEGMENT = {
  MAGIC: 0,
  VERSION: 1,
  /** Words of the whole segment, header included. */
  LENGTH: 2,
  /** CRC-32 of all octets behind the header. */
  CHECKSUM: 3,
  KEY0: 4,
  KEY1: 5,
  /** Slots of the table less one: a power of two less one. */
  SLOT_MASK: 6,
  NODE_COUNT: 7,
  /** No name has more labels than this. */
  MAX_LABELS: 8,
} as const;

export const HEADER_WORDS = 16;

/** Flags of a node. */
export const NODE = {
  /** The name has gone: only in an overlay, where it hides the name in the segments below. */
  GONE: 1,
  /** The name is a zone apex. */
  APEX: 2,
  /** `*.` below this name exists. */
  HAS_WILDCARD_CHILD: 4,
  /** On an apex: no source of the zone has been read yet; nothing is known of any name. */
  ZONE_UNSYNCED: 8,
  /** On an apex: some source has not been read yet; what is here holds, what is missing may not. */
  ZONE_PARTIAL: 16,
  /**
   * Below the apex: a zone cut. The node has the NS RRset that a referral carries, in GLUE the addresses of
   * its name servers, perhaps a DS RRset, and nothing else; names below it are not in the snapshot, unless
   * they lie in a zone that is. Never together with HAS_WILDCARD_CHILD, and never on an apex. On a
   * wildcard's node it counts for that name, not for those that are synthesised from it (RFC 4592 4.2).
   */
  CUT: 32,
  /**
   * Its addresses are not all known, so their lack can't be told as NODATA: the host name of a load balancer
   * has not been resolved.
   */
  UNRESOLVED: 64,
  /**
   * On the apex of a reverse zone: all that it has its records of has been read, but not all zones whose addresses lead
   * to names in it: names may be missing, and PTR at those that there are.
   */
  ZONE_PARTIAL_PTR: 128,
} as const;

/**
 * The directory's type for the addresses that go into the additional section with the NS RRset of an
 * apex or a zone cut. It is OPT's number: no name owns an OPT RRset and no question for one reaches a lookup.
 */
export const GLUE = 41;

export const NODE_HEADER_WORDS = 2;
export const DIRECTORY_WORDS = 3;
/** Octet offsets within a node have 16 bits. */
export const MAX_NODE_OCTETS = 0xffff;

/** As a reply has it. */
export const POINTER_TO_QNAME = 0xc00c;

/** What a pointer begins with that is to be filled in. */
export const OUTER_POINTER = 0xc000;
export const INNER_POINTER = 0x8000;
/** The rest of it. */
export const POINTER_MASK = 0x3fff;

/*
 * The control block: one Int32Array in a SharedArrayBuffer of its own, written by the publisher
 * except for each reader's two words.
 *
 *   SEQUENCE   even: the list below is whole; odd: it is being changed. Counts up by two.
 *   COUNT      segments, newest first
 *   LIST       (offset in the arena, length) of each
 *   READERS    (state, adopted sequence) of each, a cache line apart, so that a reader that reports
 *              does not take the line that others poll
 */
export const CONTROL = {
  SEQUENCE: 0,
  COUNT: 1,
  READER_SLOTS: 2,
  LIST: 16,
  READERS: 64,
} as const;

export const MAX_SEGMENTS = 8;
export const READER_STRIDE = 16;

export const READER_STATE = {
  /** The slot is free: its owner holds nothing. */
  ABSENT: 0,
  /** The owner is about to adopt: nothing may be used again until it has. */
  JOINING: 1,
  /** The owner holds the segments of the sequence it reports. */
  READING: 2,
} as const;
