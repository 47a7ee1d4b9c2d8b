import { isEncrypted, TRANSPORT, type Transport } from '@seamark/matcher';
import {
  appendOption,
  appendPadding,
  COOKIE_LENGTH,
  composeOpt,
  composeSubnet,
  EDNS_OPTION,
  type EdnsOption,
  type ExtendedError,
  FLAG,
  HEADER,
  LIMIT,
  OPT_LENGTH,
  paddingLength,
  parseQuery,
  Query,
  readOptions,
  readSections,
  type ServerCookies,
  VERDICT,
  withoutOpt,
} from '@seamark/protocol';
import { PLAIN_REPLIES, type ReplySettings } from './reply-settings.ts';

/** A reply that is composed, and what counters and logs want to know of it. */
export interface ComposedReply {
  readonly octets: Uint8Array;
  /** All twelve bits. */
  readonly rcode: number;
  readonly truncated: boolean;
}

/** Records in wire format, names in them whole. */
export interface ReplySections {
  readonly answer: readonly Uint8Array[];
  readonly authority: readonly Uint8Array[];
  readonly additional: readonly Uint8Array[];
}

interface Counts {
  readonly answers: number;
  readonly authorities: number;
  readonly additionals: number;
}

/** What a client and a server say to each other alone (RFC 7873, RFC 7828, RFC 7830, RFC 5001 2), not through a third. */
const OF_ONE_HOP: readonly number[] = [
  EDNS_OPTION.COOKIE,
  EDNS_OPTION.TCP_KEEPALIVE,
  EDNS_OPTION.PADDING,
  EDNS_OPTION.NSID,
];

const NO_OPTION: Uint8Array = new Uint8Array(0);

const NO_COUNTS: Counts = { answers: 0, authorities: 0, additionals: 0 };

/**
 * A query that waits for its answer, and the replies that can be made of it: question and ID are the client's,
 * EDNS as it has it, a cookie where it gave one.
 */
export class PendingQuery {
  readonly query: Query = new Query();
  readonly octets: Uint8Array;
  readonly peer: Uint8Array;
  private readonly transport: Transport;
  private readonly view: DataView;
  private readonly cookies: ServerCookies | undefined;
  private readonly settings: ReplySettings;

  /**
   * @param octets a query that was parsed before, and found good.
   * @param peer 20 octets as @seamark/udp has them.
   * @param cookies absent: COOKIE options are ignored.
   */
  constructor(
    octets: Uint8Array,
    peer: Uint8Array,
    transport: Transport,
    cookies: ServerCookies | undefined,
    settings: ReplySettings = PLAIN_REPLIES,
  ) {
    this.octets = octets;
    this.peer = peer;
    this.transport = transport;
    this.cookies = cookies;
    this.settings = settings;
    this.view = new DataView(octets.buffer, octets.byteOffset, octets.length);
    const verdict = parseQuery(this.query, octets, this.view, 0, octets.length);
    if (verdict !== VERDICT.ANSWER) throw new Error(`a query of verdict ${verdict} was detoured`);
  }

  get isStream(): boolean {
    return this.transport !== TRANSPORT.UDP;
  }

  get id(): number {
    return this.view.getUint16(HEADER.ID);
  }

  /** The query as it goes to another server, with another ID. */
  compose(id: number): Uint8Array {
    const { query, octets } = this;
    const options = query.hasEdns ? passedOn(octets) : [];
    const opt = query.hasEdns ? OPT_LENGTH + sizeOf(options) : 0;
    const message = new Uint8Array(query.questionEnd + opt);
    const view = new DataView(message.buffer);
    message.set(octets.subarray(0, query.questionEnd));
    view.setUint16(HEADER.ID, id);
    view.setUint16(HEADER.FLAGS, query.flags & (FLAG.RD | FLAG.AD | FLAG.CD));
    view.setUint32(HEADER.ANCOUNT, 0);
    view.setUint16(HEADER.ARCOUNT, query.hasEdns ? 1 : 0);
    if (query.hasEdns) {
      const at = query.questionEnd;
      const end = composeOpt(message, view, at, this.udpRoom, 0, query.dnssecOk);
      putOptions(message, view, at, end, options);
    }
    return message;
  }

