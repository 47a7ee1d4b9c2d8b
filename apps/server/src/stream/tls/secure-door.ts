import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { ClientAuth } from '../../config/server-config.ts';
import type { Door, Visit } from '../door.ts';
import type { Credentials } from './credentials.ts';
import { countFailure, type TlsCounters } from './tls-counters.ts';
import { contextOptions, serverOptions } from './tls-settings.ts';

export interface SecureDoorOptions {
  readonly credentials: Credentials;
  readonly ticketKeys: Buffer;
  readonly clientAuth: ClientAuth;
  /** How long a handshake may take. */
  readonly handshakeTimeoutMs: number;
  /** Counted into. */
  readonly counters: TlsCounters;
}

/** A {@link Door} that shakes hands; its certificate and ticket key may be others from one moment to the next. */
export abstract class SecureDoor implements Door {
  abstract readonly what: string;
  private readonly clientAuth: ClientAuth;
  private readonly server: Server;
  /** Those that shake hands, by both ends' addresses: Node gives no other way from a TLS socket to its TCP socket. */
  private readonly visits = new Map<string, Visit>();

  /** @param protocols as ALPN calls them, the best first; a client that offers others alone is turned away. */
  constructor(
    { credentials, ticketKeys, clientAuth, handshakeTimeoutMs, counters }: SecureDoorOptions,
    protocols: readonly string[],
  ) {
    this.clientAuth = clientAuth;
    this.server = createServer({
      ...contextOptions(credentials, clientAuth, ticketKeys),
      ...serverOptions(clientAuth, handshakeTimeoutMs),
      ALPNProtocols: protocols,
    });
    this.server.on('secureConnection', (socket) => {
      if (socket.isSessionReused()) counters.handshakesResumed += 1;
      else counters.handshakesFull += 1;
      this.hand(socket);
    });
    this.server.on('tlsClientError', (error, socket) => {
      countFailure(counters, error);
      // Where it took too long Node leaves that to us.
      socket.destroy();
    });
  }

  /** Takes over a connection whose handshake has come to its end. */
  protected abstract enter(socket: TLSSocket, visit: Visit): void;

  admit(socket: Socket, visit: Visit): void {
    const key = keyOf(socket);
    this.visits.set(key, visit);
    socket.on('close', () => {
      if (this.visits.get(key) === visit) this.visits.delete(key);
    });
    // Whoever closes its side amid a handshake has gone.
    socket.allowHalfOpen = false;
    // Node wraps sockets that it did not accept itself, too, if they are given to it so (its "Event: 'connection'").
    this.server.emit('connection', socket);
  }

  /** For handshakes to come. */
  renew(credentials: Credentials, ticketKeys: Buffer): void {
    this.server.setSecureContext(contextOptions(credentials, this.clientAuth, ticketKeys));
  }

  private hand(socket: TLSSocket): void {
    const key = keyOf(socket);
    const visit = this.visits.get(key);
    this.visits.delete(key);
    if (visit === undefined || !isWelcome(socket, this.clientAuth)) socket.destroy();
    else this.enter(socket, visit);
  }
}

/** What Node leaves to us: with `require` any certificate will do, with `verify_if_given` none, but not a bad one. */
function isWelcome(socket: TLSSocket, clientAuth: ClientAuth): boolean {
  if (clientAuth === 'require') return hasCertificate(socket);
  return clientAuth !== 'verify_if_given' || socket.authorized || !hasCertificate(socket);
}

function hasCertificate(socket: TLSSocket): boolean {
  return Object.keys(socket.getPeerCertificate()).length > 0;
}

function keyOf({ remoteAddress, remotePort, localAddress }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`;
}
