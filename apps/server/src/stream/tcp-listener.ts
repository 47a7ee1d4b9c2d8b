/**
 * DNS over TCP (RFC 7766, RFC 9210), the transport only: messages go to a callback, what it composes goes
 * back. Queries of a connection may be pipelined and are answered in the order in which they came.
 */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Door } from './door.ts';
import { ListenError } from './listen-error.ts';
import { clientKey, composePeer } from './peer-record.ts';
import { ReplyBatch } from './reply-batch.ts';
import { type Asker, type ConnectionContext, TcpConnection } from './tcp-connection.ts';
import {
  type StreamAddress,
  type TcpCounters,
  type TcpOptions,
  type TcpSettings,
  withDefaults,
} from './tcp-options.ts';
import { DoorVisit } from './visit.ts';

export type { Answer } from './reply-batch.ts';

export interface TcpListener {
  /**
   * As bound, ports filled in: in the order of {@link TcpOptions.addresses}, then those that were added. Where one was
   * removed there is undefined, until another is given its place.
   */
  readonly addresses: readonly (StreamAddress | undefined)[];
  /** Live: the same object throughout. */
  readonly counters: Readonly<TcpCounters>;
  /**
   * Where the query in the callback's hands came from: 20 octets in the format of the UDP package's
   * `peer()`. Valid inside the callback only, and an error outside it.
   */
  peer(): Uint8Array;
  /** Which of {@link addresses} was asked, by its index. Inside the callback only. */
  socket(): number;
  /**
   * Listens on one more address; connections go on.
   *
   * @param beside what is going to be listened on as well: `::` leaves IPv4 to a `0.0.0.0` among them
   * @returns its index in {@link addresses}, the lowest that is free
   * @throws ListenError
   */
  add(address: StreamAddress, beside?: readonly StreamAddress[], door?: Door): Promise<number>;
  /** What connections to come to an address go through; undefined for plain TCP. */
  setDoor(index: number, door: Door | undefined): void;
  /** What they go through now. */
  doorOf(index: number): Door | undefined;
  /**
   * Listens on an address no longer, answers what has been received there, and resolves when its connections have
   * ended: after {@link TcpOptions.graceMs} at the latest.
   */
  remove(index: number): Promise<void>;
  /**
   * Lets the query in the callback's hands, which then returns 0, be answered later. Valid inside the callback only,
   * and an error outside it.
   *
   * @returns to be called once, with the reply, or without where there is none; nothing happens where the client
   *   has gone.
   */
  defer(): (reply: Uint8Array | undefined) => void;
  /**
   * Stops accepting, answers what has been received, and resolves when all connections have ended:
   * after {@link TcpOptions.graceMs} at the latest. May be called again.
   */
  close(): Promise<void>;
}

/** @throws ListenError for the first address that can't be had; the others are closed again. */
export async function listenTcp(options: TcpOptions): Promise<TcpListener> {
  const listener = new Listener(withDefaults(options));
  try {
    for (const address of options.addresses) await listener.add(address, options.addresses);
  } catch (error) {
    await listener.close();
    throw error;
  }
  return listener;
}

class Listener implements TcpListener, ConnectionContext {
  readonly addresses: (StreamAddress | undefined)[] = [];
  readonly counters: TcpCounters = {
    accepted: 0,
    open: 0,
    refused: 0,
    queries: 0,
    replies: 0,
    idleClosed: 0,
    slowClosed: 0,
    reset: 0,
    acceptErrors: 0,
  };
  readonly settings: TcpSettings;
  readonly batch: ReplyBatch;
  current: Asker | undefined;
  /** In the order of `addresses`. */
  private readonly servers: (Server | undefined)[] = [];
  private readonly doors: (Door | undefined)[] = [];
  private readonly connections = new Set<TcpConnection>();
  /** Connections that a door has, in the order of their arrival. */
  private readonly visits = new Set<DoorVisit>();
  /** Those with nothing in hand, in the order of their last use: a Set keeps the order of insertion. */
  private readonly idle = new Set<TcpConnection>();
  private readonly perClient = new Map<string, number>();
  private readonly sweeper: NodeJS.Timeout;
  private closed: Promise<void> | undefined;

