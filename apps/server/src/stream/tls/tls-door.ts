/** DNS over TLS (RFC 7858): the handshake. What is said afterwards is said as over TCP. */
import type { TLSSocket } from 'node:tls';
import type { Visit } from '../door.ts';
import { SecureDoor, type SecureDoorOptions } from './secure-door.ts';

export class TlsDoor extends SecureDoor {
  readonly what = 'DNS over TLS';

  constructor(options: SecureDoorOptions) {
    // RFC 7858 is silent about it; the name is IANA's.
    super(options, ['dot']);
  }

  protected override enter(socket: TLSSocket, visit: Visit): void {
    // As over TCP, a client may have said all and wait for its answers.
    socket.allowHalfOpen = true;
    visit.secured(socket);
  }
}
