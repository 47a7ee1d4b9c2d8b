// Query path: nothing here allocates, throws or waits. Bench: bench/micro/answer.ts.
import {
  CLASS,
  type ExtendedError,
  FLAG,
  HEADER,
  LIMIT,
  OPCODE,
  parseQuery,
  Query,
  RCODE,
  type ServerCookies,
  TYPE,
  VERDICT,
  type Verdict,
} from '@seamark/protocol';
import { GLUE, NODE, OUTER_POINTER, POINTER_MASK, type SnapshotReader } from '@seamark/snapshot';
import { Chain } from './chain.ts';
import type { Client } from './client.ts';
import { copy } from './copy.ts';
import { DETOUR, type Detour, type Detours } from './detours.ts';
import { ERROR } from './extended-errors.ts';
import { Lookup, MATCH } from './lookup.ts';
import { ReplyEdns } from './reply-edns.ts';
import type { AnswerSettings } from './settings/answer-settings.ts';
import { ACCESS, type Access, BlockTable } from './settings/block-table.ts';
import { ChaosRecords, composeNsid, MINIMAL_ANY, type OwnRecords } from './settings/own-records.ts';

/** What `Responder.answer` returns instead of a length where the answer is to be had elsewhere. */
export const DETOURED = -1;

/** How a message came, for what differs: the room that its reply has, and whether it may be padded. */
export const TRANSPORT = { UDP: 0, STREAM: 1, TLS: 2, HTTPS: 3 } as const;
export type Transport = (typeof TRANSPORT)[keyof typeof TRANSPORT];

/** Whether nobody on the way can read it; padding elsewhere would be of no use (RFC 7830 6). */
export function isEncrypted(transport: Transport): boolean {
  return transport >= TRANSPORT.TLS;
}

/** In place of an entry of the snapshot: {@link MINIMAL_ANY}. */
const HINFO_ENTRY = -1;
/** In place of an offset: there is to be no reply. */
const NO_REPLY = -2;

export interface ResponderOptions extends AnswerSettings {
  /**
   * The most octets of a reply over UDP, and the payload size that replies announce (RFC 9715: what
   * passes unfragmented).
   */
  readonly udpLimit?: number;
  /** Without them COOKIE options are ignored (RFC 7873 5.2). Not to be shared with another responder. */
  readonly cookies?: ServerCookies;
}

/** What is made of a message that has a reply. */
type Replied = Exclude<Verdict, typeof VERDICT.DROP>;

/** Not all of the zone is known. */
const ZONE_MISSING: number = NODE.ZONE_UNSYNCED | NODE.ZONE_PARTIAL | NODE.ZONE_PARTIAL_PTR;

/**
 * Answers questions from a snapshot, in place: the reply is composed over the query, whose question
 * it keeps as it is, case included (0x20). One per thread. What it made of the last message stays
 * readable in its fields, for counters and logs.
 */
export class Responder {
  readonly query: Query = new Query();
  /** The RCODE of the last reply, all twelve bits. */
  rcode: number = RCODE.NOERROR;
  /** The last reply was truncated. */
  truncated = false;
  /**
   * The last query brought a server cookie of ours: its sender can be reached at the address that it came
   * from, as over a stream.
   */
  hasGoodCookie = false;
  /** What a rule of access made of the last query; ALLOW where none did anything. */
  access: Access = ACCESS.ALLOW;
  /** Records in the answer section of the last reply. */
  answers = 0;
  /** Where the last name that was looked up led: QNAME's, or that of a CNAME's target. */
  readonly lookup: Lookup = new Lookup();
  /** The node that QNAME itself led to, when it was last looked up; 0 for none. */
  firstNode = 0;
  private readonly reader: SnapshotReader;
  private readonly chain = new Chain();
  private readonly udpLimit: number;
  private readonly requireCookie: boolean;
  private readonly blocks: BlockTable | undefined;
  private readonly chaos: ChaosRecords | undefined;
  /** Of the last query that had EDNS. */
  private readonly edns: ReplyEdns;
  /**
   * Which of several addresses comes first: pseudo-random, because a plain count goes by two for a client
   * that asks A and AAAA in turn, and would then always begin with the same one of two.
   */
  private turn = 1;
  private authorities = 0;
  private additionals = 0;
  private authoritative = false;
  private error: ExtendedError | undefined;
  /** Where in the memory the message begins. */
  private message = 0;
  /** Offset in the memory that the reply may grow to, the room of the OPT record taken off. */
  private limit = 0;
  private detours: Detours | undefined;
  private client: Client | undefined;

