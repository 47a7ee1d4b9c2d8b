/**
 * DNS over TCP (RFC 7766, RFC 9210), the transport only: messages go to a callback, what it composes goes
 * back. Queries of a connection may be pipelined and are answered in the order in which they came.
 */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { ConnectionLimits, type Eviction, type Place, type Tenant } from './connection-limits.ts';
import type { Door } from './door.ts';
import { ListenError } from './listen-error.ts';
import { type Patience, patienceAt } from './patience.ts';
import { clientKey, composePeer } from './peer-record.ts';
import { type GreetingHost, ProxyGreeting } from './proxy-greeting.ts';
import { ReplyBatch } from './reply-batch.ts';
import { type Asker, type ConnectionContext, TcpConnection } from './tcp-connection.ts';
import {
  DEFAULT_LIMITS,
  noCounts,
  type StreamAddress,
  type StreamLimits,
  type TcpCounters,
  type TcpOptions,
} from './tcp-options.ts';
import { Turns } from './turns.ts';
import { DoorVisit } from './visit.ts';

/** Of `close`, where nothing else is said. */
const GRACE_MS = 500;

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
   * How long a connection may be idle at present, in milliseconds: that of the query in the callback's hands, which is what
   * RFC 7828 tells its client; outside of it that of a client with many connections. Negative where the transport has its own way to say it, as HTTP.
   */
  readonly idleTimeoutMs: number;
  /** Goes over to other limits. Connections that are open stay so until another needs a place, or their time is up. */
  limit(limits: Partial<StreamLimits>): void;
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
  const listener = new Listener(options);
  try {
    for (const address of options.addresses) await listener.add(address, options.addresses);
  } catch (error) {
    await listener.close();
    throw error;
  }
  return listener;
}

class Listener implements TcpListener, ConnectionContext, GreetingHost {
  readonly addresses: (StreamAddress | undefined)[] = [];
  readonly counters: TcpCounters = noCounts();
  settings: StreamLimits;
  readonly batch: ReplyBatch;
  readonly turns: Turns = new Turns();
  current: Asker | undefined;
  /** In the order of `addresses`. */
  private readonly servers: (Server | undefined)[] = [];
  private readonly doors: (Door | undefined)[] = [];
  private readonly options: TcpOptions;
  private readonly connections = new Set<TcpConnection>();
  /** Connections that a door has. */
  private readonly visits = new Set<DoorVisit>();
  /** Connections of proxies, and the places that they have meanwhile. */
  private readonly greetings = new Map<ProxyGreeting, Place>();
  private readonly places: ConnectionLimits;
  private sweeper: NodeJS.Timeout | undefined;
  private closed: Promise<void> | undefined;

  constructor(options: TcpOptions) {
    this.options = options;
    this.settings = { ...DEFAULT_LIMITS, ...options };
    this.batch = new ReplyBatch(options.answer);
    this.places = new ConnectionLimits(this.settings);
    this.wind();
  }

  limit(limits: Partial<StreamLimits>): void {
    this.settings = { ...DEFAULT_LIMITS, ...this.options, ...limits };
    this.places.limits = this.settings;
    if (this.sweeper !== undefined) this.wind();
  }

