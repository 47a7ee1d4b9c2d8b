// Checks a reply against what was asked. Whatever holds for every reply of an authoritative server
// is checked here once, so that each case states only what is its own.

import {
  CLASS,
  type Message,
  parseMessage,
  presentOctets,
  presentQuestion,
  presentRdata,
  presentRecord,
  RCODE,
  type RcodeMnemonic,
  rcodeName,
  sameName,
  TYPE,
} from '../../support/dns/index.ts';

/** TTL of the records that the fixture's objects make, in seconds. */
export const FIXTURE_TTL = 30;

export interface Expected {
  readonly rcode: RcodeMnemonic;
  /** AA; when left out, set for NOERROR and NXDOMAIN and clear for everything else. */
  readonly aa?: boolean;
  /** Where the CNAMEs at the head of the answer lead, in order, from QNAME on. None by default. */
  readonly via?: readonly string[];
  /** RDATA of the rest, in any order, each of QTYPE and owned by the last of them. Empty by default. */
  readonly answer?: readonly string[];
  /** The zone whose SOA, and nothing else, is in the authority section. */
  readonly negative?: string;
}

/** The reply is not the one that the RFC asks for; the message shows both. */
export class WrongReply extends Error {
  override readonly name = 'WrongReply';
}

/**
 * Parses the reply strictly, compares it with `expected`, and returns it for further checks: TC is
 * clear, other flags are copied or clear, and an OPT is there exactly if the query has one.
 * Throws WrongReply with every difference, the query and the reply.
 */
export const checkReply = (sent: Uint8Array, got: Uint8Array, expected: Expected): Message => {
  const reply = parseReply(sent, got);
  const query = parsedQuery(sent);
  const wrong = [
    ...checkHeader(sent, reply, expected),
    ...(query === undefined ? [] : checkEcho(query, reply)),
    ...checkAnswer(reply, expected),
    ...checkAuthority(reply, expected),
  ];
  if (wrong.length > 0) fail(wrong.join('\n'), sent, got);
  return reply;
};

/** Parses a reply; what is malformed about it becomes a WrongReply that shows its octets. */
export const parseReply = (sent: Uint8Array, got: Uint8Array): Message => {
  try {
    return parseMessage(got);
  } catch (error) {
    return fail(String(error), sent, got);
  }
};

/** Throws WrongReply with the reason and both messages. */
export const fail = (reason: string, sent: Uint8Array, got: Uint8Array): never => {
  throw new WrongReply(
    `${reason}\n\nasked:\n${presentOctets(sent)}\n\nreplied:\n${presentOctets(got)}`,
  );
};

const parsedQuery = (sent: Uint8Array): Message | undefined => {
  try {
    return parseMessage(sent);
  } catch {
    return undefined;
  }
};

const checkHeader = (sent: Uint8Array, reply: Message, expected: Expected): string[] => {
  const header = Buffer.from(sent);
  const opcode = (header.readUInt8(2) >> 3) & 0xf;
  const asked = header.readUInt8(2) & 1 ? ['rd'] : [];
  const aa = expected.aa ?? (expected.rcode === 'NOERROR' || expected.rcode === 'NXDOMAIN');
  const flags = ['qr', ...(aa ? ['aa'] : []), ...asked].join(' ');
  const wrong: string[] = [];
  if (reply.id !== header.readUInt16BE(0)) wrong.push('the ID is another');
  if (reply.opcode !== opcode) wrong.push(`opcode ${reply.opcode}, not ${opcode}`);
  if (reply.rcode !== RCODE[expected.rcode]) {
    wrong.push(`RCODE ${rcodeName(reply.rcode)}, not ${expected.rcode}`);
  }
  if (reply.flags !== flags) wrong.push(`flags '${reply.flags}', not '${flags}'`);
  return wrong;
};

const checkEcho = (query: Message, reply: Message): string[] => {
  const wrong: string[] = [];
  const asked = query.question.map(presentQuestion).join(', ');
  const echoed = reply.question.map(presentQuestion).join(', ');
  if (query.question.length === 1 && asked !== echoed) {
    wrong.push(`question '${echoed}', not '${asked}'`);
  }
  const wantsOpt = query.edns !== undefined;
  if ((reply.edns !== undefined) !== wantsOpt) wrong.push(wantsOpt ? 'no OPT' : 'an OPT');
  if (reply.edns !== undefined && reply.edns.version !== 0) {
    wrong.push(`EDNS version ${reply.edns.version}`);
  }
  return wrong;
};

const checkAnswer = (reply: Message, { via = [], answer = [] }: Expected): string[] => {
  const asked = reply.question[0];
  const [chain, rest] = [reply.answer.slice(0, via.length), reply.answer.slice(via.length)];
  const wrong: string[] = [];
  const links = chain.map(({ rdata }) => presentRdata(rdata));
  if (links.join() !== via.join()) wrong.push(`chain '${links.join()}', not '${via.join()}'`);
  const got = rest.map(({ rdata }) => presentRdata(rdata)).sort();
  if (got.join('\n') !== [...answer].sort().join('\n')) {
    wrong.push(`answer '${got.join(', ')}', not '${answer.join(', ')}'`);
  }
  const names = [asked?.name, ...via];
  for (const [index, record] of reply.answer.entries()) {
    const isLink = index < via.length;
    const isMeant =
      record.name === names[isLink ? index : via.length] &&
      record.type === (isLink ? TYPE.CNAME : asked?.type) &&
      record.class === CLASS.IN;
    if (!isMeant) wrong.push(`not of the question: ${presentRecord(record)}`);
  }
  return wrong;
};

/** In a positive answer the authority section may be empty or hold the zone's NS RRset. */
const checkAuthority = ({ authority }: Message, { negative }: Expected): string[] => {
  if (negative === undefined) {
    const stray = authority.filter(({ type }) => type !== TYPE.NS);
    return stray.map((record) => `in the authority section: ${presentRecord(record)}`);
  }
  const soa = authority[0];
  if (authority.length !== 1 || soa?.rdata.kind !== 'SOA' || !sameName(soa.name, negative)) {
    return [`the authority section is not the SOA of ${negative}`];
  }
  return soa.ttl > soa.rdata.minimum ? [`negative TTL ${soa.ttl} above MINIMUM`] : [];
};
