// Query path: no closure, promise or timer per query; allocations are per read and per write.
import type { Socket } from 'node:net';
import type { Place } from './connection-limits.ts';
import { PartialMessage } from './partial-message.ts';
import type { Patience } from './patience.ts';
import type { ReplyBatch } from './reply-batch.ts';
import type { StreamLimits, TcpCounters } from './tcp-options.ts';
import type { Turns } from './turns.ts';

const PREFIX = 2;
/** Queries that may wait for a later reply before no more are read: pipelining enough for any resolver. */
const MOST_PENDING = 100;
/**
 * Queries that are answered before it is another connection's turn: more than anybody has under way who reads his replies.
 * One read may bring 4,000, and a thousand connections that do nothing else would have the others wait for seconds.
 */
const MOST_AT_ONCE = 100;
/** What Node reads of a socket although it is paused. */
const READ_AHEAD = 64 * 1024;

/** Who has asked what is being answered. */
export interface Asker {
  readonly peer: Uint8Array;
  readonly socketIndex: number;
  /** Absent where the transport has its own way to tell how long it may be idle. */
  readonly place?: Place;
  defer(): (reply: Uint8Array | undefined) => void;
}

/** What the connections of one listener have in common. */
export interface ConnectionContext {
  readonly settings: StreamLimits;
  readonly counters: TcpCounters;
  readonly batch: ReplyBatch;
  /** Whose query is being answered; set by it. */
  current: Asker | undefined;
  /** Of connections that have more queries than are answered at once. */
  readonly turns: Turns;
}

/**
 * One client's connection: cuts the stream into messages, answers each as soon as it is whole, and stops
 * reading while the client does not take its replies.
 *
 * ```
 *  reading --(replies pile up)--> holding --(drain)--> reading
 *     |  peer ends, close(), zero-length message
 *     v
 *  finished: what is left is sent, what still comes is thrown away
 * ```
 */
export class TcpConnection {
  readonly socket: Socket;
  /** Which of the listener's addresses it came to. */
  readonly socketIndex: number;
  /** 20 octets, see `composePeer`. */
  readonly peer: Uint8Array;
  readonly place: Place;
  private readonly context: ConnectionContext;
  private readonly partial = new PartialMessage();
  private partialSince = 0;
  private usedAt = performance.now();
  /** Input that waits until the client has taken some replies, and how far it has been answered. */
  private held: Buffer | undefined;
  private heldAt = 0;
  /** No query is answered any more. */
  private isFinished = false;
  /** Its last turn ended because it had had as many queries answered as are answered at once. */
  private isBusy = false;
  /** To be finished once what is held has been answered. */
  private isClosing = false;
  /** It has had as many queries as it may. */
  private isSpent = false;
  /** Queries whose replies come later. */
  private pending = 0;
  private queries = 0;
  /** How much the peer has to have taken in all, counted from the first octet, and since when. */
  private owedUntil = 0;
  private owedSince = 0;

  constructor(
    socket: Socket,
    socketIndex: number,
    peer: Uint8Array,
    place: Place,
    context: ConnectionContext,
  ) {
    this.socket = socket;
    this.socketIndex = socketIndex;
    this.peer = peer;
    this.place = place;
    this.context = context;
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('drain', () => {
      if (this.isBusy && this.held !== undefined) context.turns.wait(this.resume);
      else this.drained();
    });
    // A client may half-close and still wait for its answers (RFC 7766 6.2.4). 'end' comes even while
    // reading is paused, so there may be input held.
    socket.on('end', () => this.close());
    socket.on('error', () => {
      context.counters.reset += 1;
    });
  }

  /** Nothing has been received that isn't answered, nothing composed that isn't sent. */
  get isIdle(): boolean {
    const hasNothingIn = this.partial.length === 0 && this.held === undefined && this.pending === 0;
    return hasNothingIn && this.socket.writableLength === 0;
  }

  /** Answers what has been received, then ends. */
  close(): void {
    this.isClosing = true;
    this.finishIfDone();
  }

  /**
   * Lets the query in hand be answered later, and those behind it before it, if need be (RFC 7766 6.2.1.1).
   *
   * @returns to be called once, with the reply, or without where there is none.
   */
  defer(): (reply: Uint8Array | undefined) => void {
    this.pending += 1;
    return (reply) => {
      this.pending -= 1;
      if (reply !== undefined) this.sendLate(reply);
      if (this.socket.destroyed) return;
      if (this.held !== undefined && !this.socket.writableNeedDrain) this.drained();
      this.finishIfDone();
      this.account();
    };
  }

  private sendLate(reply: Uint8Array): void {
    const { socket } = this;
    if (!socket.writable) return;
    // The length in the same write as the message (RFC 7766 8).
    const octets = Buffer.allocUnsafe(PREFIX + reply.length);
    octets.writeUInt16BE(reply.length);
    octets.set(reply, PREFIX);
    this.context.counters.replies += 1;
    this.usedAt = performance.now();
    // 'drain' resumes it.
    if (!socket.write(octets)) socket.pause();
  }

  private finishIfDone(): void {
    if (this.isClosing && this.held === undefined && this.pending === 0) this.finish();
  }

  /**
   * Ends the connection if one of its times is up.
   *
   * @param now milliseconds as `performance.now()` has them
   */
  expire(now: number, { idleMs, messageMs }: Patience): void {
    const { counters } = this.context;
    if (this.isStalled(now)) {
      counters.slowClosed += 1;
      this.socket.resetAndDestroy();
    } else if (this.partial.length > 0 && now - this.partialSince >= messageMs) {
      counters.slowClosed += 1;
      this.socket.destroy();
    } else if (this.isIdle && now - this.usedAt >= idleMs) {
      counters.idleClosed += 1;
      this.socket.destroy();
    }
  }

