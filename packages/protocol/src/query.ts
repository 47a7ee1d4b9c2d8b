// Query path: nothing here allocates, throws or waits. Bench: bench/micro/parse-query.ts.
import { isClientSubnet } from './client-subnet.ts';
import { EDNS_OPTION, LIMIT, OPCODE, TYPE } from './constants.ts';
import { FLAG, HEADER, OPCODE_SHIFT } from './header.ts';

/*
 * Parsing what may be any octets at all. Offsets run from the start of the memory the message lies
 * in; a step takes an offset and gives the next one, negative meaning malformed. Nothing is read
 * past `end`, which is checked before the octets it guards.
 */

/** What is to become of a message. Others than ANSWER, DROP and COOKIE name the RCODE of the reply. */
export const VERDICT = {
  ANSWER: 0,
  /** No reply at all: too short to have an ID, or itself a reply (an answer to it could loop). */
  DROP: 1,
  FORMERR: 2,
  NOTIMP: 3,
  BADVERS: 4,
  /** No question and a COOKIE option: the server's cookie is all that is asked for (RFC 7873 5.4). */
  COOKIE: 5,
} as const;

export type Verdict = (typeof VERDICT)[keyof typeof VERDICT];

/**
 * One query, as far as it could be read. A worker has one of these and parses every message into
 * it; all fields exist from the start so that its shape never changes.
 */
export class Query {
  /** The second header word as received. */
  flags = 0;
  opcode = 0;
  /** True once a whole question was read: only then are the fields below it meaningful. */
  hasQuestion = false;
  /** QNAME folded, in wire format; three spare octets so that a word may be read at its end. */
  readonly name: Uint8Array = new Uint8Array(LIMIT.NAME + 1 + 4);
  readonly nameView: DataView = new DataView(this.name.buffer);
  nameLength = 0;
  /** Where each label starts in `name`, leftmost first; the root is not among them. */
  readonly labels: Uint8Array = new Uint8Array(LIMIT.LABELS);
  labelCount = 0;
  type = 0;
  class = 0;
  /** Octets of header and question together: where the answer section begins in a reply. */
  questionEnd: number = LIMIT.HEADER;
  /** An OPT record was there, be it malformed: the reply carries one too (RFC 6891 6.1.1, 7). */
  hasEdns = false;
  ednsVersion = 0;
  dnssecOk = false;
  /** The requestor's UDP payload size as sent. */
  udpSize = 0;
  /** Octets of the COOKIE option that counts: 8, or 16 to 40; 0 for none, or none that could be read. */
  cookieLength = 0;
  /** Where they begin in the memory that was parsed; says nothing if there are none. */
  cookieAt = 0;
  /** Octets of the Client Subnet option, its code and length not counted; 0 for none, or none that could be read. */
  subnetLength = 0;
  /** Where they begin in the memory that was parsed; says nothing if there are none. */
  subnetAt = 0;
  /** An NSID option was there: who answers is to say who it is (RFC 5001 2.1). */
  asksNsid = false;
  /** A PADDING option was there: over an encrypted transport the reply is padded (RFC 7830 4). */
  isPadded = false;
  /** Octets of the value of an edns-tcp-keepalive option (RFC 7828 3.1: 0 in a query); -1 for no such option. */
  keepaliveLength = -1;
}

/**
 * Parses the message of `length` octets at `offset` of `memory` into `query`, in the order in which
 * a hostile packet is best turned away.
 */
export function parseQuery(
  query: Query,
  memory: Uint8Array,
  view: DataView,
  offset: number,
  length: number,
): Verdict {
  query.hasQuestion = false;
  query.questionEnd = LIMIT.HEADER;
  query.hasEdns = false;
  query.dnssecOk = false;
  query.udpSize = LIMIT.UDP_PLAIN;
  query.ednsVersion = 0;
  query.cookieLength = 0;
  query.subnetLength = 0;
  query.asksNsid = false;
  query.isPadded = false;
  query.keepaliveLength = -1;
  query.type = 0;
  query.class = 0;
  query.nameLength = 0;
  query.labelCount = 0;

  if (length < HEADER.LENGTH) return VERDICT.DROP;
  const flags = view.getUint16(offset + HEADER.FLAGS);
  query.flags = flags;
  if ((flags & FLAG.QR) !== 0) return VERDICT.DROP;
  query.opcode = (flags & FLAG.OPCODE) >> OPCODE_SHIFT;

  const verdict = parseSections(query, memory, view, offset, offset + length);
  if (verdict === VERDICT.FORMERR && !query.hasEdns) {
    scanForOpt(query, memory, view, offset, offset + length);
  }
  // Another opcode may give its sections another meaning, so that they look malformed is no fault.
  if (query.opcode !== OPCODE.QUERY) return VERDICT.NOTIMP;
  return verdict;
}

