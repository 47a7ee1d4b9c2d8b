import type { Socket } from 'node:net';
import { ProxyHeader } from './proxy-header.ts';

/** Who hears of it. */
export interface GreetingHost {
  /**
   * The socket is paused: what stands behind the header must not flow before somebody listens.
   *
   * @param peer where the client is; undefined: where the connection comes from.
   */
  introduced(greeting: ProxyGreeting, peer: Uint8Array | undefined): void;
  /** The header can't be read. */
  failed(greeting: ProxyGreeting): void;
}

/** A connection of a proxy that has not said yet for whom it comes. Whatever stands behind its header is left in the socket. */
export class ProxyGreeting {
  readonly socket: Socket;
  readonly socketIndex: number;
  readonly since: number = performance.now();
  private readonly header = new ProxyHeader();
  private readonly host: GreetingHost;
  private readonly receive = (chunk: Buffer): void => this.read(chunk);
  private readonly ignore = (): void => {};

  constructor(socket: Socket, socketIndex: number, host: GreetingHost) {
    this.socket = socket;
    this.socketIndex = socketIndex;
    this.host = host;
    socket.on('data', this.receive);
    socket.on('error', this.ignore);
    // Nobody's query is half here: there is nothing to answer any more.
    socket.on('end', this.end);
  }

  private readonly end = (): void => {
    this.socket.destroy();
  };

  private read(chunk: Buffer): void {
    const { header, socket, host } = this;
    const taken = header.take(chunk);
    if (header.isMalformed) {
      host.failed(this);
      return;
    }
    if (!header.isComplete) return;
    socket.off('data', this.receive);
    socket.off('error', this.ignore);
    socket.off('end', this.end);
    socket.pause();
    if (taken < chunk.length) socket.unshift(chunk.subarray(taken));
    host.introduced(this, header.peer);
  }
}
