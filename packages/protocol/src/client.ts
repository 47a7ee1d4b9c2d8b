import { CLASS, EDE, EDNS_OPTION, LIMIT, TYPE } from './constants.ts';
import { composeOpt, OPT_LENGTH } from './edns.ts';
import { FLAG, HEADER } from './header.ts';

/**
 * The client's side of DNS, for tools: a question composed, its reply read whole. Not for the query path.
 */

/** One record of a reply. */
export interface ReplyRecord {
  /** Owner name in wire format, case as received. */
  readonly name: Uint8Array;
  readonly type: number;
  readonly class: number;
  /** Seconds. */
  readonly ttl: number;
  /** Names in it are whole. */
  readonly rdata: Uint8Array;
}

export interface Reply {
  readonly id: number;
  /** FLAG.* of the header. */
  readonly flags: number;
  /** All twelve bits. */
  readonly rcode: number;
  readonly answer: readonly ReplyRecord[];
  readonly authority: readonly ReplyRecord[];
  /** Without the OPT record. */
  readonly additional: readonly ReplyRecord[];
  /** INFO-CODE of the first Extended DNS Error (RFC 8914), or EDE.NONE. */
  readonly ede: number;
}

/** @param name in wire format. @returns a query with an OPT record, without flags. */
export function composeQuestion(name: Uint8Array, type: number, id: number): Uint8Array {
  const end = HEADER.LENGTH + name.length + 4;
  const message = new Uint8Array(end + OPT_LENGTH);
  const view = new DataView(message.buffer);
  view.setUint16(HEADER.ID, id);
  view.setUint16(HEADER.QDCOUNT, 1);
  view.setUint16(HEADER.ARCOUNT, 1);
  message.set(name, HEADER.LENGTH);
  view.setUint16(end - 4, type);
  view.setUint16(end - 2, CLASS.IN);
  composeOpt(message, view, end, LIMIT.UDP_EDNS, 0, false);
  return message;
}

/** Reads a message that came in reply; undefined where it is malformed. */
export function parseReply(octets: Uint8Array): Reply | undefined {
  const reader = new ReplyReader(octets);
  const reply = reader.reply();
  return reader.isMalformed ? undefined : reply;
}

const NO_OCTETS: Uint8Array = new Uint8Array(0);

/** Never throws: once something is wrong, every further read gives zeros or nothing. */
class ReplyReader {
  private readonly octets: Uint8Array;
  private readonly view: DataView;
  isMalformed = false;
  private at = 0;

  constructor(octets: Uint8Array) {
    this.octets = octets;
    this.view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  }

  reply(): Reply {
    const [id, flags, questions, answers, authorities, additionals] = [
      ...[this.u16(), this.u16(), this.u16(), this.u16(), this.u16(), this.u16()],
    ] as [number, number, number, number, number, number];
    for (let i = 0; i < questions && !this.isMalformed; i++) {
      this.name();
      this.skip(4);
    }
    const answer = this.records(answers);
    const authority = this.records(authorities);
    const all = this.records(additionals);
    if (this.at !== this.octets.length) this.isMalformed = true;
    const opt = all.find(({ type }) => type === TYPE.OPT);
    const extended = opt === undefined ? 0 : (opt.ttl >>> 24) << 4;
    return {
      ...{ id, flags, answer, authority },
      rcode: extended | (flags & FLAG.RCODE),
      additional: all.filter((record) => record !== opt),
      ede: opt === undefined ? EDE.NONE : firstError(opt.rdata),
    };
  }

  private records(count: number): ReplyRecord[] {
    const records: ReplyRecord[] = [];
    for (let i = 0; i < count && !this.isMalformed; i++) records.push(this.record());
    return records;
  }

  private record(): ReplyRecord {
    const name = this.name();
    const type = this.u16();
    const [recordClass, ttl, length] = [this.u16(), 65_536 * this.u16() + this.u16(), this.u16()];
    const end = this.at + length;
    if (end > this.octets.length) this.isMalformed = true;
    const rdata = this.rdata(type, end);
    if (this.at !== end) this.isMalformed = true;
    return { name, type, class: recordClass, ttl, rdata };
  }

  private rdata(type: number, end: number): Uint8Array {
    const names = NAMES[type];
    if (names === undefined) return this.take(end - this.at);
    const parts: Uint8Array[] = [this.take(names.before)];
    for (let i = 0; i < names.count; i++) parts.push(this.name());
    parts.push(this.take(end - this.at));
    return Uint8Array.from(Buffer.concat(parts));
  }

  private name(): Uint8Array {
    const labels: Uint8Array[] = [];
    let length = 1;
    let at = this.at;
    let behind = -1;
    for (;;) {
      const head = this.octets[at];
      if (head === undefined) return this.noName();
      if (head >= 0xc0) {
        if (behind < 0) behind = at + 2;
        const to = ((head & 0x3f) << 8) | (this.octets[at + 1] ?? 0xff);
        // Only back, so that it ends (RFC 1035 4.1.4: a prior occurrence).
        if (to >= at || to < HEADER.LENGTH) return this.noName();
        at = to;
        continue;
      }
      if (head > LIMIT.LABEL || at + head >= this.octets.length) return this.noName();
      if (head === 0) break;
      labels.push(this.octets.subarray(at, at + 1 + head));
      length += 1 + head;
      if (length > LIMIT.NAME) return this.noName();
      at += 1 + head;
    }
    this.at = behind < 0 ? at + 1 : behind;
    const name = new Uint8Array(length);
    let to = 0;
    for (const label of labels) {
      name.set(label, to);
      to += label.length;
    }
    return name;
  }

  private noName(): Uint8Array {
    this.isMalformed = true;
    return NO_OCTETS;
  }

  private u16(): number {
    this.skip(2);
    return this.isMalformed ? 0 : this.view.getUint16(this.at - 2);
  }

  private take(length: number): Uint8Array {
    this.skip(length);
    return this.isMalformed ? NO_OCTETS : this.octets.slice(this.at - length, this.at);
  }

  private skip(length: number): void {
    if (length < 0 || this.at + length > this.octets.length) this.isMalformed = true;
    if (!this.isMalformed) this.at += length;
  }
}

/** Where names may be compressed: how many, behind how many octets. `compressibleNames` has the same types. */
const NAMES: Readonly<Record<number, { readonly before: number; readonly count: number }>> = {
  [TYPE.NS]: { before: 0, count: 1 },
  [TYPE.CNAME]: { before: 0, count: 1 },
  [TYPE.PTR]: { before: 0, count: 1 },
  [TYPE.MX]: { before: 2, count: 1 },
  [TYPE.SOA]: { before: 0, count: 2 },
};

function firstError(options: Uint8Array): number {
  const view = new DataView(options.buffer, options.byteOffset, options.length);
  for (let at = 0; at + 4 <= options.length; at += 4 + view.getUint16(at + 2)) {
    const isError = view.getUint16(at) === EDNS_OPTION.EDE && view.getUint16(at + 2) >= 2;
    if (isError && at + 6 <= options.length) return view.getUint16(at + 4);
  }
  return EDE.NONE;
}