  /** Whether the reply has a cookie. */
  get givesCookie(): boolean {
    return this.query.cookieLength !== 0 && this.cookies !== undefined;
  }

  /** Whether the client brought a cookie of ours. */
  get isKnown(): boolean {
    const { query, cookies } = this;
    if (query.cookieLength === 0 || cookies === undefined) return false;
    return cookies.receive(this.view, query.cookieAt, query.cookieLength, this.peer);
  }

  /** A reply that says no more than that the client is to ask over TCP. */
  truncate(rcode: number): ComposedReply {
    const { octets, query } = this;
    return this.finish(octets, query.questionEnd, NO_COUNTS, FLAG.TC, rcode, []);
  }

  /** A reply without records. */
  error(rcode: number, error?: ExtendedError): ComposedReply {
    const options = this.ownOptions(error);
    return this.finish(this.octets, this.query.questionEnd, NO_COUNTS, 0, rcode, options);
  }

  /**
   * What another server said, passed on.
   *
   * @param reply a reply to {@link compose}, its ID and its question looked at.
   * @param keepsAuthority of a name in a zone of ours AA may stand: it is said in its place.
   * @returns undefined if it is malformed
   */
  passOn(reply: Uint8Array, keepsAuthority: boolean): ComposedReply | undefined {
    const view = new DataView(reply.buffer, reply.byteOffset, reply.length);
    const sections = readSections(reply);
    if (sections === undefined) return this.cutOff(view);
    const { opt } = sections;
    const rcode =
      (view.getUint16(HEADER.FLAGS) & FLAG.RCODE) |
      (opt === undefined ? 0 : view.getUint8(opt.at + 5) << 4);
    const options = opt === undefined ? [] : readOptions(reply, opt).filter(isPassedOn);
    const kept = FLAG.TC | FLAG.RA | FLAG.AD | (keepsAuthority ? FLAG.AA : 0);
    const flags = view.getUint16(HEADER.FLAGS) & kept;
    if (sections.questions === 0) {
      return this.finish(this.octets, this.query.questionEnd, NO_COUNTS, flags, rcode, options);
    }
    const body = withoutOpt(reply, sections);
    if (body === undefined) return undefined;
    return this.finish(body, body.length, sections, flags, rcode, options);
  }

  /** What a truncated reply is good for, wherever it ends: to be asked again over TCP. */
  private cutOff(reply: DataView): ComposedReply | undefined {
    if (reply.byteLength < HEADER.LENGTH) return undefined;
    const flags = reply.getUint16(HEADER.FLAGS);
    if ((flags & FLAG.TC) === 0) return undefined;
    const { octets, query } = this;
    const kept = flags & (FLAG.TC | FLAG.RA);
    return this.finish(octets, query.questionEnd, NO_COUNTS, kept, flags & FLAG.RCODE, []);
  }

  /** A reply of records that were made here. */
  records(
    { answer, authority, additional }: ReplySections,
    flags: number,
    rcode: number,
    error?: ExtendedError,
  ): ComposedReply {
    const question = this.octets.subarray(0, this.query.questionEnd);
    const all = Buffer.concat([question, ...answer, ...authority, ...additional]);
    const counts = {
      answers: answer.length,
      authorities: authority.length,
      additionals: additional.length,
    };
    return this.finish(all, all.length, counts, flags, rcode, this.ownOptions(error));
  }

  /** The options of a reply that was made here. */
  private ownOptions(error: ExtendedError | undefined): EdnsOption[] {
    const { query, view } = this;
    const options: EdnsOption[] = [];
    if (query.subnetLength !== 0) {
      // It holds for everybody, as what the snapshot has.
      const octets = composeSubnet(view, query.subnetAt, query.subnetLength);
      options.push({ code: EDNS_OPTION.CLIENT_SUBNET, octets });
    }
    if (error !== undefined) options.push({ code: EDNS_OPTION.EDE, octets: error.option });
    return options;
  }

  /** What a reply over UDP may have, as the responder has it (RFC 6891 6.2.3, RFC 9715). */
  private get udpRoom(): number {
    return Math.min(Math.max(this.query.udpSize, LIMIT.UDP_PLAIN), this.settings.udpLimit);
  }

