// Query path: nothing here allocates, throws or waits, but for `answerLate`. Bench: bench/micro/answer.ts.
import {
  type AnswerSettings,
  type Client,
  DETOURED,
  type Detours,
  JUDGEMENT,
  type Judgement,
  RateLimiter,
  type RateLimitMemory,
  Responder,
  TRANSPORT,
  type Transport,
} from '@seamark/matcher';
import { LIMIT, RCODE } from '@seamark/protocol';
import { type SnapshotHandle, SnapshotReader } from '@seamark/snapshot';
import type { ComposedReply } from '../detour/pending-query.ts';
import type { ReplySettings } from '../detour/reply-settings.ts';
import { type CookieMemory, readClock, readCookies } from './cookie-memory.ts';
import type { QueryFilter } from './query-filter.ts';

/** Tells where the message in hand came from, in @seamark/udp's form; asked only if need be. */
export interface PeerSource extends Client {
  peerFamily(): number;
}

/** A listening address, as far as answers depend on it. */
export interface AnsweringListener {
  /** Its number among those of the server. */
  readonly index: number;
  /** What its streams are; of UDP it is known. */
  readonly stream: Transport;
  /** Which of its queries are logged; absent: none. */
  readonly log: QueryFilter | undefined;
  readonly detours: Detours | undefined;
  /** COOKIE options are ignored. */
  readonly ignoresCookies?: boolean;
  /** For what is answered elsewhere, over UDP. */
  readonly limiter?: RateLimiter | undefined;
  /** Of what is answered elsewhere; absent: as by default. */
  readonly replies?: ReplySettings;
  /** Takes what is to be answered elsewhere; only asked where there are detours. */
  readonly desk: DetourDesk | undefined;
}

/** Where queries are left that are to be answered elsewhere, and later. */
export interface DetourDesk {
  /** Keeps a copy of the message. @returns false if there is no room for it. */
  take(
    memory: Uint8Array,
    offset: number,
    length: number,
    listener: AnsweringListener,
    source: PeerSource,
  ): boolean;
}

/** Sees each message after it was answered, while query and reply can still be looked at. */
export interface Observer {
  observe(
    responder: Responder,
    view: DataView,
    offset: number,
    queryLength: number,
    replyLength: number,
    transport: Transport,
    source: PeerSource,
    log: QueryFilter | undefined,
  ): void;
  /** A message was left at a desk, or could not be, and will be answered SERVFAIL. */
  observeDetour(wasTaken: boolean): void;
  /** A reply was too much for its client's network; what becomes of it is observed next. Never PASS. */
  observeLimited(judgement: Judgement): void;
}

/** One thread's way from a message to its reply, through one view's snapshot. */
export class QueryPath {
  private readonly reader: SnapshotReader;
  private readonly responder: Responder;
  private readonly observer: Observer;
  private readonly slot: number;
  private readonly cookies: CookieMemory;
  private readonly settings: AnswerSettings;
  /** Of replies over UDP; undefined where they have no limits. */
  readonly limiter: RateLimiter | undefined;

  /** @param slot the thread's reader slot in the view's snapshot. */
  constructor(
    snapshot: SnapshotHandle | SnapshotReader,
    slot: number,
    cookies: CookieMemory,
    observer: Observer,
    settings: AnswerSettings = {},
    rateLimits?: RateLimitMemory,
    view?: number,
  ) {
    this.slot = slot;
    this.cookies = cookies;
    this.observer = observer;
    this.settings = settings;
    if (snapshot instanceof SnapshotReader) this.reader = snapshot;
    else {
      this.reader = new SnapshotReader(snapshot, slot);
      this.reader.join();
    }
    this.responder = this.createResponder();
    const rules = settings.rateLimits;
    if (rules !== undefined && rateLimits !== undefined) {
      this.limiter = new RateLimiter(rules, rateLimits, readClock(cookies), view);
    }
  }

