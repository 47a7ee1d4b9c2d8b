/** DNS over HTTPS (RFC 8484): HTTP/2, and HTTP/1.1 for whoever has no better. */
import { createServer, type Server } from 'node:http';
import { performServerHandshake } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { Visit } from '../door.ts';
import { SecureDoor, type SecureDoorOptions } from '../tls/secure-door.ts';
import { Exchange } from './exchange.ts';
import { HttpVisit } from './http-visit.ts';
import { Http1Wire, Http2Wire } from './wire.ts';

/** Requests of one connection at once; as many as queries wait on one over TCP. */
const MOST_STREAMS = 100;
/** Octets of a request's head: the URL of a GET of the largest query that a resolver would send, and more. */
const MOST_HEAD = 16 * 1024;

export interface HttpsDoorOptions extends SecureDoorOptions {
  /** Responses by their status; counted into. */
  readonly statuses: Map<number, number>;
}

export class HttpsDoor extends SecureDoor {
  readonly what = 'DNS over HTTPS';
  private readonly statuses: Map<number, number>;
  /** Never listens: it is given its sockets. */
  private readonly http1: Server;
  private readonly visits1 = new WeakMap<object, HttpVisit>();

  constructor(options: HttpsDoorOptions) {
    super(options, ['h2', 'http/1.1']);
    this.statuses = options.statuses;
    this.http1 = createServer({ maxHeaderSize: MOST_HEAD }, (request, response) => {
      const visit = this.visits1.get(request.socket);
      if (visit !== undefined) {
        new Exchange(new Http1Wire(request, response), visit, this.statuses).begin();
      }
    });
  }

  protected override enter(socket: TLSSocket, visit: Visit): void {
    if (socket.alpnProtocol === 'h2') this.speakHttp2(socket, visit);
    else {
      this.visits1.set(socket, new HttpVisit(visit, socket));
      this.http1.emit('connection', socket);
    }
  }

  private speakHttp2(socket: TLSSocket, visit: Visit): void {
    const session = performServerHandshake(socket, {
      settings: { maxConcurrentStreams: MOST_STREAMS, maxHeaderListSize: MOST_HEAD },
    });
    const inside = new HttpVisit(visit, socket, session);
    session.on('error', () => {});
    session.on('stream', (stream, headers) =>
      new Exchange(new Http2Wire(stream, headers), inside, this.statuses).begin(),
    );
  }
}
