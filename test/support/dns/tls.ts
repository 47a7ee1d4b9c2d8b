// DNS over TLS (RFC 7858). What is said inside is said as over TCP.

import { once } from 'node:events';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { TcpClient } from './tcp.ts';
import type { Endpoint } from './udp.ts';

/** A TLS connection to one server, whatever its certificate. */
export class TlsClient extends TcpClient {
  readonly #socket: TLSSocket;
  /** Sessions that the server lets be taken up again. */
  readonly sessions: Buffer[] = [];

  private constructor(socket: TLSSocket) {
    super(socket);
    this.#socket = socket;
    socket.on('session', (session) => this.sessions.push(session));
  }

  /** Rejects where the server turns the handshake down. */
  static async handshake(
    { host, port }: Endpoint,
    options: ConnectionOptions = {},
  ): Promise<TlsClient> {
    const socket = connect({
      ...{ host, port, allowHalfOpen: true, rejectUnauthorized: false },
      ...options,
    });
    const client = new TlsClient(socket);
    await once(socket, 'secureConnect');
    return client;
  }

  /** What ALPN came to; undefined where the server did not choose. */
  get protocol(): string | undefined {
    return this.#socket.alpnProtocol || undefined;
  }

  /** `TLSv1.3` and the like. */
  get version(): string | null {
    return this.#socket.getProtocol();
  }

  /** Whether the session is one of before. */
  get isResumed(): boolean {
    return this.#socket.isSessionReused();
  }
}