  constructor(reader: SnapshotReader, options: ResponderOptions = {}) {
    this.reader = reader;
    this.udpLimit = options.udpLimit ?? LIMIT.UDP_EDNS;
    this.requireCookie = options.requireCookie === true;
    const { blocks, chaos, nsid } = options;
    this.blocks = blocks === undefined ? undefined : new BlockTable(blocks);
    this.chaos = chaos === undefined ? undefined : new ChaosRecords(chaos);
    const ownNsid = nsid === undefined ? undefined : composeNsid(nsid);
    this.edns = new ReplyEdns(this.udpLimit, options.cookies, ownNsid);
  }

  /**
   * Answers the message of `length` octets at `offset` of `memory`.
   *
   * @param memory owned by the caller, read and overwritten from `offset` to `offset + capacity`.
   * @param view over the same octets as `memory`.
   * @param capacity octets that may be used from `offset`; at least `length`, 512 or more.
   * @param client asked only if the message has a cookie, there are rules of access, or a detour is not for everyone;
   *   without it no cookie is given, and there are no such rules.
   * @param detours what is answered elsewhere.
   * @returns the reply's length in octets; 0 if there is to be none; {@link DETOURED} if it is to be had elsewhere,
   *   with the message as it was: then `fail` may still make a reply of it.
   */
  answer(
    memory: Uint8Array,
    view: DataView,
    offset: number,
    length: number,
    capacity: number,
    transport: Transport,
    client?: Client,
    detours?: Detours,
  ): number {
    this.truncated = false;
    this.hasGoodCookie = false;
    this.access = ACCESS.ALLOW;
    this.detours = detours;
    this.client = client;
    const { query } = this;
    let verdict = parseQuery(query, memory, view, offset, length);
    if (verdict === VERDICT.DROP) return 0;

    this.answers = 0;
    this.authorities = 0;
    this.additionals = 0;
    this.authoritative = false;
    this.error = undefined;
    this.message = offset;
    this.setLimit(offset, capacity, transport);
    // Before anything is written: the answer will lie where the options lie.
    if (query.hasEdns) verdict = this.receiveEdns(view, verdict, transport, client);
    let at = offset + query.questionEnd;
    switch (verdict) {
      case VERDICT.ANSWER:
        if (this.blocks === undefined) at = this.resolve(view, at);
        else at = this.resolveInBlock(view, at, this.blocks, client);
        // A length that is negative, of a message in memory whose offsets are not.
        if (at < 0) return at === DETOURED ? DETOURED : 0;
        break;
      case VERDICT.FORMERR:
        this.rcode = RCODE.FORMERR;
        break;
      case VERDICT.NOTIMP:
        this.rcode = RCODE.NOTIMP;
        this.error = ERROR.OPCODE;
        break;
      case VERDICT.BADVERS:
        this.rcode = RCODE.BADVERS;
        break;
      case VERDICT.COOKIE:
        this.rcode = this.judgeCookie();
        break;
      default:
        verdict satisfies never;
    }
    return this.finish(memory, view, offset, at);
  }

  /**
   * SERVFAIL to the message that `answer` has just said is to be answered elsewhere.
   *
   * @returns the reply's length in octets.
   */
  fail(memory: Uint8Array, view: DataView, offset: number): number {
    this.rcode = RCODE.SERVFAIL;
    this.error = ERROR.BUSY;
    return this.finish(memory, view, offset, offset + this.query.questionEnd);
  }

  /** Whether the reply brings a cookie that its client does not have yet. */
  get givesCookie(): boolean {
    return this.query.hasEdns && this.edns.hasCookie && !this.hasGoodCookie;
  }

  /**
   * Nothing but question and header, TC or an RCODE in it, in place of the reply that `answer` has just made: never
   * twice as long as the query.
   *
   * @param rcode absent: TC, with the RCODE that there was.
   * @returns the reply's length in octets.
   */
  shorten(memory: Uint8Array, view: DataView, offset: number, rcode?: number): number {
    const { query } = this;
    this.answers = 0;
    this.authorities = 0;
    this.additionals = 0;
    this.error = undefined;
    this.truncated = rcode === undefined;
    if (rcode !== undefined) {
      this.rcode = rcode;
      this.authoritative = false;
    }
    // It may take 255 octets.
    query.asksNsid = false;
    return this.finish(memory, view, offset, offset + query.questionEnd);
  }

