import { compressibleNames, TYPE } from '@seamark/protocol';
import { GLUE, POINTER_TO_QNAME } from './layout.ts';
import { nameLength, type WrittenNames } from './written-names.ts';

/** An RRset as a reply carries it. */
export interface ComposedRRset {
  readonly type: number;
  readonly records: number;
  readonly octets: Uint8Array;
  /** Octets of each record where all are alike (their order may then be rotated), else 0. */
  readonly recordLength: number;
  /** Where in `octets` pointers lie that a reader fills in (layout.ts), ascending. */
  readonly pointers: readonly number[];
}

/** The class of every record (RFC 1035 3.2.4). */
export const CLASS_IN: number = 1;
/** Octets of type, class, TTL and RDLENGTH. */
export const FIXED: number = 10;

/**
 * Composes an RRset whose RDATA are `rdata`, owned by the question's name.
 *
 * @param ttl seconds, of every record (RFC 2181 5.2).
 * @param rdata well-formed, names in them whole.
 * @param names what they may be compressed against; without it they stay whole.
 */
export function composeRRset(
  type: number,
  ttl: number,
  rdata: readonly Uint8Array[],
  names?: WrittenNames,
): ComposedRRset {
  const [first] = rdata;
  if (names === undefined || first === undefined || compressibleNames(type, first).length === 0) {
    return composePlain(type, ttl, rdata);
  }
  return composeRecords(
    rdata.map((octets) => ({ type, ttl, rdata: octets })),
    type,
    names,
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
  return { type, records: rdata.length, octets, recordLength, pointers: NO_POINTERS };
}

const NO_POINTERS: readonly number[] = [];

/** A record to be composed; names in it are whole. */
export interface RecordSpec {
  /** Of glue. Absent: the name that led to the node; of a SOA, as much of it as the apex is. */
  readonly owner?: Uint8Array;
  readonly type: number;
  readonly ttl: number;
  readonly rdata: Uint8Array;
}

/** Composes records under one directory entry of `type`, which is theirs or GLUE. */
export function composeRecords(
  records: readonly RecordSpec[],
  type: number,
  names: WrittenNames,
): ComposedRRset {
  const most = records.reduce(
    (sum, { owner, rdata }) => sum + (owner?.length ?? 2) + FIXED + rdata.length,
    0,
  );
  const octets = new Uint8Array(most);
  const view = new DataView(octets.buffer);
  const pointers: number[] = [];
  const lengths = new Set<number>();
  let at = 0;
  for (const record of records) {
    const start = at;
    at = putOwner(octets, view, at, record, names, pointers);
    view.setUint16(at, record.type);
    view.setUint16(at + 2, CLASS_IN);
    view.setUint32(at + 4, record.ttl);
    const end = putRdata(octets, at + FIXED, record, names, pointers, type !== GLUE);
    view.setUint16(at + 8, end - at - FIXED);
    at = end;
    lengths.add(at - start);
  }
  const [first = 0] = lengths;
  const alike = pointers.length === 0 && lengths.size === 1;
  return {
    ...{ type, records: records.length, octets: octets.slice(0, at) },
    ...{ recordLength: alike ? first : 0, pointers },
  };
}

function putOwner(
  octets: Uint8Array,
  view: DataView,
  at: number,
  { owner, type }: RecordSpec,
  names: WrittenNames,
  pointers: number[],
): number {
  if (owner !== undefined) return names.write(owner, octets, at, pointers, false);
  if (type !== TYPE.SOA) {
    view.setUint16(at, POINTER_TO_QNAME);
    return at + 2;
  }
  // It answers for names below its own as well (RFC 2308 2).
  view.setUint16(at, names.pointerToName);
  pointers.push(at);
  return at + 2;
}

function putRdata(
  octets: Uint8Array,
  start: number,
  { type, rdata }: RecordSpec,
  names: WrittenNames,
  pointers: number[],
  isNoted: boolean,
): number {
  let at = start;
  let from = 0;
  for (const name of compressibleNames(type, rdata)) {
    octets.set(rdata.subarray(from, name), at);
    at += name - from;
    from = name + nameLength(rdata, name);
    at = names.write(rdata.subarray(name, from), octets, at, pointers, isNoted);
  }
  octets.set(rdata.subarray(from), at);
  return at + rdata.length - from;
}
