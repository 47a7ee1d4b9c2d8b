import { POINTER_TO_QNAME } from './layout.ts';

/** An RRset as a reply carries it. */
export interface ComposedRRset {
  readonly type: number;
  readonly records: number;
  readonly octets: Uint8Array;
  /** Octets of each record where all are alike (their order may then be rotated), else 0. */
  readonly recordLength: number;
  /** Where in `octets` apex pointers lie (layout.ts), ascending. */
  readonly apexPointers: readonly number[];
}

/** The class of every record (RFC 1035 3.2.4). */
export const CLASS_IN: number = 1;
/** Octets of type, class, TTL and RDLENGTH. */
export const FIXED: number = 10;

/**
 * Composes an RRset whose RDATA are `rdata`, owned by the question's name.
 *
 * @param ttl seconds, of every record (RFC 2181 5.2).
 * @param apexPointersInRdata where in the RDATA of each record names end in an apex pointer (layout.ts): two
 *   octets that a reader fills in.
 */
export function composeRRset(
  type: number,
  ttl: number,
  rdata: readonly Uint8Array[],
  apexPointersInRdata: readonly (readonly number[])[] = [],
): ComposedRRset {
  if (apexPointersInRdata.length === 0) return composePlain(type, ttl, rdata);
  const owner = Uint8Array.of(POINTER_TO_QNAME >> 8, POINTER_TO_QNAME & 0xff);
  return composeRecords(
    rdata.map((octets, i) => ({
      owner,
      ownerPointers: [],
      type,
      ttl,
      rdata: octets,
      rdataPointers: apexPointersInRdata[i] ?? [],
    })),
    type,
  );
}

/** A reverse zone has an RRset for each address: 0.08 us for one of one record, which as a RecordSpec takes 0.9. */
function composePlain(type: number, ttl: number, rdata: readonly Uint8Array[]): ComposedRRset {
  let total = 0;
  for (const { length } of rdata) total += 2 + FIXED + length;
  const octets = new Uint8Array(total);
  const first = rdata[0]?.length ?? 0;
  let alike = rdata.length > 0;
  let at = 0;
  for (const one of rdata) {
    const { length } = one;
    if (length !== first) alike = false;
    octets[at] = POINTER_TO_QNAME >> 8;
    octets[at + 1] = POINTER_TO_QNAME & 0xff;
    octets[at + 2] = type >>> 8;
    octets[at + 3] = type;
    octets[at + 5] = CLASS_IN;
    octets[at + 6] = ttl >>> 24;
    octets[at + 7] = ttl >>> 16;
    octets[at + 8] = ttl >>> 8;
    octets[at + 9] = ttl;
    octets[at + 10] = length >>> 8;
    octets[at + 11] = length;
    octets.set(one, at + 2 + FIXED);
    at += 2 + FIXED + length;
  }
  const recordLength = alike ? 2 + FIXED + first : 0;
  return { type, records: rdata.length, octets, recordLength, apexPointers: NO_POINTERS };
}

const NO_POINTERS: readonly number[] = [];

/** A record to be composed; pointers are octet offsets within owner and RDATA. */
export interface RecordSpec {
  readonly owner: Uint8Array;
  readonly ownerPointers: readonly number[];
  readonly type: number;
  readonly ttl: number;
  readonly rdata: Uint8Array;
  readonly rdataPointers: readonly number[];
}

/** Composes records under one directory entry of `type`, which is theirs or GLUE. */
export function composeRecords(records: readonly RecordSpec[], type: number): ComposedRRset {
  const lengths = records.map((record) => record.owner.length + FIXED + record.rdata.length);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const octets = new Uint8Array(total);
  const view = new DataView(octets.buffer);
  const apexPointers: number[] = [];
  let at = 0;
  for (const record of records) {
    octets.set(record.owner, at);
    for (const pointer of record.ownerPointers) apexPointers.push(at + pointer);
    at += record.owner.length;
    view.setUint16(at, record.type);
    view.setUint16(at + 2, CLASS_IN);
    view.setUint32(at + 4, record.ttl);
    view.setUint16(at + 8, record.rdata.length);
    at += FIXED;
    octets.set(record.rdata, at);
    for (const pointer of record.rdataPointers) apexPointers.push(at + pointer);
    at += record.rdata.length;
  }
  const [first = 0] = lengths;
  const alike = apexPointers.length === 0 && lengths.every((length) => length === first);
  return { type, records: records.length, octets, recordLength: alike ? first : 0, apexPointers };
}
