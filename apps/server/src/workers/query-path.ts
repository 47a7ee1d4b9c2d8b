// Query path: nothing here allocates, throws or waits, but for `adopt`. Bench: bench/micro/answer.ts.
import { type Client, Responder, type Transport } from '@seamark/matcher';
import { type SnapshotHandle, SnapshotReader } from '@seamark/snapshot';
import { type CookieMemory, readCookies } from './cookie-memory.ts';

/** Tells where the message in hand came from, in @seamark/udp's form; asked only if need be. */
export interface PeerSource extends Client {
  peerFamily(): number;
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
    log: boolean,
  ): void;
}

/** One thread's way from a message to its reply, through one view's snapshot. */
export class QueryPath {
  private reader: SnapshotReader;
  private responder: Responder;
  private readonly observer: Observer;
  private readonly slot: number;
  private readonly cookies: CookieMemory;

  /** @param slot the thread's reader slot in the view's snapshot. */
  constructor(snapshot: SnapshotHandle, slot: number, cookies: CookieMemory, observer: Observer) {
    this.slot = slot;
    this.cookies = cookies;
    this.observer = observer;
    this.reader = new SnapshotReader(snapshot, slot);
    this.reader.join();
    this.responder = new Responder(this.reader, { cookies: readCookies(cookies) });
  }

  /** Goes over to another snapshot: the watcher that wrote the old one is gone. */
  adopt(snapshot: SnapshotHandle): void {
    this.reader.close();
    this.reader = new SnapshotReader(snapshot, this.slot);
    this.reader.join();
    this.responder = new Responder(this.reader, { cookies: readCookies(this.cookies) });
  }

  /**
   * Answers in place, as `Responder.answer` does. The generation is looked at for each message: a
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
    log: boolean,
  ): number {
    this.reader.refresh();
    const { responder } = this;
    const reply = responder.answer(memory, view, offset, length, capacity, transport, source);
    this.observer.observe(responder, view, offset, length, reply, transport, source, log);
    return reply;
  }

  /** Keeps up with publications where nothing is asked of this view, so that retired memory is free again. */
  keepUp(): void {
    this.reader.refresh();
  }

  close(): void {
    this.reader.close();
  }
}
