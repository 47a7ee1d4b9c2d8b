// Query path: nothing here allocates, throws or waits. Bench: bench/micro/answer.ts.
import {
  appendKeepalive,
  appendOption,
  appendPadding,
  ClientSubnet,
  COOKIE_LENGTH,
  composeOpt,
  type ExtendedError,
  KEEPALIVE_LENGTH,
  OPT_LENGTH,
  paddingLength,
  type Query,
  RDLENGTH_AT,
  type ServerCookies,
} from '@seamark/protocol';
import type { Client } from './client.ts';
import { copy } from './copy.ts';

/**
 * The OPT record of replies. Of a query with EDNS it takes what has to be known before the reply is written over it;
 * then it has the room that the options of the reply will need, so that no answer has to make way for them.
 */
export class ReplyEdns {
  /** The query brought a server cookie of ours. */
  hasGoodCookie = false;
  /** What the reply says of its connection (RFC 7828), in units of 100 ms; negative: nothing. */
  idleTimeout = -1;
  /** The most octets of a reply that is to be padded; 0 for one that isn't. */
  paddedTo = 0;
  /** Octets of the record with the options that have to be there. */
  reserved = 0;
  private readonly udpLimit: number;
  private readonly cookies: ServerCookies | undefined;
  private readonly nsid: Uint8Array | undefined;
  private readonly subnet = new ClientSubnet();
  /** The cookies, if one goes into the reply: the query has a COOKIE option, and it is known who asks. */
  private given: ServerCookies | undefined;

  /**
   * @param udpLimit the payload size that replies announce.
   * @param nsid the whole option.
   */
  constructor(udpLimit: number, cookies: ServerCookies | undefined, nsid: Uint8Array | undefined) {
    this.udpLimit = udpLimit;
    this.cookies = cookies;
    this.nsid = nsid;
  }

  /** Begins with a query that has EDNS. @param client without it no cookie is given. */
  receive(query: Query, view: DataView, client: Client | undefined): void {
    this.reserved = OPT_LENGTH;
    this.hasGoodCookie = false;
    this.given = undefined;
    this.idleTimeout = -1;
    this.subnet.length = 0;
    if (query.cookieLength !== 0) this.receiveCookie(query, view, client);
    if (query.keepaliveLength >= 0) this.receiveKeepalive(client);
  }

  private receiveCookie(query: Query, view: DataView, client: Client | undefined): void {
    const { cookies } = this;
    if (cookies === undefined || client === undefined) return;
    this.given = cookies;
    this.reserved += COOKIE_LENGTH;
    this.hasGoodCookie = cookies.receive(view, query.cookieAt, query.cookieLength, client.peer());
  }

  /** Who came over UDP, or knows its connection's time otherwise, is told nothing (RFC 7828 3.3.1). */
  private receiveKeepalive(client: Client | undefined): void {
    this.idleTimeout = client?.idleTimeout?.() ?? -1;
    if (this.idleTimeout >= 0) this.reserved += KEEPALIVE_LENGTH;
  }

  /** Takes the Client Subnet option, if the query has one. */
  receiveSubnet(query: Query, view: DataView): void {
    if (query.subnetLength === 0) return;
    const { subnet } = this;
    subnet.receive(view, query.subnetAt, query.subnetLength);
    this.reserved += subnet.length;
  }

  /** Whether the reply has a COOKIE option. */
  get hasCookie(): boolean {
    return this.given !== undefined;
  }

  /**
   * Appends the record, over what lies there.
   *
   * @param message where the reply begins.
   * @param opt where the record is to begin.
   * @param limit what the reply may grow to without the octets that are reserved.
   * @returns the offset behind the record.
   */
  append(
    memory: Uint8Array,
    view: DataView,
    message: number,
    opt: number,
    limit: number,
    query: Query,
    rcode: number,
    error: ExtendedError | undefined,
  ): number {
    let at = composeOpt(memory, view, opt, this.udpLimit, rcode, query.dnssecOk);
    if (error !== undefined) at = appendError(memory, view, opt, at, limit, error);
    if (this.subnet.length !== 0) at = this.subnet.append(view, opt, at);
    if (this.given !== undefined) at = this.given.append(view, opt, at);
    if (this.idleTimeout >= 0) at = appendKeepalive(view, opt, at, this.idleTimeout);
    if (query.asksNsid) at = this.appendNsid(memory, view, opt, at, limit);
    if (this.paddedTo !== 0) at = this.pad(memory, view, opt, at, at - message);
    return at;
  }

  /**
   * NSID, if there is one and room for it: whoever asks who we are is to get the answer that others get.
   *
   * @param at the end of the record at `opt` so far.
   */
  private appendNsid(
    memory: Uint8Array,
    view: DataView,
    opt: number,
    at: number,
    limit: number,
  ): number {
    const { nsid } = this;
    if (nsid === undefined || at + nsid.length > limit + this.reserved) return at;
    return appendOption(memory, view, opt, at, nsid);
  }

  /** @param length of the reply so far. */
  private pad(memory: Uint8Array, view: DataView, opt: number, at: number, length: number): number {
    const padding = paddingLength(length, this.paddedTo);
    return padding === 0 ? at : appendPadding(memory, view, opt, at, padding);
  }
}

/** An Extended DNS Error, without its text where there is no room for that, the first of the options. */
function appendError(
  memory: Uint8Array,
  view: DataView,
  opt: number,
  at: number,
  limit: number,
  { option, view: octets, bare }: ExtendedError,
): number {
  const room = limit - opt;
  const { length } = option;
  if (length > room) return bare.length <= room ? appendOption(memory, view, opt, at, bare) : at;
  view.setUint16(opt + RDLENGTH_AT, length);
  copy(view, at, octets, 0, length);
  return at + length;
}