  /** @returns the verdict, or another one for the sake of an option. */
  private receiveEdns(
    view: DataView,
    verdict: Replied,
    transport: Transport,
    client: Client | undefined,
  ): Replied {
    const { query, edns } = this;
    edns.receive(query, view, client);
    this.hasGoodCookie = edns.hasGoodCookie;
    let found: Replied = verdict;
    if (verdict === VERDICT.ANSWER) {
      if (this.requireCookie && transport === TRANSPORT.UDP && this.givesCookie) {
        found = VERDICT.COOKIE;
      } else {
        edns.receiveSubnet(query, view);
        // RFC 7828 3.2.1: a client has no value to give.
        if (edns.idleTimeout >= 0 && query.keepaliveLength > 0) found = VERDICT.FORMERR;
      }
    }
    // Padding takes no room from the answer: it fills what is left.
    const isPadded = query.isPadded && isEncrypted(transport);
    edns.paddedTo = isPadded ? this.limit - this.message : 0;
    this.limit -= edns.reserved;
    return found;
  }

  /** RFC 7873 5.4: nothing but a cookie is asked for, or about; or 5.2.3, where one is required. */
  private judgeCookie(): number {
    if (!this.edns.hasCookie) return RCODE.FORMERR;
    if (this.hasGoodCookie) return RCODE.NOERROR;
    const isFirst = this.query.cookieLength === LIMIT.CLIENT_COOKIE;
    return isFirst && !this.query.hasQuestion ? RCODE.NOERROR : RCODE.BADCOOKIE;
  }

  private setLimit(offset: number, capacity: number, transport: Transport): void {
    const { query } = this;
    let room: number = LIMIT.STREAM;
    if (transport === TRANSPORT.UDP) {
      // RFC 6891 6.2.3: less than 512 means 512.
      const asked = Math.max(query.udpSize, LIMIT.UDP_PLAIN);
      room = Math.min(asked, this.udpLimit);
    }
    this.limit = offset + Math.min(room, capacity);
  }

  /** The same where some may not ask. */
  private resolveInBlock(
    view: DataView,
    start: number,
    blocks: BlockTable,
    client: Client | undefined,
  ): number {
    const access = client === undefined ? ACCESS.ALLOW : blocks.enter(this.query, client);
    this.access = access;
    switch (access) {
      case ACCESS.ALLOW:
        return this.resolve(view, start);
      case ACCESS.BLOCK:
        return this.refuse(start, ERROR.BLOCKED);
      case ACCESS.FILTER:
        this.error = ERROR.FILTERED;
        this.rcode = RCODE.NOERROR;
        return start;
      case ACCESS.DROP:
        return NO_REPLY;
      default:
        return access satisfies never;
    }
  }

  /**
   * RFC 1034 4.3.2, for one question of a class and type that can be answered.
   *
   * @returns where the reply's records end, or DETOURED.
   */
  private resolve(view: DataView, start: number): number {
    const { query, lookup } = this;
    if (query.class !== CLASS.IN && query.class !== CLASS.ANY)
      return this.speakOfItself(view, start);
    switch (query.type) {
      // Neither is a type that a name could own.
      case TYPE.OPT:
      case TYPE.TSIG:
        this.rcode = RCODE.FORMERR;
        return start;
      case TYPE.MAILA:
      case TYPE.MAILB:
      case TYPE.TKEY:
        this.rcode = RCODE.NOTIMP;
        this.error = ERROR.QTYPE;
        return start;
      default:
    }
    const { detours } = this;
    if (detours !== undefined && query.class === CLASS.IN && detours.templated(query)) {
      return DETOURED;
    }
    const match = lookup.find(this.reader, query);
    this.firstNode = lookup.node;
    if (match === MATCH.OUTSIDE) return this.leaveZones(start);
    if (query.type === TYPE.AXFR || query.type === TYPE.IXFR) {
      return this.refuse(start, ERROR.NO_TRANSFER);
    }
    return this.resolveInZone(view, start, query);
  }

  /** Class CH; no other has anything for us. */
  private speakOfItself(view: DataView, start: number): number {
    const { query, chaos } = this;
    const records = query.class === CLASS.CH ? chaos?.find(query) : undefined;
    if (records === undefined) return this.refuse(start, ERROR.CLASS);
    this.rcode = RCODE.NOERROR;
    this.authoritative = true;
    return this.copyOwn(view, start, records);
  }