  /** One timer for all connections, a few hundred ns a sweep, rather than one re-armed per query. */
  private wind(): void {
    clearInterval(this.sweeper);
    const { idleTimeoutMs, messageTimeoutMs, writeTimeoutMs } = this.settings;
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

  get idleTimeoutMs(): number {
    const { current } = this;
    if (current === undefined) return this.patience.idleMs;
    if (current.place === undefined) return -1;
    return (current.place.isOfMany ? this.patience : this.calm).idleMs;
  }

  private get patience(): Patience {
    return patienceAt(this.places.use, this.settings);
  }

  /** For clients that have fewer connections than others: it is not they who take the places. */
  private get calm(): Patience {
    return patienceAt(0, this.settings);
  }

  private accept(socket: Socket, index: number): void {
    const { remoteAddress, remotePort } = socket;
    // Both are missing when the peer was gone before we looked.
    const peer = composePeer(remoteAddress ?? '', remotePort ?? 0);
    if (peer === undefined) {
      socket.destroy();
      return;
    }
    const isProxy = this.options.proxies?.(index)?.holds(peer) ?? false;
    const tenant = new Holder(socket, (held, why) => this.evict(held, why));
    const place = this.places.take(isProxy ? undefined : this.keyOf(peer), tenant);
    if (place === undefined) {
      this.refuse(socket);
      return;
    }
    this.counters.open = this.places.size;
    socket.on('close', () => {
      place.release();
      this.counters.open = this.places.size;
    });
    if (isProxy) this.greet(socket, index, place);
    else this.admit(socket, index, peer, place);
  }

  private greet(socket: Socket, index: number, place: Place): void {
    const greeting = new ProxyGreeting(socket, index, this);
    this.greetings.set(greeting, place);
    socket.on('close', () => this.greetings.delete(greeting));
  }

  /** @param place of a client who may have it. */
  private admit(socket: Socket, index: number, peer: Uint8Array, place: Place): void {
    this.counters.accepted += 1;
    const door = this.doors[index];
    if (door === undefined) {
      this.serve(socket, index, peer, place);
      // A proxy's was paused. A door takes what is there by itself.
      socket.resume();
      return;
    }
    const visit = new DoorVisit(socket, index, peer, place, this);
    this.visits.add(visit);
    socket.on('error', () => {});
    socket.on('close', () => this.visits.delete(visit));
    door.admit(socket, visit);
  }

  /** What came out of a door takes the place of what went in. */
  secured(visit: DoorVisit, socket: Socket): void {
    const { socketIndex, peer, place } = visit;
    if (!this.visits.delete(visit)) {
      socket.destroy();
      return;
    }
    (place.tenant as Holder).socket = socket;
    socket.on('close', () => {
      place.release();
      this.counters.open = this.places.size;
    });
    this.serve(socket, socketIndex, peer, place);
  }

  private serve(socket: Socket, index: number, peer: Uint8Array, place: Place): void {
    const connection = new TcpConnection(socket, index, peer, place, this);
    this.connections.add(connection);
    socket.on('close', () => this.connections.delete(connection));
  }

  /** For {@link ProxyGreeting}. */
  introduced(greeting: ProxyGreeting, client: Uint8Array | undefined): void {
    const { socket, socketIndex } = greeting;
    const place = this.greetings.get(greeting);
    this.greetings.delete(greeting);
    if (place === undefined || socket.destroyed) return;
    const { remoteAddress, remotePort } = socket;
    const peer = client ?? composePeer(remoteAddress ?? '', remotePort ?? 0);
    if (peer === undefined) {
      socket.destroy();
      return;
    }
    // What the proxy asks for itself, as its health checks do, is no one client's.
    if (client !== undefined && !place.belongsTo(this.keyOf(peer))) this.refuse(socket);
    else this.admit(socket, socketIndex, peer, place);
  }

  /** For {@link ProxyGreeting}. */
  failed(greeting: ProxyGreeting): void {
    this.counters.badProxy += 1;
    this.greetings.delete(greeting);
    greeting.socket.resetAndDestroy();
  }

  private refuse(socket: Socket): void {
    this.counters.refused += 1;
    // A reset leaves no TIME_WAIT behind, which is what a flood would otherwise fill.
    socket.on('error', () => {});
    socket.resetAndDestroy();
  }

  private evict(socket: Socket, why: Eviction): void {
    if (why === 'places') this.counters.evicted += 1;
    else this.counters.overMemory += 1;
    this.counters.open = this.places.size;
    // What waits to be taken goes at once.
    if (socket.writableLength > 0) socket.resetAndDestroy();
    else socket.destroy();
  }

  private keyOf(peer: Uint8Array): string {
    const { ipv4Prefix, ipv6Prefix } = this.settings;
    return clientKey(peer, ipv4Prefix, ipv6Prefix);
  }

  private sweep(): void {
    const now = performance.now();
    const { patience, calm } = this;
    const patienceOf = ({ isOfMany }: Place): Patience => (isOfMany ? patience : calm);
    for (const connection of this.connections) connection.expire(now, patienceOf(connection.place));
    for (const visit of this.visits) visit.expire?.(now, patienceOf(visit.place).idleMs);
    for (const greeting of this.greetings.keys()) {
      if (now - greeting.since < patience.messageMs) continue;
      this.greetings.delete(greeting);
      this.counters.slowClosed += 1;
      greeting.socket.destroy();
    }
  }

  private async shut(): Promise<void> {
    await this.end(
      this.servers.filter((server) => server !== undefined),
      () => true,
    );
    clearInterval(this.sweeper);
    this.sweeper = undefined;
  }

  private async end(
    servers: readonly Server[],
    isTheirs: (connection: { readonly socketIndex: number }) => boolean,
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
    for (const greeting of this.greetings.keys()) {
      if (isTheirs(greeting)) greeting.socket.destroy();
    }
    const grace = setTimeout(() => {
      for (const connection of connections) connection.socket.destroy();
    }, this.options.graceMs ?? GRACE_MS);
    await Promise.all([...ended, ...gone]);
    clearTimeout(grace);
  }
}

/** Who has a place: the socket that came, or what has come out of a door in its stead. */
class Holder implements Tenant {
  socket: Socket;
  private readonly end: (socket: Socket, why: Eviction) => void;

  constructor(socket: Socket, end: (socket: Socket, why: Eviction) => void) {
    this.socket = socket;
    this.end = end;
  }

  evict(why: Eviction): void {
    this.end(this.socket, why);
  }
}
