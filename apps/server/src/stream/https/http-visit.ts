import type { ServerHttp2Session } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { Visit } from '../door.ts';
import type { StreamLimits } from '../tcp-options.ts';

/** A request that is under way. */
interface UnderWay {
  isOverdue(
    now: number,
    settings: Pick<StreamLimits, 'messageTimeoutMs' | 'writeTimeoutMs'>,
  ): boolean;
}

/** One client's connection, over HTTP/2 or HTTP/1.1: what is under way on it, and how long that may take. */
export class HttpVisit {
  readonly visit: Visit;
  /** There with HTTP/2. */
  private readonly session: ServerHttp2Session | undefined;
  private readonly socket: TLSSocket;
  private readonly exchanges = new Set<UnderWay>();
  private usedAt = performance.now();
  /** To be ended when nothing is under way any more. */
  private isLeaving = false;

  constructor(visit: Visit, socket: TLSSocket, session?: ServerHttp2Session) {
    this.visit = visit;
    this.socket = socket;
    this.session = session;
    visit.leave = () => this.leave();
    visit.expire = (now, idleMs) => this.expire(now, idleMs);
    socket.on('error', () => {
      visit.counters.reset += 1;
    });
  }

  begun(exchange: UnderWay): void {
    this.exchanges.add(exchange);
    this.visit.isIdle = false;
    this.usedAt = performance.now();
  }

  ended(exchange: UnderWay): void {
    this.exchanges.delete(exchange);
    this.visit.isIdle = this.exchanges.size === 0;
    this.usedAt = performance.now();
    if (this.isLeaving && this.visit.isIdle) this.end();
  }

  /** Tells the client to come again elsewhere (RFC 9113 6.8), and ends once it has its answers. */
  private leave(): void {
    this.isLeaving = true;
    if (this.session !== undefined) this.session.close();
    else if (this.visit.isIdle) this.end();
  }

  private end(): void {
    if (this.session === undefined) this.socket.end();
    else this.session.close();
  }

  private expire(now: number, idleMs: number): void {
    const { counters, settings, isIdle } = this.visit;
    for (const exchange of this.exchanges) {
      if (!exchange.isOverdue(now, settings)) continue;
      counters.slowClosed += 1;
      // The other requests of a client that does not read are no better off.
      this.socket.destroy();
      return;
    }
    if (!isIdle || now - this.usedAt < idleMs) return;
    counters.idleClosed += 1;
    this.socket.destroy();
  }
}
