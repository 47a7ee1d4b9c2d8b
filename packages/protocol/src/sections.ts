import { LIMIT, TYPE } from './constants.ts';
import { HEADER } from './header.ts';
import { rdataShape } from './rdata-shape.ts';

/** Where the parts of a whole message lie, for who passes one on. Not for the query path. */
export interface Sections {
  /** Behind the question, or the header where there is none. */
  readonly questionEnd: number;
  readonly questions: number;
  readonly answers: number;
  readonly authorities: number;
  /** Additional records, the OPT record left out. */
  readonly additionals: number;
  /** Behind the last record. */
  readonly end: number;
  /** The OPT record, wherever it stands among the additional ones (RFC 6891 6.1.1). */
  readonly opt?: { readonly at: number; readonly end: number };
}

/**
 * @returns undefined where the message is malformed: records that are cut off, names that are none, also in RDATA
 *   where the type says that there are any, several OPT records
 */
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
  let opt: Sections['opt'];
  for (let i = 0; i < counted; i++) {
    const next = skipRecord(octets, view, at, known);
    if (next < 0) return undefined;
    if (octets[at] === 0 && view.getUint16(at + 1) === TYPE.OPT) {
      if (opt !== undefined) return undefined;
      opt = { at, end: next };
    }
    at = next;
  }
  const counts = { questions, answers, authorities };
  if (opt === undefined) return { ...counts, questionEnd, additionals: counted, end: at };
  return { ...counts, questionEnd, additionals: counted - 1, end: at, opt };
}

/**
 * A message up to its last record, its OPT record taken out: what stands behind that moves up, and its pointers
 * with it. The counts of its header are as they were.
 *
 * @param sections what {@link readSections} said of it.
 * @returns undefined if a name points into the OPT record
 */
export function withoutOpt(octets: Uint8Array, { opt, end }: Sections): Uint8Array | undefined {
  if (opt === undefined) return octets.subarray(0, end);
  if (opt.end === end) return octets.subarray(0, opt.at);
  const shorter = new Uint8Array(end - (opt.end - opt.at));
  shorter.set(octets.subarray(0, opt.at));
  shorter.set(octets.subarray(opt.end, end), opt.at);
  const view = new DataView(shorter.buffer);
  for (let at = opt.at; at < shorter.length; ) {
    const fixed = movePointer(shorter, view, at, opt);
    if (fixed < 0) return undefined;
    const shape = rdataShape(view.getUint16(fixed), view.getUint16(fixed + 2));
    let name = fixed + 10 + (shape?.before ?? 0);
    for (let i = 0; i < (shape?.names ?? 0); i++) {
      name = movePointer(shorter, view, name, opt);
      if (name < 0) return undefined;
    }
    at = fixed + 10 + view.getUint16(fixed + 8);
  }
  return shorter;
}

/** @returns the offset behind the name, or -1 if it points into what was taken out. */
function movePointer(
  octets: Uint8Array,
  view: DataView,
  start: number,
  gone: NonNullable<Sections['opt']>,
): number {
  let at = start;
  for (let label = octets[at] as number; label < 0xc0; label = octets[at] as number) {
    at += label + 1;
    if (label === 0) return at;
  }
  const target = view.getUint16(at) & 0x3fff;
  if (target >= gone.end) view.setUint16(at, 0xc000 | (target - (gone.end - gone.at)));
  else if (target >= gone.at) return -1;
  return at + 2;
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
  if (end > octets.length) return -1;
  const shape = rdataShape(view.getUint16(fixed), view.getUint16(fixed + 2));
  if (shape === undefined) return end;
  let at = fixed + 10 + shape.before;
  for (let i = 0; i < shape.names; i++) {
    if (at >= end) return -1;
    at = skipName(octets, at, known);
    if (at < 0) return -1;
  }
  return at + shape.after === end ? end : -1;
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
