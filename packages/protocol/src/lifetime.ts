import { RCODE, TYPE } from './constants.ts';
import { FLAG, HEADER } from './header.ts';

/**
 * For how many seconds a reply may be kept (RFC 8484 5.1): the least TTL of its answer section; where it denies
 * something the SOA's as well, or its MINIMUM if that is less (RFC 2308 5); of a referral that of the name servers. 0
 * for whatever else: an error may be over at the next question.
 */
export function lifetimeOf(reply: Uint8Array): number {
  if (reply.length < HEADER.LENGTH) return 0;
  const view = new DataView(reply.buffer, reply.byteOffset, reply.length);
  const rcode = view.getUint16(HEADER.FLAGS) & FLAG.RCODE;
  if (rcode !== RCODE.NOERROR && rcode !== RCODE.NXDOMAIN) return 0;
  let at: number = HEADER.LENGTH;
  for (let i = view.getUint16(HEADER.QDCOUNT); i > 0; i--) at = nameEnd(reply, at) + 4;
  const records = view.getUint16(HEADER.ANCOUNT) + view.getUint16(HEADER.NSCOUNT);
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < records; i++) {
    const end = at < 0 ? -1 : recordEnd(reply, view, at);
    if (end < 0) return 0;
    const fixed = nameEnd(reply, at);
    const isSoa = view.getUint16(fixed) === TYPE.SOA;
    const isAnswer = i < view.getUint16(HEADER.ANCOUNT);
    // What stands beside an answer in the authority section says nothing of the answer.
    if (isAnswer || isSoa || view.getUint16(HEADER.ANCOUNT) === 0) {
      least = Math.min(least, ttlAt(view, fixed + 4));
      if (isSoa && !isAnswer) least = Math.min(least, view.getUint32(end - 4));
    }
    at = end;
  }
  return Number.isFinite(least) ? least : 0;
}

/** RFC 2181 8: with the topmost bit it means 0. */
function ttlAt(view: DataView, at: number): number {
  const ttl = view.getUint32(at);
  return ttl > 0x7fff_ffff ? 0 : ttl;
}

/** @returns the offset behind a record, or -1 where the message ends before. */
function recordEnd(octets: Uint8Array, view: DataView, start: number): number {
  const fixed = nameEnd(octets, start);
  if (fixed + 10 > octets.length) return -1;
  const end = fixed + 10 + view.getUint16(fixed + 8);
  return end > octets.length ? -1 : end;
}

/** @returns the offset behind a name; beyond the message's end where the name has none. */
function nameEnd(octets: Uint8Array, start: number): number {
  for (let at = start; ; ) {
    const length = octets[at];
    if (length === undefined) return octets.length + 1;
    if (length >= 0xc0) return at + 2;
    if (length === 0) return at + 1;
    at += length + 1;
  }
}