  /**
   * The way of a listener of the same view with settings of its own. It has this one's reader, for a thread has
   * one slot in a snapshot: what is said to this path by `keepUp` and `close` holds for it.
   *
   * @param rateLimits what the settings' limits are counted in; absent: there are none.
   * @param view the number of the view, which tells its names from those of others in there.
   */
  beside(
    settings: AnswerSettings | undefined,
    rateLimits?: RateLimitMemory,
    view?: number,
  ): QueryPath {
    if (settings === undefined) return this;
    const { reader, slot, cookies, observer } = this;
    return new QueryPath(reader, slot, cookies, observer, settings, rateLimits, view);
  }

  /**
   * Answers in place, as `Responder.answer` does; what is to be answered elsewhere is left there. The generation is looked at for each message: a
   * thread that waited for it may have waited for long.
   */
  answer(
    memory: Uint8Array,
    view: DataView,
    offset: number,
    length: number,
    capacity: number,
    transport: Transport,
    source: PeerSource,
    listener: AnsweringListener,
  ): number {
    this.reader.refresh();
    const { responder } = this;
    const { detours } = listener;
    // biome-ignore format: one call
    let reply = responder.answer(memory, view, offset, length, capacity, transport, source, detours);
    if (reply === DETOURED) {
      return this.detour(memory, view, offset, length, transport, source, listener);
    }
    if (this.limiter !== undefined && transport === TRANSPORT.UDP && reply !== 0) {
      reply = this.limit(this.limiter, memory, view, offset, length, reply, source);
    }
    this.observer.observe(responder, view, offset, length, reply, transport, source, listener.log);
    return reply;
  }

  /** @returns the length of what is left of a reply. */
  private limit(
    limiter: RateLimiter,
    memory: Uint8Array,
    view: DataView,
    offset: number,
    length: number,
    reply: number,
    source: PeerSource,
  ): number {
    const { responder } = this;
    const judgement = limiter.judge(responder, source, length, reply);
    if (judgement === JUDGEMENT.PASS) return reply;
    this.observer.observeLimited(judgement);
    switch (judgement) {
      case JUDGEMENT.LET_PASS:
        return reply;
      case JUDGEMENT.DROP:
      case JUDGEMENT.DROP_REQUEST:
        return 0;
      case JUDGEMENT.TRUNCATE:
        return responder.shorten(memory, view, offset);
      case JUDGEMENT.BADCOOKIE:
        return responder.shorten(memory, view, offset, RCODE.BADCOOKIE);
      default:
        return judgement satisfies never;
    }
  }

  /** @returns 0, as the reply comes later; where it can't, the length of one that says so. */
  private detour(
    memory: Uint8Array,
    view: DataView,
    offset: number,
    length: number,
    transport: Transport,
    source: PeerSource,
    listener: AnsweringListener,
  ): number {
    const { responder, observer } = this;
    const wasTaken = listener.desk?.take(memory, offset, length, listener, source) ?? false;
    observer.observeDetour(wasTaken);
    if (wasTaken) return 0;
    const reply = responder.fail(memory, view, offset);
    observer.observe(responder, view, offset, length, reply, transport, source, listener.log);
    return reply;
  }

  /**
   * Answers a query that was left at a desk, from the snapshot after all; nobody is told. Not for the query path.
   *
   * @param detours those that are left to go.
   * @returns undefined if it is to be answered elsewhere.
   */
  answerLate(
    octets: Uint8Array,
    transport: Transport,
    client: Client,
    detours: Detours,
  ): ComposedReply | undefined {
    this.reader.refresh();
    const { responder } = this;
    const memory = new Uint8Array(LIMIT.STREAM);
    memory.set(octets);
    const view = new DataView(memory.buffer);
    const length = responder.answer(
      ...([memory, view, 0, octets.length, memory.length, transport, client, detours] as const),
    );
    if (length === DETOURED) return undefined;
    const { rcode, truncated } = responder;
    return { octets: memory.slice(0, length), rcode, truncated };
  }

  /** Keeps up with publications where nothing is asked of this view, so that retired memory is free again. */
  keepUp(): void {
    this.reader.refresh();
  }

  close(): void {
    this.reader.close();
  }

  private createResponder(): Responder {
    const { settings, reader } = this;
    if (settings.ignoreCookies === true) return new Responder(reader, settings);
    return new Responder(reader, { ...settings, cookies: readCookies(this.cookies) });
  }
}
