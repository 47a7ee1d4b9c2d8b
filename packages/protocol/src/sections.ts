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
  let at: number = HEADER.LENGTH;
  for (let i = 0; i < questions; i++) {
    at = skipName(octets, at) + 4;
    if (at < 4 || at > length) return undefined;
  }
  const questionEnd = at;
  for (let i = 0; i < answers + authorities; i++) {
    at = skipRecord(octets, view, at);
    if (at < 0) return undefined;
  }
  for (let i = 0; i < counted; i++) {
    const next = skipRecord(octets, view, at);
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
function skipRecord(octets: Uint8Array, view: DataView, start: number): number {
  const fixed = skipName(octets, start);
  if (fixed < 0 || fixed + 10 > octets.length) return -1;
  const end = fixed + 10 + view.getUint16(fixed + 8);
  return end > octets.length ? -1 : end;
}

/** @returns the offset behind a name, or a number so negative that adding to it leaves it negative. */
function skipName(octets: Uint8Array, start: number): number {
  for (let at = start; ; ) {
    const length = octets[at];
    if (length === undefined || (length > LIMIT.LABEL && length < 0xc0)) return -1024;
    if (length >= 0xc0) return at + 2;
    if (length === 0) return at + 1;
    at += length + 1;
  }
}
