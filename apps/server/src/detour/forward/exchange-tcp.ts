import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { ExchangeError, exchangeError, isReplyTo, questionEndOf, type Target } from './exchange.ts';

const PREFIX = 2;

export interface TcpPoolOptions {
  /** How long a connection is kept that nobody uses. */
  readonly expireMs: number;
  /** Of those, how many; 0: as many as there are. */
  readonly mostIdle: number;
}

/**
 * Connections to one server, each with one query at a time, kept for the next (RFC 7766 6.2.1). A connection that
 * was kept may have been closed by the other side just then; such a query is asked again by a new one.
 */
export class TcpPool {
  private readonly target: Target;
  private readonly options: TcpPoolOptions;
  /** The longest idle first. */
  private readonly idle: Connection[] = [];

  constructor(target: Target, options: TcpPoolOptions) {
    this.target = target;
    this.options = options;
  }

  /** @throws ExchangeError */
  async ask(query: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
    const deadline = performance.now() + timeoutMs;
    for (let kept = this.idle.pop(); kept !== undefined; kept = this.idle.pop()) {
      if (!kept.isOpen) continue;
      const reply = await this.askBy(kept, query, deadline).catch((error: ExchangeError) => error);
      if (!(reply instanceof Error)) return reply;
      if (!kept.wasClosed) throw reply;
    }
    return await this.askBy(new Connection(this.target), query, deadline);
  }

  close(): void {
    for (const connection of this.idle.splice(0)) connection.close();
  }

  private async askBy(
    connection: Connection,
    query: Uint8Array,
    deadline: number,
  ): Promise<Uint8Array> {
    try {
      const reply = await connection.ask(query, deadline - performance.now());
      this.keep(connection);
      return reply;
    } catch (error) {
      connection.close();
      throw exchangeError(error);
    }
  }

  private keep(connection: Connection): void {
    const { expireMs, mostIdle } = this.options;
    if (!connection.isOpen || (mostIdle > 0 && this.idle.length >= mostIdle)) {
      connection.close();
      return;
    }
    this.idle.push(connection);
    connection.expireIn(expireMs, () => {
      const at = this.idle.indexOf(connection);
      if (at >= 0) this.idle.splice(at, 1);
    });
  }
}

class Connection {
  private readonly socket: Socket;
  /** The other side ended it, or broke it off. */
  wasClosed = false;
  private received: Buffer = Buffer.alloc(0);
  private deliver: ((octets: Buffer) => void) | undefined;
  private fail: ((error: Error) => void) | undefined;
  private expiry: NodeJS.Timeout | undefined;

  constructor({ address, port, source }: Target) {
    const local = source === undefined ? {} : { localAddress: source };
    this.socket = connect({ host: address, port, noDelay: true, ...local });
    this.socket.on('data', (octets: Buffer) => this.receive(octets));
    this.socket.on('error', (error) => this.end(error));
    this.socket.on('end', () => this.end(new ExchangeError('the connection was closed')));
    this.socket.on('close', () => this.end(new ExchangeError('the connection was closed')));
  }

  get isOpen(): boolean {
    return !this.wasClosed && this.socket.writable;
  }

  async ask(query: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
    clearTimeout(this.expiry);
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
    const questionEnd = questionEndOf(query);
    const timer = setTimeout(() => reject(new ExchangeError('no answer in time')), timeoutMs);
    this.fail = reject;
    this.deliver = (octets) => {
      // Anything else is late, or said twice: the right one may yet come, as over UDP.
      if (isReplyTo(query, questionEnd, octets)) resolve(octets);
    };
    try {
      if (this.socket.connecting) await Promise.race([once(this.socket, 'connect'), promise]);
      // The length in the same write as the message (RFC 7766 8).
      const framed = Buffer.alloc(PREFIX + query.length);
      framed.writeUInt16BE(query.length);
      framed.set(query, PREFIX);
      this.socket.write(framed);
      return await promise;
    } finally {
      clearTimeout(timer);
      this.deliver = undefined;
      this.fail = undefined;
    }
  }

  expireIn(ms: number, onExpired: () => void): void {
    this.expiry = setTimeout(() => {
      onExpired();
      this.close();
    }, ms);
    this.expiry.unref();
  }

  close(): void {
    clearTimeout(this.expiry);
    this.socket.destroy();
  }

  private receive(octets: Buffer): void {
    this.received = this.received.length === 0 ? octets : Buffer.concat([this.received, octets]);
    // All there are: one that stayed would be taken for the reply to the next question.
    for (let end = this.messageEnd; this.received.length >= end; end = this.messageEnd) {
      const message = this.received.subarray(PREFIX, end);
      this.received = this.received.subarray(end);
      // Unasked for: whoever sends that can't be trusted with the next question.
      if (this.deliver === undefined) this.close();
      else this.deliver(message);
    }
  }

  /** Where the first message ends, the rest of it perhaps yet to come. */
  private get messageEnd(): number {
    return PREFIX + (this.received.length < PREFIX ? 0 : this.received.readUInt16BE(0));
  }

  private end(error: Error): void {
    this.wasClosed = true;
    this.fail?.(error);
  }
}
