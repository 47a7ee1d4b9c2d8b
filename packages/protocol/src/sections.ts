import { LIMIT, TYPE } from './constants.ts';
import { HEADER } from './header.ts';

/** Where the parts of a whole message lie, for who passes one on. Not for the query path. */
export interface Sections {
  /** Behind the question, or the header where there is none. */
  readonly questionEnd: number;
  readonly questions: number;
  readonly answers: number;
  readonly authorities: number;
  /** Additional records before the OPT record; all of them where there is none. */
  readonly additionals: number;
  /** Behind the last of these. */
  readonly recordsEnd: number;
  /** The OPT record, whatever may follow it. */
  readonly opt?: { readonly at: number; readonly end: number };
}

/** @returns undefined where the message is malformed: what is behind an OPT record is not looked at. */
export function readSections(octets: Uint8Array): Sections | undefined {
  const { length } = octets;
  if (length < HEADER.LENGTH) return undefined;
  const view = new DataView(octets.buffer, octets.byteOffset, length);
  const questions = view.getUint16(HEADER.QDCOUNT);
  const answers = view.getUint16(HEADER.ANCOUNT);
  const authorities = view.getUint16(HEADER.NSCOUNT);
  const counted = view.getUint16(HEADER.ARCOUNT);
  const known: Known = new Map();
  let at: number = HEADER.LENGTH;
  for (let i = 0; i < questions; i++) {
    at = skipName(octets, at, known) + 4;
    if (at < 4 || at > length) return undefined;
  }
  const questionEnd = at;
  for (let i = 0; i < answers + authorities; i++) {
    at = skipRecord(octets, view, at, known);
    if (at < 0) return undefined;
  }
  for (let i = 0; i < counted; i++) {
    const next = skipRecord(octets, view, at, known);
    if (next < 0) return undefined;
    if (octets[at] === 0 && view.getUint16(at + 1) === TYPE.OPT) {
      return {
        ...{ questionEnd, questions, answers, authorities, additionals: i, recordsEnd: at },
        opt: { at, end: next },
      };
    }
    at = next;
  }
  return { questionEnd, questions, answers, authorities, additionals: counted, recordsEnd: at };
}

/** An EDNS option (RFC 6891 6.1.2): its code, and all its octets, code and length among them. */
export interface EdnsOption {
  readonly code: number;
  readonly octets: Uint8Array;
}

/** The options of an OPT record that `readSections` found, as far as they are well-formed. */
export function readOptions(octets: Uint8Array, opt: NonNullable<Sections['opt']>): EdnsOption[] {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  const options: EdnsOption[] = [];
  for (let at = opt.at + 11; at + 4 <= opt.end; ) {
    const end = at + 4 + view.getUint16(at + 2);
    if (end > opt.end) break;
    options.push({ code: view.getUint16(at), octets: octets.subarray(at, end) });
    at = end;
  }
  return options;
}

/** @returns the offset behind a record, or -1. */
function skipRecord(octets: Uint8Array, view: DataView, start: number, known: Known): number {
  const fixed = skipName(octets, start, known);
  if (fixed < 0 || fixed + 10 > octets.length) return -1;
  const end = fixed + 10 + view.getUint16(fixed + 8);
  return end > octets.length ? -1 : end;
}

/** @returns the offset behind a name, or a number so negative that adding to it leaves it negative. */
function skipName(octets: Uint8Array, start: number, known: Known): number {
  if (lengthOf(octets, start, known, 0) === 0) return -1024;
  for (let at = start; ; ) {
    const length = octets[at] as number;
    if (length >= 0xc0) return at + 2;
    if (length === 0) return at + 1;
    at += length + 1;
  }
}

/** Octets that names have which begin at these offsets; without it a message of pointers alone would be gone through for each record. */
type Known = Map<number, number>;

/** A name has no more labels, so whoever needs more pointers than that for one means no name. */
const MOST_POINTERS = 127;

/**
 * How many octets the name at `start` has, its pointers followed: each leads back (RFC 1035 4.1.4: to a prior
 * occurrence), and all of it is 255 at the most.
 *
 * @param pointers that have led here.
 * @returns 0 where there is no such name.
 */
function lengthOf(octets: Uint8Array, start: number, known: Known, pointers: number): number {
  if (pointers > MOST_POINTERS) return 0;
  const before = known.get(start);
  if (before !== undefined) return before;
  let at = start;
  let label = octets[at];
  while (label !== undefined && label > 0 && label <= LIMIT.LABEL) {
    at += label + 1;
    label = octets[at];
  }
  if (label === undefined || (label > LIMIT.LABEL && label < 0xc0)) return 0;
  let length = at - start + 1;
  if (label !== 0) {
    const target = ((label & 0x3f) << 8) | (octets[at + 1] ?? 0xff);
    if (target >= at || target < HEADER.LENGTH) return 0;
    const rest = lengthOf(octets, target, known, pointers + 1);
    if (rest === 0) return 0;
    length = at - start + rest;
  }
  if (length > LIMIT.NAME) return 0;
  known.set(start, length);
  return length;
}
