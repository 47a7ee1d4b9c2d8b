// Queries put together octet by octet, so that a test can send what no library would.

import { randomInt } from 'node:crypto';
import { CLASS, classNumber, OPCODE, TYPE, typeNumber } from './codes.ts';
import { composeName } from './names.ts';

/** A question; `name` is presentation format, or octets that are sent as they stand. */
export interface QuestionSpec {
  readonly name: string | Uint8Array;
  readonly type: number;
  readonly class: number;
}

export interface EdnsOption {
  readonly code: number;
  readonly data: Uint8Array;
}

/** An OPT pseudo-RR (RFC 6891 6.1.2); what is left out is a plain EDNS(0) of 1232 octets. */
export interface EdnsSpec {
  readonly udpSize?: number;
  readonly version?: number;
  readonly extendedRcode?: number;
  readonly dnssecOk?: boolean;
  /** The 15 flag bits beside DO. */
  readonly flags?: number;
  readonly options?: readonly EdnsOption[];
  /** Octets of an owner name in place of the root. */
  readonly owner?: Uint8Array;
  /** RDATA in place of the composed options. */
  readonly rdata?: Uint8Array;
  /** An RDLENGTH that need not be true. */
  readonly rdlength?: number;
}

type HeaderFlag = 'qr' | 'aa' | 'tc' | 'rd' | 'ra' | 'z' | 'ad' | 'cd';

/** Where each flag lives in the second 16 bits of the header (RFC 1035 4.1.1, RFC 4035 3). */
export const FLAG_BITS: Readonly<Record<HeaderFlag, number>> = {
  qr: 0x8000,
  aa: 0x0400,
  tc: 0x0200,
  rd: 0x0100,
  ra: 0x0080,
  z: 0x0040,
  ad: 0x0020,
  cd: 0x0010,
};

/** A whole query. What is left out is an ordinary one: random ID, QUERY, RD clear, counts true. */
export interface QuerySpec {
  readonly id?: number;
  readonly opcode?: number;
  /** Header flags that are set, separated by spaces: `rd ad`. */
  readonly flags?: string;
  readonly rcode?: number;
  readonly questions?: readonly QuestionSpec[];
  /** Records in wire format for the three other sections. */
  readonly answer?: readonly Uint8Array[];
  readonly authority?: readonly Uint8Array[];
  readonly additional?: readonly Uint8Array[];
  readonly edns?: EdnsSpec | readonly EdnsSpec[];
  /** Counts that need not be true. */
  readonly counts?: Partial<Record<'qd' | 'an' | 'ns' | 'ar', number>>;
  /** Octets after the last record. */
  readonly trailing?: Uint8Array;
}

/** Reads `www.example.com. A` or `www.example.com. CH TXT` (class IN when it is not named). */
export const question = (text: string): QuestionSpec => {
  const [name, ...words] = text.split(' ');
  const type = words.pop();
  if (name === undefined || type === undefined || words.length > 1) {
    throw new RangeError(`not a question: ${text}`);
  }
  const qclass = words[0] === undefined ? CLASS.IN : classNumber(words[0]);
  return { name, type: typeNumber(type), class: qclass };
};

/** Composes a query into octets of its own. */
export const composeQuery = (spec: QuerySpec): Buffer => {
  const questions = spec.questions ?? [];
  const answer = spec.answer ?? [];
  const authority = spec.authority ?? [];
  const opts = [spec.edns ?? []].flat().map(composeOpt);
  const additional = [...(spec.additional ?? []), ...opts];
  const header = Buffer.alloc(12);
  header.writeUInt16BE(spec.id ?? randomInt(0x10000), 0);
  header.writeUInt16BE(headerFlags(spec), 2);
  header.writeUInt16BE(spec.counts?.qd ?? questions.length, 4);
  header.writeUInt16BE(spec.counts?.an ?? answer.length, 6);
  header.writeUInt16BE(spec.counts?.ns ?? authority.length, 8);
  header.writeUInt16BE(spec.counts?.ar ?? additional.length, 10);
  return Buffer.concat([
    header,
    ...questions.map(composeQuestion),
    ...answer,
    ...authority,
    ...additional,
    spec.trailing ?? Buffer.alloc(0),
  ]);
};

/** A query for one question, `www.example.com. A`, with whatever else the test asks for. */
export const query = (text: string, rest: Omit<QuerySpec, 'questions'> = {}): Buffer =>
  composeQuery({ ...rest, questions: [question(text)] });

/** Composes a record into wire format; `owner` and RDATA are octets. */
export const composeRecord = (
  owner: Uint8Array,
  type: number,
  rrclass: number,
  ttl: number,
  rdata: Uint8Array,
  rdlength: number = rdata.length,
): Buffer => {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(rrclass, 2);
  fixed.writeUInt32BE(ttl, 4);
  fixed.writeUInt16BE(rdlength, 8);
  return Buffer.concat([owner, fixed, rdata]);
};

const headerFlags = (spec: QuerySpec): number => {
  let bits = ((spec.opcode ?? OPCODE.QUERY) << 11) | (spec.rcode ?? 0);
  for (const flag of (spec.flags ?? '').split(' ').filter(Boolean)) {
    const bit = FLAG_BITS[flag as HeaderFlag];
    if (bit === undefined) throw new RangeError(`not a header flag: ${flag}`);
    bits |= bit;
  }
  return bits;
};

const composeQuestion = ({ name, type, class: qclass }: QuestionSpec): Buffer => {
  const fixed = Buffer.alloc(4);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(qclass, 2);
  return Buffer.concat([typeof name === 'string' ? composeName(name) : name, fixed]);
};

const composeOpt = (edns: EdnsSpec): Buffer => {
  const rdata = edns.rdata ?? Buffer.concat((edns.options ?? []).map(composeOption));
  const flags = (edns.dnssecOk === true ? 0x8000 : 0) | (edns.flags ?? 0);
  const ttl = (edns.extendedRcode ?? 0) * 0x1000000 + (edns.version ?? 0) * 0x10000 + flags;
  const owner = edns.owner ?? Uint8Array.of(0);
  return composeRecord(owner, TYPE.OPT, edns.udpSize ?? 1232, ttl, rdata, edns.rdlength);
};

const composeOption = ({ code, data }: EdnsOption): Buffer => {
  const fixed = Buffer.alloc(4);
  fixed.writeUInt16BE(code, 0);
  fixed.writeUInt16BE(data.length, 2);
  return Buffer.concat([fixed, data]);
};
