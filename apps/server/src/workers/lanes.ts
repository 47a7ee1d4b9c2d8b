import type { RateLimitMemory } from '@seamark/matcher';
import type { AnsweringListener, PeerSource, QueryPath } from './query-path.ts';
import type { ListenerTask, Service } from './tasks.ts';

/** What has to be done with a thread's sockets so that they are those of a service. */
export interface SocketChange {
  readonly added: readonly ListenerTask[];
  /** Indices of those that are not in it. */
  readonly removed: readonly number[];
}

/**
 * Where the queries of each of a thread's sockets go, by the socket's index, and what changes when another service
 * is to be served. What the query path reads of it are two arrays.
 *
 *   open    added sockets are opened, with the views behind them
 *   serve   the same; then every socket leads where it now leads; then what is left over is closed
 */
export class Lanes {
  /** By the socket's index. */
  readonly paths: QueryPath[] = [];
  /** By the socket's index. */
  readonly listeners: AnsweringListener[] = [];
  /** By the socket's index. */
  readonly tasks: ListenerTask[] = [];
  /** By the listener's number. */
  readonly numbered: Map<number, ListenerTask> = new Map();
  private readonly sockets = new Map<string, number>();
  private readonly views = new Map<number, QueryPath>();
  private all: readonly QueryPath[] = [];
  private rateLimits: RateLimitMemory | undefined;
  private readonly createPath: (view: Service['views'][number]) => QueryPath;

  private readonly describe: (listener: ListenerTask) => AnsweringListener;

  /** Nothing is open yet: the first service is like any other. */
  constructor(
    createPath: (view: Service['views'][number]) => QueryPath,
    describe: (listener: ListenerTask) => AnsweringListener,
  ) {
    this.createPath = createPath;
    this.describe = describe;
  }

  /** Begins to read the views of a service. @returns what else is to be done for it */
  prepare({ listeners, views, rateLimits }: Service): SocketChange {
    this.rateLimits = rateLimits;
    for (const view of views) {
      if (!this.views.has(view.number)) this.views.set(view.number, this.createPath(view));
    }
    this.all = [...this.views.values()];
    const wanted = new Set(listeners.map(placeOf));
    return {
      added: listeners.filter((listener) => !this.sockets.has(placeOf(listener))),
      removed: [...this.sockets].flatMap(([place, index]) => (wanted.has(place) ? [] : [index])),
    };
  }

  /** The socket of a listener is open: what comes there goes its way. */
  opened(listener: ListenerTask, index: number): void {
    this.sockets.set(placeOf(listener), index);
    this.lead(index, listener);
  }

  /** Every socket that is open leads where the service says. */
  lay({ listeners }: Service): void {
    for (const listener of listeners) {
      const index = this.indexOf(listener);
      if (index !== undefined) this.lead(index, listener);
    }
  }

  /** The index of a listener's socket, if it is open. */
  indexOf(listener: ListenerTask): number | undefined {
    return this.sockets.get(placeOf(listener));
  }

  /** A socket is closed. */
  closed(index: number): void {
    for (const [place, known] of this.sockets) if (known === index) this.sockets.delete(place);
    for (const [number, listener] of this.numbered) {
      if (!this.sockets.has(placeOf(listener))) this.numbered.delete(number);
    }
  }

  /** The path that a socket of this listener leads to. */
  openPathOf(listener: ListenerTask): QueryPath | undefined {
    const index = this.sockets.get(placeOf(listener));
    return index === undefined ? undefined : this.paths[index];
  }

  /** The view behind a listener that is served. */
  pathOf({ view, answering }: ListenerTask): QueryPath | undefined {
    return this.views.get(view)?.beside(answering);
  }

  /** Lets go of the views that are not in the service. @returns whether there were any */
  leaveViews({ views }: Service): boolean {
    const wanted = new Set(views.map(({ number }) => number));
    let left = false;
    for (const [number, path] of this.views) {
      if (wanted.has(number)) continue;
      path.close();
      this.views.delete(number);
      left = true;
    }
    this.all = [...this.views.values()];
    return left;
  }

  /** Keeps up with publications where nothing is asked, so that retired memory is free again. */
  keepUp(): void {
    for (const path of this.all) path.keepUp();
  }

  close(): void {
    for (const path of this.views.values()) path.close();
  }

  private lead(index: number, listener: ListenerTask): void {
    const path = this.views.get(listener.view) as QueryPath;
    this.paths[index] = path.beside(listener.answering, this.rateLimits, listener.view);
    this.listeners[index] = this.describe(listener);
    this.tasks[index] = listener;
    this.numbered.set(listener.number, listener);
  }
}

function placeOf({ address, port, transport }: ListenerTask): string {
  return `${transport ?? 'dns'} ${address} ${port}`;
}

/** Where the message in hand came from: of a set of sockets that is opened after whoever asks it. */
export class LateSource implements PeerSource {
  set: { peer(): Uint8Array; peerFamily(): number } | undefined;

  peer(): Uint8Array {
    return (this.set as PeerSource).peer();
  }

  peerFamily(): number {
    return (this.set as PeerSource).peerFamily();
  }
}