function parseSections(
  query: Query,
  memory: Uint8Array,
  view: DataView,
  offset: number,
  end: number,
): Verdict {
  const questions = view.getUint16(offset + HEADER.QDCOUNT);
  // RFC 9619 4: more than one question is FORMERR.
  if (questions > 1) return VERDICT.FORMERR;
  if (questions === 0) return parseQuestionless(query, memory, view, offset, end);
  const nameEnd = parseQname(query, memory, offset + HEADER.LENGTH, end);
  if (nameEnd < 0 || nameEnd + 4 > end) return VERDICT.FORMERR;
  copyFolded(query, view, offset + HEADER.LENGTH, nameEnd);
  query.type = view.getUint16(nameEnd);
  query.class = view.getUint16(nameEnd + 2);
  query.questionEnd = nameEnd + 4 - offset;
  query.hasQuestion = true;

  const answers = view.getUint16(offset + HEADER.ANCOUNT);
  const authorities = view.getUint16(offset + HEADER.NSCOUNT);
  const additionals = view.getUint16(offset + HEADER.ARCOUNT);
  if ((answers | authorities | additionals) === 0) {
    return nameEnd + 4 === end ? VERDICT.ANSWER : VERDICT.FORMERR;
  }
  // IXFR alone brings a record along, the SOA that the client has (RFC 1995 3).
  if (answers !== 0 || authorities > (query.type === TYPE.IXFR ? 1 : 0)) return VERDICT.FORMERR;

  let at = nameEnd + 4;
  if (authorities === 1) {
    at = skipRecord(memory, view, at, end);
    if (at < 0) return VERDICT.FORMERR;
  }
  return parseAdditional(query, memory, view, at, end, additionals);
}

/** No question at all has a meaning only with a cookie, and with nothing else (RFC 7873 5.4). */
function parseQuestionless(
  query: Query,
  memory: Uint8Array,
  view: DataView,
  offset: number,
  end: number,
): Verdict {
  // ANCOUNT and NSCOUNT.
  if (view.getInt32(offset + HEADER.ANCOUNT) !== 0) return VERDICT.FORMERR;
  const additionals = view.getUint16(offset + HEADER.ARCOUNT);
  const verdict = parseAdditional(query, memory, view, offset + HEADER.LENGTH, end, additionals);
  if (verdict !== VERDICT.ANSWER) return verdict;
  return query.cookieLength === 0 ? VERDICT.FORMERR : VERDICT.COOKIE;
}

/**
 * Looks for an OPT record in a message that is malformed before it, as far as its sections can be told
 * apart: who speaks EDNS is answered in EDNS, be it with FORMERR (RFC 6891 6.1.1, 7), and who expects a
 * cookie discards a reply without one (RFC 7873 5.3). Each step takes five octets at least, so counts that
 * lie cost no more than the message is long.
 */
function scanForOpt(
  query: Query,
  memory: Uint8Array,
  view: DataView,
  offset: number,
  end: number,
): void {
  let at = offset + HEADER.LENGTH;
  for (let left = view.getUint16(offset + HEADER.QDCOUNT); left > 0; left--) {
    at = skipName(memory, at, end);
    if (at < 0 || at + 4 > end) return;
    at += 4;
  }
  let records =
    view.getUint16(offset + HEADER.ANCOUNT) +
    view.getUint16(offset + HEADER.NSCOUNT) +
    view.getUint16(offset + HEADER.ARCOUNT);
  for (; records > 0; records--) {
    const fixed = skipName(memory, at, end);
    if (fixed < 0 || fixed + 10 > end) return;
    const next = fixed + 10 + view.getUint16(fixed + 8);
    if (view.getUint16(fixed) === TYPE.OPT) {
      query.hasEdns = true;
      // Options are read as far as they reach; what is wrong with them adds nothing to FORMERR.
      parseOpt(query, view, fixed, Math.min(next, end));
      return;
    }
    if (next > end) return;
    at = next;
  }
}

/** @returns the offset behind the root of QNAME, or -1: a pointer, too long, or cut off. */
function parseQname(query: Query, memory: Uint8Array, start: number, end: number): number {
  const { labels } = query;
  // The root must stand within 255 octets, and within the message.
  const limit = Math.min(start + LIMIT.NAME, end);
  let at = start;
  let count = 0;
  while (at < limit) {
    const length = memory[at] as number;
    if (length === 0) {
      query.nameLength = at + 1 - start;
      query.labelCount = count;
      return at + 1;
    }
    // 64 to 191 are no label types any more (RFC 6891 5); a pointer has nothing to point at yet.
    if (length > LIMIT.LABEL) return -1;
    labels[count] = at - start;
    count += 1;
    at += length + 1;
  }
  return -1;
}

/**
 * Copies QNAME folded, four octets at a time: half the time of one at a time through a table. The
 * last word takes in octets behind the name, at most three; QTYPE and QCLASS are known to be there.
 */