  /** A name in no zone of ours: forwarded, where somebody is to be asked, else refused. */
  private leaveZones(start: number): number {
    const { query, detours } = this;
    const isForwardable = detours !== undefined && query.class === CLASS.IN;
    const detour = isForwardable ? detours.leadsOut(query, this.client) : DETOUR.NO;
    if (detour === DETOUR.YES) return DETOURED;
    const isProhibited = detour === DETOUR.PROHIBITED;
    return this.refuse(start, isProhibited ? ERROR.NOT_FORWARDED : ERROR.NO_ZONE);
  }

  private refuse(at: number, error: ExtendedError): number {
    this.rcode = RCODE.REFUSED;
    this.error = error;
    return at;
  }

  /**
   * What the zone says of the name that was looked up last.
   *
   * @param start where the next record goes.
   * @param name QNAME, or the chain's target where CNAMEs led on from there.
   */
  private resolveInZone(view: DataView, start: number, name: Query): number {
    const { reader, query, lookup } = this;
    const { node } = lookup;
    if (lookup.match === MATCH.DELEGATED) return this.refer(view, start, name);
    // An unsynced zone consists of its apex alone, so a node that is found says so itself.
    if (node !== 0 && (reader.flagsOf(node) & NODE.ZONE_UNSYNCED) !== 0) {
      return this.notReady(start, name, ERROR.ZONE_UNREAD);
    }
    const entry = node === 0 ? 0 : this.findAnswer(node);
    if (entry <= 0) {
      if (entry === HINFO_ENTRY) return this.answerMinimally(view, start);
      const alias = node === 0 ? 0 : reader.aliasOf(node);
      return alias === 0
        ? this.resolveNegative(view, start, name)
        : this.followAlias(view, start, name, alias);
    }

    this.accept(RCODE.NOERROR);
    const at = this.copyRRset(view, start, node, entry, name);
    if (at < 0) {
      // RFC 2181 9: never a part of an RRset.
      this.truncated = true;
      return start;
    }
    if (name !== query) setOwners(view, start, at, this.placeOf(name, 0));
    this.answers += reader.recordsOf(entry);
    return query.type === TYPE.NS ? this.addGlue(view, at, node, name, start, false) : at;
  }

  /**
   * A CNAME, and what its target has (RFC 1034 4.3.2 3a). Where the chain leads out of our zones, into one
   * that is not ready, in a circle or on for too long, the reply has what there is up to there.
   */
  private followAlias(view: DataView, start: number, name: Query, alias: number): number {
    const { reader, query, lookup, chain } = this;
    const { node } = lookup;
    if (name === query) {
      this.accept(RCODE.NOERROR);
      chain.begin(query, this.message);
    }
    if (!chain.admits(node)) {
      this.error = chain.isFull ? ERROR.TOO_MANY_ALIASES : ERROR.ALIAS_LOOP;
      return start;
    }
    const at = this.copyRRset(view, start, node, alias, name);
    if (at < 0) {
      this.truncated = true;
      return start;
    }
    if (name !== query) setOwners(view, start, at, this.placeOf(name, 0));
    this.answers += reader.recordsOf(alias);
    const { target } = chain;
    if (!chain.follow(view, start, at, node)) return at;
    if (lookup.find(reader, target) === MATCH.OUTSIDE) return at;
    return this.resolveInZone(view, at, target);
  }

  /** NODATA or NXDOMAIN, of the last name in a chain (RFC 6604 3), with its zone's SOA (RFC 2308 2). */
  private resolveNegative(view: DataView, start: number, name: Query): number {
    const { reader, lookup, query } = this;
    const apex = lookup.findApex(reader, name);
    const flags = apex === 0 ? NODE.ZONE_UNSYNCED : reader.flagsOf(apex);
    // What is missing while a source has not been read may yet turn up: it can't be denied.
    const missing = flags & ZONE_MISSING;
    if (missing !== 0 && this.mayTurnUp(missing)) {
      return this.notReady(start, name, ERROR.ZONE_PARTLY_READ);
    }
    if (lookup.node !== 0 && this.isUnresolved(lookup.node)) {
      return this.notReady(start, name, ERROR.UNRESOLVED);
    }
    if (this.detours !== undefined && name === query && this.ownsNothing()) {
      const detour = this.fallThrough();
      if (detour === DETOUR.YES) return DETOURED;
      if (detour === DETOUR.PROHIBITED) return this.refuse(start, ERROR.NOT_FORWARDED);
    }
    this.accept(lookup.match === MATCH.NONE ? RCODE.NXDOMAIN : RCODE.NOERROR);
    const soa = reader.findRRset(apex, TYPE.SOA);
    const at = soa === 0 ? -1 : this.copyRRset(view, start, apex, soa, name);
    if (at < 0) {
      // Without its SOA a negative answer can't be cached: over a stream it will have it.
      this.truncated = soa !== 0;
      return start;
    }
    this.authorities = 1;
    return at;
  }