  constructor(settings: TcpSettings) {
    this.settings = settings;
    this.batch = new ReplyBatch(settings.answer);
    // One timer for all connections, a few hundred ns a sweep, rather than one re-armed per query.
    const { idleTimeoutMs, messageTimeoutMs, writeTimeoutMs } = settings;
    const shortest = Math.min(idleTimeoutMs / 5, messageTimeoutMs, writeTimeoutMs);
    this.sweeper = setInterval(() => this.sweep(), Math.max(5, Math.min(500, shortest / 4)));
    this.sweeper.unref();
  }

  async add(
    where: StreamAddress,
    beside: readonly StreamAddress[] = [],
    door?: Door,
  ): Promise<number> {
    const free = this.servers.indexOf(undefined);
    const index = free < 0 ? this.servers.length : free;
    const isShared = [...beside, ...this.addresses].some(
      (other) => other?.address === '0.0.0.0' && other.port === where.port && where.port !== 0,
    );
    // Before the first connection.
    this.doors[index] = door;
    const server = await this.listen(where, index, isShared);
    server.on('error', () => {
      this.counters.acceptErrors += 1;
    });
    this.servers[index] = server;
    const bound = server.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : where.port;
    this.addresses[index] = { address: where.address, port };
    return index;
  }

  setDoor(index: number, door: Door | undefined): void {
    this.doors[index] = door;
  }

  doorOf(index: number): Door | undefined {
    return this.doors[index];
  }

  async remove(index: number): Promise<void> {
    const server = this.servers[index];
    if (server === undefined) return;
    await this.end([server], ({ socketIndex }) => socketIndex === index);
    this.servers[index] = undefined;
    this.doors[index] = undefined;
    this.addresses[index] = undefined;
  }

  /**
   * With SO_REUSEPORT, without which Linux lets no `::` stand beside an address that it covers, and the port can't
   * tell now what is going to stand beside it. Not every system has it.
   */
  private async listen(
    where: StreamAddress,
    index: number,
    ipv6Only: boolean,
    reusePort = true,
  ): Promise<Server> {
    const server = createServer(
      { allowHalfOpen: true, noDelay: true, highWaterMark: this.settings.writeBufferBytes },
      (socket) => this.accept(socket, index),
    );
    const { address: host, port } = where;
    try {
      server.listen({ host, port, ipv6Only, reusePort, backlog: 1024 });
      await once(server, 'listening');
      return server;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (reusePort && code === 'ENOTSUP') return this.listen(where, index, ipv6Only, false);
      const what = this.doors[index]?.what ?? 'DNS over TCP';
      throw new ListenError(what, host, port, error as Error);
    }
  }

  peer(): Uint8Array {
    if (this.current === undefined)
      throw new Error('peer() was called outside the answer callback');
    return this.current.peer;
  }

  defer(): (reply: Uint8Array | undefined) => void {
    if (this.current === undefined)
      throw new Error('defer() was called outside the answer callback');
    return this.current.defer();
  }

  socket(): number {
    if (this.current === undefined)
      throw new Error('socket() was called outside the answer callback');
    return this.current.socketIndex;
  }

  close(): Promise<void> {
    this.closed ??= this.shut();
    return this.closed;
  }

  idleChanged(connection: TcpConnection): void {
    this.idle.delete(connection);
    if (connection.isIdle && !connection.socket.destroyed) this.idle.add(connection);
  }

  private accept(socket: Socket, index: number): void {
    const { remoteAddress, remotePort } = socket;
    // Both are missing when the peer was gone before we looked.
    const peer = composePeer(remoteAddress ?? '', remotePort ?? 0);
    if (peer === undefined) {
      socket.destroy();
      return;
    }
    const client = clientKey(peer);
    const count = this.perClient.get(client) ?? 0;
    if (count >= this.settings.maxConnectionsPerClient || !this.makeRoom()) {
      this.counters.refused += 1;
      // A reset leaves no TIME_WAIT behind, which is what a flood would otherwise fill.
      socket.on('error', () => {});
      socket.resetAndDestroy();
      return;
    }
    this.perClient.set(client, count + 1);
    this.counters.accepted += 1;
    this.counters.open += 1;
    const door = this.doors[index];
    if (door === undefined) this.serve(socket, index, peer, client);
    else this.admit(door, new DoorVisit(socket, index, peer, client, this));
  }