function copyFolded(query: Query, view: DataView, start: number, end: number): void {
  const { nameView } = query;
  for (let at = start; at < end; at += 4) {
    const word = view.getInt32(at);
    // In each octet, bit 7 says: at least 'A'; beyond 'Z'; ASCII. Length octets are below 'A'.
    const low = word & 0x7f7f7f7f;
    const upper = ((low + 0x3f3f3f3f) ^ (low + 0x25252525)) & ~word & 0x80808080;
    nameView.setInt32(at - start, word | (upper >>> 2));
  }
}

/** Reads the OPT record among `count` additional records and insists that the message ends there. */
function parseAdditional(
  query: Query,
  memory: Uint8Array,
  view: DataView,
  start: number,
  end: number,
  count: number,
): Verdict {
  let verdict: Verdict = VERDICT.ANSWER;
  let at = start;
  for (let i = 0; i < count; i++) {
    const fixed = skipName(memory, at, end);
    if (fixed < 0 || fixed + 10 > end) return VERDICT.FORMERR;
    const next = fixed + 10 + view.getUint16(fixed + 8);
    if (next > end) {
      // A malformed OPT still says that its sender speaks EDNS (RFC 6891 7).
      if (view.getUint16(fixed) === TYPE.OPT) query.hasEdns = true;
      return VERDICT.FORMERR;
    }
    if (view.getUint16(fixed) === TYPE.OPT) {
      // RFC 6891 6.1.1: one OPT at most. 6.1.2: its owner is the root.
      if (query.hasEdns || memory[at] !== 0) verdict = VERDICT.FORMERR;
      query.hasEdns = true;
      const parsed = parseOpt(query, view, fixed, next);
      if (parsed !== VERDICT.ANSWER && verdict !== VERDICT.FORMERR) verdict = parsed;
    }
    at = next;
  }
  return at === end ? verdict : VERDICT.FORMERR;
}

/*
 * OPT (RFC 6891 6.1.2), from behind its owner name:
 *   0 TYPE 41   2 CLASS: payload size   4 extended RCODE   5 version   6 DO + Z   8 RDLENGTH
 *   10 RDATA: (option code, option length, octets)*
 */
function parseOpt(query: Query, view: DataView, fixed: number, end: number): Verdict {
  query.udpSize = view.getUint16(fixed + 2);
  query.ednsVersion = view.getUint8(fixed + 5);
  query.dnssecOk = (view.getUint8(fixed + 6) & 0x80) !== 0;
  // Another version may define the rest anew: nothing below may be judged (RFC 6891 6.1.3).
  if (query.ednsVersion !== 0) return VERDICT.BADVERS;
  let at = fixed + 10;
  while (at < end) {
    if (at + 4 > end) return VERDICT.FORMERR;
    const length = view.getUint16(at + 2);
    if (at + 4 + length > end) return VERDICT.FORMERR;
    const code = view.getUint16(at);
    // RFC 7873 5.2: the first one counts, others are ignored.
    if (code === EDNS_OPTION.COOKIE && query.cookieLength === 0) {
      if (!noteCookie(query, at + 4, length)) return VERDICT.FORMERR;
    }
    if (code === EDNS_OPTION.CLIENT_SUBNET && query.subnetLength === 0) {
      if (!isClientSubnet(view, at + 4, length)) return VERDICT.FORMERR;
      query.subnetLength = length;
      query.subnetAt = at + 4;
    }
    // RFC 5001 2.2: what is in it is ignored.
    if (code === EDNS_OPTION.NSID) query.asksNsid = true;
    // RFC 7830 3: so is what this one is filled with.
    if (code === EDNS_OPTION.PADDING) query.isPadded = true;
    // Over UDP it is ignored, value and all (RFC 7828 3.3.1): only who knows the transport may judge it.
    if (code === EDNS_OPTION.TCP_KEEPALIVE) {
      query.keepaliveLength = Math.max(query.keepaliveLength, length);
    }
    at += 4 + length;
  }
  return VERDICT.ANSWER;
}

/** @returns whether it has one of the lengths that a cookie can have. */
function noteCookie(query: Query, at: number, length: number): boolean {
  if (
    length !== LIMIT.CLIENT_COOKIE &&
    (length < LIMIT.LEAST_COOKIE || length > LIMIT.MOST_COOKIE)
  ) {
    return false;
  }
  query.cookieLength = length;
  query.cookieAt = at;
  return true;
}

/** @returns the offset behind a record, or -1. */
function skipRecord(memory: Uint8Array, view: DataView, start: number, end: number): number {
  const fixed = skipName(memory, start, end);
  if (fixed < 0 || fixed + 10 > end) return -1;
  const next = fixed + 10 + view.getUint16(fixed + 8);
  return next > end ? -1 : next;
}

/** @returns the offset behind a name, compressed or not, or -1. A pointer is not followed. */
function skipName(memory: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const length = memory[at] as number;
    if (length === 0) return at + 1;
    if (length >= 0xc0) return at + 2 <= end ? at + 2 : -1;
    if (length > LIMIT.LABEL || at + length + 1 - start >= LIMIT.NAME) return -1;
    at += length + 1;
  }
  return -1;
}