  /** Whether what is asked for is of what a zone lacks as yet: NODE.ZONE_*. */
  private mayTurnUp(missing: number): boolean {
    if (missing !== NODE.ZONE_PARTIAL_PTR || this.lookup.match !== MATCH.EXACT) return true;
    return this.query.type === TYPE.PTR || this.query.type === TYPE.ANY;
  }

  /** NXDOMAIN, an empty non-terminal, or an apex with nothing but what every apex has. */
  private ownsNothing(): boolean {
    const { reader, lookup } = this;
    const { node, match } = lookup;
    if (node === 0) return match === MATCH.NONE;
    let own = reader.rrsetsOf(node);
    if ((reader.flagsOf(node) & NODE.APEX) === 0) return own === 0;
    if (reader.findRRset(node, TYPE.SOA) !== 0) own -= 1;
    if (reader.findRRset(node, TYPE.NS) !== 0) own -= 1;
    if (reader.findRRset(node, GLUE) !== 0) own -= 1;
    return own === 0;
  }

  private fallThrough(): Detour {
    const { detours, query, lookup, client } = this;
    if (detours === undefined || query.class !== CLASS.IN) return DETOUR.NO;
    return detours.fallsThrough(query, lookup.apexLabels, client);
  }

  /** Whether the node may come to have what was asked for. */
  private isUnresolved(node: number): boolean {
    const { type } = this.query;
    const isAddress = type === TYPE.A || type === TYPE.AAAA || type === TYPE.ANY;
    return isAddress && (this.reader.flagsOf(node) & NODE.UNRESOLVED) !== 0;
  }

  /**
   * A referral (RFC 1034 4.3.2 3b). AA stays clear; at the end of a chain it is set, for it speaks of QNAME
   * (RFC 1035 4.1.1).
   */
  private refer(view: DataView, start: number, name: Query): number {
    const { reader, query, lookup } = this;
    const { node } = lookup;
    if (name === query) this.rcode = RCODE.NOERROR;
    const servers = reader.findRRset(node, TYPE.NS);
    const at = servers === 0 ? -1 : this.copyRRset(view, start, node, servers, name);
    if (at < 0) {
      this.truncated = servers !== 0;
      return start;
    }
    setOwners(view, start, at, this.placeOf(name, lookup.cutLabel));
    this.authorities = reader.recordsOf(servers);
    return this.addGlue(view, at, node, name, start, true);
  }

  private accept(rcode: number): void {
    this.rcode = rcode;
    // RFC 1034 3.7.1: an answer to QCLASS * can't be authoritative.
    this.authoritative = this.query.class === CLASS.IN;
  }

  private notReady(at: number, name: Query, error: ExtendedError): number {
    this.error = error;
    // The CNAMEs that led here hold whatever becomes of their target.
    if (name === this.query) this.rcode = RCODE.SERVFAIL;
    return at;
  }

  private findAnswer(node: number): number {
    const { reader, query } = this;
    return query.type === TYPE.ANY ? this.findAny(node) : reader.findRRset(node, query.type);
  }

  private findAny(node: number): number {
    const { reader, blocks } = this;
    const entry = reader.anyRRset(node);
    if (blocks === undefined || !blocks.minimalAny || entry === 0) return entry;
    // RFC 8482 4.2: not in place of a CNAME.
    return reader.aliasOf(node) === 0 ? HINFO_ENTRY : entry;
  }

  private answerMinimally(view: DataView, start: number): number {
    this.accept(RCODE.NOERROR);
    return this.copyOwn(view, start, MINIMAL_ANY);
  }