  private receive(chunk: Buffer): void {
    if (this.isFinished || this.isSpent) return;
    if (this.isBusy) this.waitForTurn(chunk, 0);
    else this.answerAll(chunk, 0);
    this.account();
  }

  /** It has as many queries as are answered at once, or more: others come first. */
  private waitForTurn(chunk: Buffer, at: number): void {
    this.held = chunk;
    this.heldAt = at;
    this.socket.pause();
    this.context.turns.wait(this.resume);
  }

  /** Says what it holds, which is what has been read and not answered, and composed and not taken. */
  private account(): void {
    const { held, partial, socket, place } = this;
    const read = held === undefined ? 0 : held.length + READ_AHEAD;
    place.holds(partial.octets.length + read + socket.writableLength);
  }

  /** It is this connection's turn again. Where its replies have to be taken first, 'drain' will come. */
  private readonly resume = (): void => {
    if (!this.socket.destroyed && !this.socket.writableNeedDrain) this.drained();
  };

  private drained(): void {
    const { held } = this;
    this.held = undefined;
    if (held !== undefined) this.answerAll(held, this.heldAt);
    if (this.held === undefined) {
      this.finishIfDone();
      if (!this.socket.writableNeedDrain) this.socket.resume();
    }
    this.account();
  }

  /** Answers what is whole in `chunk` from `start` on; the rest is kept. */
  private answerAll(chunk: Buffer, start: number): void {
    const { context } = this;
    const { batch } = context;
    const { partial } = this;
    const { queries } = this;
    context.current = this;
    let at = start;
    while (at < chunk.length && !this.isFinished && !this.isSpent) {
      const isFull = this.pending >= MOST_PENDING;
      this.isBusy = this.queries - queries >= MOST_AT_ONCE;
      if (this.isBusy) {
        this.waitForTurn(chunk, at);
        break;
      }
      if (isFull || (!batch.hasRoom && !this.send())) {
        // One read may hold 5,000 queries, and their replies 300 MB.
        this.held = chunk;
        this.heldAt = at;
        if (isFull) this.socket.pause();
        break;
      }
      at = this.answerNext(chunk, at, partial);
    }
    this.send();
    context.current = undefined;
    if (this.queries !== queries) this.place.used();
    if (this.isSpent) this.finishIfDone();
  }

  /** @returns the offset behind the message that was answered, or the chunk's end. */
  private answerNext(chunk: Buffer, at: number, partial: PartialMessage): number {
    const whole = partial.length === 0 ? messageAt(chunk, at) : -1;
    if (whole >= 0) {
      this.answerOne(chunk, at + PREFIX, whole);
      return at + PREFIX + whole;
    }
    if (partial.length === 0) this.partialSince = performance.now();
    const next = partial.fill(chunk, at);
    if (partial.isComplete) {
      this.answerOne(partial.octets, PREFIX, partial.messageLength);
      partial.clear();
    }
    return next;
  }

  private answerOne(octets: Buffer, from: number, length: number): void {
    const { counters, batch } = this.context;
    // No message is empty, and a peer that says so has lost its place in the stream.
    if (length === 0) {
      this.finish();
      return;
    }
    counters.queries += 1;
    this.usedAt = performance.now();
    let replied = false;
    try {
      replied = batch.add(octets, from, length);
    } catch (error) {
      batch.clear();
      throw error;
    }
    if (replied) counters.replies += 1;
    this.queries += 1;
    const { maxQueries } = this.context.settings;
    if (maxQueries > 0 && this.queries >= maxQueries) this.endOfQueries();
  }

  /** What is behind the last query that it may have is not answered: the client asks it again elsewhere. */
  private endOfQueries(): void {
    this.isClosing = true;
    this.isSpent = true;
    this.context.counters.queriesClosed += 1;
  }

  /** Writes the replies composed so far. @returns whether the client may have more */
  private send(): boolean {
    const { batch } = this.context;
    const { socket } = this;
    if (!batch.isEmpty) {
      const octets = batch.take();
      if (socket.writable) socket.write(octets);
    }
    if (!socket.writableNeedDrain) return true;
    // 'drain' is sure to follow: even after a write that was completed at once.
    socket.pause();
    return false;
  }

  private finish(): void {
    if (this.isFinished) return;
    this.isFinished = true;
    this.send();
    this.partial.clear();
    this.socket.end();
    // Unread input would turn our close into a reset, and the reset would take replies with it.
    this.socket.resume();
  }

  /**
   * What waited at one moment has not been taken within its time. That some of it has is not enough: a peer that takes an
   * octet now and then would hold it all for ever.
   */
  private isStalled(now: number): boolean {
    const { socket } = this;
    if (socket.writableLength === 0) {
      this.owedUntil = 0;
      return false;
    }
    const taken = socket.bytesWritten - socket.writableLength;
    if (this.owedUntil === 0 || taken >= this.owedUntil) {
      this.owedUntil = socket.bytesWritten;
      this.owedSince = now;
      return false;
    }
    return now - this.owedSince >= this.context.settings.writeTimeoutMs;
  }
}

/** @returns the length of the message whose prefix stands at `at`, or -1 if it is not all there. */
function messageAt(chunk: Buffer, at: number): number {
  if (chunk.length - at < PREFIX) return -1;
  const length = chunk.readUInt16BE(at);
  return chunk.length - at - PREFIX < length ? -1 : length;
}
