import type { Socket } from 'node:net';
import type { Place } from './connection-limits.ts';
import type { Visit } from './door.ts';
import type { ReplyBatch } from './reply-batch.ts';
import type { Asker } from './tcp-connection.ts';
import type { StreamLimits, TcpCounters } from './tcp-options.ts';

/** What visits of one listener have in common. */
export interface VisitContext {
  readonly settings: StreamLimits;
  readonly counters: TcpCounters;
  readonly batch: ReplyBatch;
  current: Asker | undefined;
  secured(visit: DoorVisit, socket: Socket): void;
}

/** A connection as a door has it: it holds its place, and messages of it can be answered. */
export class DoorVisit implements Visit {
  isIdle = true;
  leave: (() => void) | undefined;
  expire: ((now: number, idleMs: number) => void) | undefined;
  readonly socket: Socket;
  readonly socketIndex: number;
  readonly peer: Uint8Array;
  readonly place: Place;
  private readonly context: VisitContext;

  constructor(
    socket: Socket,
    socketIndex: number,
    peer: Uint8Array,
    place: Place,
    context: VisitContext,
  ) {
    this.socket = socket;
    this.socketIndex = socketIndex;
    this.peer = peer;
    this.place = place;
    this.context = context;
  }

  get settings(): StreamLimits {
    return this.context.settings;
  }

  get counters(): TcpCounters {
    return this.context.counters;
  }

  secured(socket: Socket): void {
    this.context.secured(this, socket);
  }

  /** Ends it: a handshake at once, whatever else in good order. */
  close(): void {
    if (this.leave === undefined) this.socket.destroy();
    else this.leave();
  }

  answer(message: Uint8Array, reply: (octets: Uint8Array | undefined) => void): void {
    const { context, peer, socketIndex } = this;
    const { batch, counters } = context;
    let isDeferred = false;
    const settle = (octets: Uint8Array | undefined): void => {
      if (octets !== undefined) counters.replies += 1;
      reply(octets);
    };
    const defer = () => {
      isDeferred = true;
      return settle;
    };
    counters.queries += 1;
    this.place.used();
    context.current = { peer, socketIndex, defer };
    let hasReply: boolean;
    try {
      hasReply = batch.add(Buffer.from(message), 0, message.length);
    } catch (error) {
      batch.clear();
      throw error;
    } finally {
      context.current = undefined;
    }
    if (hasReply) settle(batch.take().subarray(2));
    else if (!isDeferred) reply(undefined);
  }
}