  /** Records that no snapshot has. */
  private copyOwn(view: DataView, start: number, { octets, count }: OwnRecords): number {
    const end = start + octets.length;
    if (end > this.limit) {
      this.truncated = true;
      return start;
    }
    for (let i = 0; i < octets.length; i++) view.setUint8(start + i, octets[i] as number);
    this.answers = count;
    return end;
  }

  /**
   * Addresses of name servers, as far as there is room. Their absence harms nobody who asked an apex; whom a
   * referral sends below a cut may have no other way to them, and is told to ask over TCP (RFC 9471 3).
   *
   * @param servers where the NS RRset begins, which glue points into.
   */
  private addGlue(
    view: DataView,
    start: number,
    node: number,
    name: Query,
    servers: number,
    isReferral: boolean,
  ): number {
    const glue = this.reader.findRRset(node, GLUE);
    if (glue === 0) return start;
    const at = this.copyRRset(view, start, node, glue, name, servers);
    if (at < 0) {
      this.truncated = isReferral;
      return start;
    }
    this.additionals = this.reader.recordsOf(glue);
    return at;
  }

  /** Where in the reply label `index` of a name stands; the count of labels stands for the root. */
  private placeOf(name: Query, index: number): number {
    if (name !== this.query) return this.chain.placeOf(index);
    const at = index === name.labelCount ? name.nameLength - 1 : (name.labels[index] as number);
    return HEADER.LENGTH + at;
  }

  /**
   * @param name the name that led to the node: in it lies what outer pointers lead to.
   * @param base what inner pointers count from: `start`, but for glue.
   * @returns the offset behind the copy, or -1 if there is no room for all of it.
   */
  private copyRRset(
    view: DataView,
    start: number,
    node: number,
    entry: number,
    name: Query,
    base: number = start,
  ): number {
    const { reader } = this;
    const length = reader.lengthOf(entry);
    const end = start + length;
    if (end > this.limit) return -1;
    const from = reader.octetsAt(node, entry);
    const record = reader.recordLengthOf(entry);
    if (record !== 0 && record !== length) {
      // Knuth's multiplicative generator; its upper bits are the ones that look random.
      this.turn = (Math.imul(this.turn, 1664525) + 1013904223) | 0;
      const first = ((this.turn >>> 16) % reader.recordsOf(entry)) * record;
      copy(view, start, reader.view, from + first, length - first);
      copy(view, start + length - first, reader.view, from, first);
      return end;
    }
    copy(view, start, reader.view, from, length);
    const pointers = reader.pointersOf(entry);
    for (let i = 0; i < pointers; i++) {
      const at = start + reader.view.getUint16(from + length + 2 * i, true);
      const pointer = view.getUint16(at);
      const to = pointer & POINTER_MASK;
      const place =
        pointer >= OUTER_POINTER
          ? this.placeOf(name, name.labelCount - to)
          : base - this.message + to;
      view.setUint16(at, 0xc000 | place);
    }
    return end;
  }

  private finish(memory: Uint8Array, view: DataView, offset: number, end: number): number {
    const { query } = this;
    let at = end;
    if (query.hasEdns) {
      const { edns, limit, rcode, error } = this;
      at = edns.append(memory, view, offset, end, limit, query, rcode, error);
      this.additionals += 1;
    }
    // What flags mean with another opcode, its own RFC says.
    const copied = query.opcode === OPCODE.QUERY ? FLAG.RD : FLAG.OPCODE;
    const flags =
      FLAG.QR |
      (query.flags & copied) |
      (this.authoritative ? FLAG.AA : 0) |
      (this.truncated ? FLAG.TC : 0) |
      (this.rcode & FLAG.RCODE);
    // Two fields at a time. Of five calls of setUint16 V8 left one a call (Node 26.10).
    view.setInt32(offset + HEADER.FLAGS, (flags << 16) | (query.hasQuestion ? 1 : 0));
    view.setInt32(offset + HEADER.ANCOUNT, (this.answers << 16) | this.authorities);
    view.setUint16(offset + HEADER.ARCOUNT, this.additionals);
    return at - offset;
  }
}

/**
 * Gives the records of an RRset between `start` and `end` another owner than QNAME: `place` octets from the
 * start of the reply.
 */
function setOwners(view: DataView, start: number, end: number, place: number): void {
  for (let at = start; at + 12 <= end; at += 12 + view.getUint16(at + 10)) {
    view.setUint16(at, 0xc000 | place);
  }
}
