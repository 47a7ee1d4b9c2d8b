// What holds of every reply of ours to any octets whatever, read by a parser that is not the server's.

import { presentRecord } from './format.ts';
import { type Message, parseMessage } from './message.ts';
import { MalformedMessage } from './reader.ts';

const HEADER = 12;
/** The least that anybody takes over UDP (RFC 1035 4.2.1). */
const PLAIN = 512;
const [QR, OPCODE, TC, RD, RA, Z, AD, CD] = [
  ...[0x8000, 0x7800, 0x0200, 0x0100, 0x0080, 0x0040, 0x0020, 0x0010],
] as [number, number, number, number, number, number, number, number];
const NXDOMAIN = 3;

/** A reply does not keep to what all replies keep to. */
export class UnlawfulReply extends Error {
  override readonly name = 'UnlawfulReply';
}

/**
 * Throws UnlawfulReply or MalformedMessage for what no reply may be.
 *
 * @param sent any octets, long enough for a header and without QR: others get no reply.
 * @param udpLimit the most octets over UDP, whatever the client offers; absent: the reply came over a stream.
 * @returns the reply as it was read, and what was sent, if that was well formed.
 */
export const obeyLaws = (
  sent: Uint8Array,
  reply: Uint8Array,
  udpLimit: number | undefined,
): { reply: Message; sent: Message | undefined } => {
  const [asked, said] = [viewOf(sent), viewOf(reply)];
  demand(sent.length >= HEADER && (asked.getUint16(2) & QR) === 0, 'no reply was due');
  const message = parseMessage(reply);
  const query = parseLeniently(sent);
  demand(said.getUint16(0) === asked.getUint16(0), 'another ID');
  const [from, flags] = [asked.getUint16(2), said.getUint16(2)];
  demand((flags & QR) !== 0, 'QR is not set');
  demand(((flags ^ from) & OPCODE) === 0, 'another opcode');
  // What RD means with another opcode is for that one to say.
  const isRdFree = (flags & OPCODE) !== 0 && (flags & RD) === 0;
  demand(((flags ^ from) & RD) === 0 || isRdFree, 'RD is not as it was');
  demand((flags & (RA | Z | AD | CD)) === 0, 'RA, Z, AD or CD is set');
  demand(message.question.length <= 1, 'more than one question');
  if (message.question.length === 1) {
    const end = endOfQuestion(reply);
    demand(end <= sent.length, 'a question that was not asked');
    demand(sameOctets(sent, reply, HEADER, end), 'the question is not as it was asked');
  }
  if (query !== undefined) {
    demand((message.edns === undefined) === (query.edns === undefined), 'EDNS to whom has none');
    const isWhole = query.question.length === 1;
    demand(!isWhole || message.question.length === 1, 'the question is missing');
  }
  const { edns } = message;
  if (edns !== undefined) {
    demand(edns.version === 0, 'an EDNS version that is not ours');
    demand(edns.flags === 0, 'EDNS flags that mean nothing');
    const codes = edns.options.map(({ code }) => code);
    demand(new Set(codes).size === codes.length, 'an EDNS option twice');
    if (query?.edns !== undefined) {
      demand(edns.dnssecOk === query.edns.dnssecOk, 'DO is not as it was (RFC 3225 3)');
    }
  }
  obeySizes(reply, flags, query, udpLimit);
  obeySections(message);
  return { reply: message, sent: query };
};

const obeySizes = (
  reply: Uint8Array,
  flags: number,
  query: Message | undefined,
  udpLimit: number | undefined,
): void => {
  if (udpLimit === undefined) {
    demand((flags & TC) === 0, 'TC over a stream');
    return;
  }
  // Where what was sent can't be read, neither can what its sender takes.
  const offered = query === undefined ? udpLimit : Math.max(query.edns?.udpSize ?? 0, PLAIN);
  const most = Math.min(offered, udpLimit);
  demand(reply.length <= most, `${reply.length} octets to whom takes ${most}`);
};

const obeySections = ({ rcode, answer, authority, additional }: Message): void => {
  const isAnswer = rcode === 0 || rcode === NXDOMAIN;
  const records = [...answer, ...authority, ...additional];
  demand(isAnswer || records.length === 0, `records with RCODE ${rcode}`);
  for (const section of [answer, authority, additional]) {
    // RFC 2181 5: no record twice; 5.2: one TTL for an RRset.
    const texts = section.map((record) => presentRecord(record).toLowerCase());
    demand(new Set(texts).size === texts.length, 'a record twice');
    const ttls = new Map<string, number>();
    for (const { name, type, class: rrclass, ttl } of section) {
      const key = `${name.toLowerCase()} ${rrclass} ${type}`;
      demand((ttls.get(key) ?? ttl) === ttl, `${key} has more than one TTL`);
      ttls.set(key, ttl);
    }
  }
};

/** Undefined for what a strict reader makes nothing of. */
export const parseLeniently = (octets: Uint8Array): Message | undefined => {
  try {
    return parseMessage(octets);
  } catch (error) {
    if (error instanceof MalformedMessage || error instanceof RangeError) return undefined;
    throw error;
  }
};

const demand = (condition: boolean, what: string): void => {
  if (!condition) throw new UnlawfulReply(what);
};

const viewOf = ({ buffer, byteOffset, length }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, length);

/** Of a reply that was parsed: a question that is one name, whole. */
const endOfQuestion = (reply: Uint8Array): number => {
  let at = HEADER;
  while ((reply[at] ?? 0) !== 0) at += (reply[at] ?? 0) + 1;
  return at + 5;
};

const sameOctets = (one: Uint8Array, other: Uint8Array, from: number, to: number): boolean => {
  for (let at = from; at < to; at++) if (one[at] !== other[at]) return false;
  return true;
};