  /** @param socket of a client that has its place. */
  private serve(socket: Socket, index: number, peer: Uint8Array, client: string): void {
    const connection = new TcpConnection(socket, index, peer, client, this);
    this.connections.add(connection);
    this.idle.add(connection);
    socket.on('close', () => this.forget(connection));
  }

  private admit(door: Door, visit: DoorVisit): void {
    const { socket } = visit;
    this.visits.add(visit);
    socket.on('error', () => {});
    socket.on('close', () => this.forgetVisit(visit));
    door.admit(socket, visit);
  }

  /** What came out of a door takes the place of what went in. */
  secured(visit: DoorVisit, socket: Socket): void {
    const { socketIndex, peer, client } = visit;
    if (!this.visits.delete(visit)) socket.destroy();
    else this.serve(socket, socketIndex, peer, client);
  }

  /** @returns whether there is a place for one more, if need be that of the longest idle. */
  private makeRoom(): boolean {
    if (this.used < this.settings.maxConnections) return true;
    const [longest] = this.idle;
    // 'close' comes only later, and the place is needed now.
    if (longest !== undefined) {
      longest.socket.destroy();
      this.forget(longest);
    } else {
      const visit = [...this.visits].find(({ isIdle }) => isIdle);
      if (visit === undefined) return false;
      visit.socket.destroy();
      this.forgetVisit(visit);
    }
    this.counters.idleClosed += 1;
    return true;
  }

  private get used(): number {
    return this.connections.size + this.visits.size;
  }

  private forget(connection: TcpConnection): void {
    if (!this.connections.delete(connection)) return;
    this.idle.delete(connection);
    this.release(connection.client);
  }

  private forgetVisit(visit: DoorVisit): void {
    if (this.visits.delete(visit)) this.release(visit.client);
  }

  private release(client: string): void {
    this.counters.open -= 1;
    const count = (this.perClient.get(client) ?? 0) - 1;
    if (count > 0) this.perClient.set(client, count);
    else this.perClient.delete(client);
  }

  private sweep(): void {
    const now = performance.now();
    const idleMs = this.idleTimeout();
    for (const connection of this.connections) {
      connection.expire(now, idleMs);
      // A connection falls idle when its last reply has gone, which nothing else reports.
      if (connection.isIdle !== this.idle.has(connection)) this.idleChanged(connection);
    }
    for (const visit of this.visits) visit.expire?.(now, idleMs);
  }

  /** RFC 7766 6.2.3: under load a server may wait less. */
  private idleTimeout(): number {
    const { idleTimeoutMs, maxConnections } = this.settings;
    const used = this.used / maxConnections;
    return used <= 0.5 ? idleTimeoutMs : idleTimeoutMs * (1 - 1.6 * (used - 0.5));
  }

  private async shut(): Promise<void> {
    await this.end(
      this.servers.filter((server) => server !== undefined),
      () => true,
    );
    clearInterval(this.sweeper);
  }

  private async end(
    servers: readonly Server[],
    isTheirs: (connection: TcpConnection | DoorVisit) => boolean,
  ): Promise<void> {
    const ended = servers.map((server) => new Promise((done) => server.close(done)));
    // Two turns of the event loop, so that what the kernel has received is read: the first may be half over.
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    // A server reports its end before its connections have reported theirs.
    const connections = [...this.connections, ...this.visits].filter(isTheirs);
    const gone = connections.map(
      ({ socket }) => new Promise<void>((done) => socket.once('close', () => done())),
    );
    for (const connection of connections) connection.close();
    const grace = setTimeout(() => {
      for (const connection of connections) connection.socket.destroy();
    }, this.settings.graceMs);
    await Promise.all([...ended, ...gone]);
    clearTimeout(grace);
  }
}