  /** @param body header, question and records in its first `length` octets. */
  private finish(
    body: Uint8Array,
    length: number,
    counts: Counts,
    flags: number,
    rcode: number,
    options: readonly EdnsOption[],
  ): ComposedReply {
    const { query } = this;
    const room = this.isStream ? LIMIT.STREAM : this.udpRoom;
    const opt = query.hasEdns ? OPT_LENGTH + (this.givesCookie ? COOKIE_LENGTH : 0) : 0;
    const extra = query.hasEdns ? sizeOf(options) : 0;
    if (length + opt + extra > room) {
      // RFC 8914 3: no answer is truncated for the sake of an error's text.
      const needed = options.filter(({ code }) => code !== EDNS_OPTION.EDE);
      if (needed.length < options.length) {
        return this.finish(body, length, counts, flags, rcode, needed);
      }
      // Nothing of it: a part of an RRset is none (RFC 2181 9), and the client will ask over TCP.
      if (length > query.questionEnd) {
        const truncated = flags | FLAG.TC;
        return this.finish(this.octets, query.questionEnd, NO_COUNTS, truncated, rcode, options);
      }
      return this.finish(body, length, counts, flags, rcode, []);
    }
    // It takes no room from anything else.
    const said = query.asksNsid ? this.settings.nsid : undefined;
    const nsid =
      said !== undefined && length + opt + extra + said.length <= room ? said : NO_OPTION;
    const size = length + opt + extra + nsid.length;
    const isPadded = query.isPadded && isEncrypted(this.transport);
    const padding = isPadded ? paddingLength(size, room) : 0;
    const octets = new Uint8Array(size + padding);
    const view = new DataView(octets.buffer);
    octets.set(body.subarray(0, length));
    octets.set(this.octets.subarray(HEADER.LENGTH, query.questionEnd), HEADER.LENGTH);
    if (query.hasEdns) this.putOpt(octets, view, length, rcode, options, nsid);
    if (padding > 0) appendPadding(octets, view, length, size, padding);
    view.setUint16(HEADER.ID, this.id);
    const own = FLAG.QR | (query.flags & (FLAG.OPCODE | FLAG.RD | FLAG.CD));
    view.setUint16(HEADER.FLAGS, own | flags | (rcode & FLAG.RCODE));
    view.setUint16(HEADER.QDCOUNT, 1);
    view.setUint16(HEADER.ANCOUNT, counts.answers);
    view.setUint16(HEADER.NSCOUNT, counts.authorities);
    view.setUint16(HEADER.ARCOUNT, counts.additionals + (query.hasEdns ? 1 : 0));
    return { octets, rcode, truncated: (flags & FLAG.TC) !== 0 };
  }

  private putOpt(
    octets: Uint8Array,
    view: DataView,
    at: number,
    rcode: number,
    options: readonly EdnsOption[],
    nsid: Uint8Array,
  ): void {
    const { query, cookies } = this;
    let end = composeOpt(octets, view, at, this.settings.udpLimit, rcode, query.dnssecOk);
    if (query.cookieLength !== 0 && cookies !== undefined) {
      // A client that expects a cookie discards a reply without one (RFC 7873 5.3).
      cookies.receive(this.view, query.cookieAt, query.cookieLength, this.peer);
      end = cookies.append(view, at, end);
    }
    end = putOptions(octets, view, at, end, options);
    appendOption(octets, view, at, end, nsid);
  }
}

const isPassedOn = ({ code }: EdnsOption): boolean => !OF_ONE_HOP.includes(code);

function passedOn(octets: Uint8Array): EdnsOption[] {
  const opt = readSections(octets)?.opt;
  return opt === undefined ? [] : readOptions(octets, opt).filter(isPassedOn);
}

function sizeOf(options: readonly EdnsOption[]): number {
  return options.reduce((sum, { octets }) => sum + octets.length, 0);
}

/** Adds options to the OPT record from `opt` to `end`. @returns the offset behind it */
function putOptions(
  octets: Uint8Array,
  view: DataView,
  opt: number,
  end: number,
  options: readonly EdnsOption[],
): number {
  let at = end;
  for (const option of options) {
    octets.set(option.octets, at);
    at += option.octets.length;
  }
  view.setUint16(opt + 9, at - (opt + OPT_LENGTH));
  return at;
}
