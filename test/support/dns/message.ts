// Replies as plain objects, parsed as strictly as the RFCs allow.

import { TYPE } from './codes.ts';
import { FLAG_BITS } from './query.ts';
import { type Rdata, readRdata } from './rdata.ts';
import { MalformedMessage, Reader } from './reader.ts';

export interface Question {
  readonly name: string;
  readonly type: number;
  readonly class: number;
}

export interface ResourceRecord {
  /** Owner name in presentation format, case kept. */
  readonly name: string;
  readonly type: number;
  readonly class: number;
  /** Seconds. */
  readonly ttl: number;
  readonly rdata: Rdata;
}

export interface ParsedOption {
  readonly code: number;
  readonly data: Uint8Array;
}

/** The OPT pseudo-RR of a reply. */
export interface Edns {
  readonly udpSize: number;
  readonly version: number;
  readonly dnssecOk: boolean;
  /** The 15 flag bits beside DO, all of which must be zero today. */
  readonly flags: number;
  readonly options: readonly ParsedOption[];
  /** Extended DNS Errors (RFC 8914) among the options. */
  readonly errors: readonly { readonly code: number; readonly text: string }[];
}

export interface Message {
  readonly id: number;
  readonly opcode: number;
  /** With the upper eight bits that an OPT brings (RFC 6891 6.1.3). */
  readonly rcode: number;
  /** The flags that are set, in header order: `qr aa rd`. */
  readonly flags: string;
  readonly question: readonly Question[];
  readonly answer: readonly ResourceRecord[];
  readonly authority: readonly ResourceRecord[];
  /** Without the OPT, which is in `edns`. */
  readonly additional: readonly ResourceRecord[];
  readonly edns: Edns | undefined;
  /** Octets on the wire. */
  readonly size: number;
}

/**
 * Parses one whole message; throws MalformedMessage for a pointer that is not backwards, a count
 * that is not true, RDATA that does not fill its RDLENGTH, a TTL with its top bit set (RFC 2181 8),
 * a misplaced or second OPT, and for octets left over.
 */
export const parseMessage = (octets: Uint8Array): Message => {
  const reader = new Reader(octets);
  const id = reader.u16();
  const bits = reader.u16();
  const counts = [reader.u16(), reader.u16(), reader.u16(), reader.u16()] as const;
  const question = times(counts[0], () => readQuestion(reader));
  const answer = times(counts[1], () => readRecord(reader));
  const authority = times(counts[2], () => readRecord(reader));
  const opts: Opt[] = [];
  const additional = times(counts[3], () => readAdditional(reader, opts)).filter(
    (record) => record !== undefined,
  );
  if (reader.at !== reader.end) {
    throw new MalformedMessage(`${reader.end - reader.at} octets after the last record`);
  }
  if (opts.length > 1) throw new MalformedMessage(`${opts.length} OPT records (RFC 6891 6.1.1)`);
  const opt = opts[0];
  return {
    id,
    opcode: (bits >> 11) & 0xf,
    rcode: ((opt?.extendedRcode ?? 0) << 4) | (bits & 0xf),
    flags: Object.entries(FLAG_BITS)
      .filter(([, bit]) => (bits & bit) !== 0)
      .map(([flag]) => flag)
      .join(' '),
    question,
    answer,
    authority,
    additional,
    edns: opt?.edns,
    size: octets.length,
  };
};

interface Opt {
  readonly extendedRcode: number;
  readonly edns: Edns;
}

const OPTION_EDE = 15;

const times = <T>(count: number, read: () => T): T[] => Array.from({ length: count }, read);

const readQuestion = (reader: Reader): Question => ({
  name: reader.name('compressed'),
  type: reader.u16(),
  class: reader.u16(),
});

const readRecord = (reader: Reader): ResourceRecord => {
  const name = reader.name('compressed');
  const type = reader.u16();
  if (type === TYPE.OPT) throw new MalformedMessage('OPT outside the additional section');
  return readRest(reader, name, type);
};

const readAdditional = (reader: Reader, opts: Opt[]): ResourceRecord | undefined => {
  const name = reader.name('compressed');
  const type = reader.u16();
  if (type !== TYPE.OPT) return readRest(reader, name, type);
  if (name !== '.') throw new MalformedMessage(`OPT owned by ${name} (RFC 6891 6.1.2)`);
  opts.push(readOpt(reader));
  return undefined;
};

const readRest = (reader: Reader, name: string, type: number): ResourceRecord => {
  const rrclass = reader.u16();
  const ttl = reader.u32();
  if (ttl > 0x7fffffff) throw new MalformedMessage(`TTL ${ttl} of ${name} (RFC 2181 8)`);
  const end = rdataEnd(reader);
  const rdata = readRdata(reader, type, end);
  if (reader.at !== end) {
    throw new MalformedMessage(`RDATA of ${name} ends at ${reader.at}, RDLENGTH says ${end}`);
  }
  return { name, type, class: rrclass, ttl, rdata };
};

const readOpt = (reader: Reader): Opt => {
  const udpSize = reader.u16();
  const extendedRcode = reader.u8();
  const version = reader.u8();
  const bits = reader.u16();
  const end = rdataEnd(reader);
  const options: ParsedOption[] = [];
  while (reader.at < end) options.push({ code: reader.u16(), data: reader.octets(reader.u16()) });
  if (reader.at !== end) throw new MalformedMessage('an EDNS option runs past the OPT');
  const errors = options
    .filter((option) => option.code === OPTION_EDE)
    .map(({ data }) => ({
      code: Buffer.from(data).readUInt16BE(0),
      text: Buffer.from(data).toString('utf8', 2),
    }));
  const dnssecOk = (bits & 0x8000) !== 0;
  return {
    extendedRcode,
    edns: { udpSize, version, dnssecOk, flags: bits & 0x7fff, options, errors },
  };
};

const rdataEnd = (reader: Reader): number => {
  const length = reader.u16();
  if (reader.at + length > reader.end) {
    throw new MalformedMessage(`RDLENGTH ${length} at ${reader.at - 2} runs past the message`);
  }
  return reader.at + length;
};
