// What a case talks through: octets in, octets out, to one server, over each transport that it has.

import type { ConnectionOptions } from 'node:tls';
import {
  type Endpoint,
  type HttpRequest,
  type HttpResponse,
  HttpsClient,
  NoReply,
  overHttp1,
  postOf,
  TcpClient,
  TlsClient,
  UdpClient,
} from '../../support/dns/index.ts';

/** Transports that a server need not have. */
export type Encrypted = 'tls' | 'https';

/** Which way a query goes. */
export type Transport = 'udp' | 'tcp' | Encrypted;

/** Where a server is asked: over UDP and TCP at one port, over the others at one each, where it has them. */
export interface Reach extends Endpoint, Readonly<Partial<Record<Encrypted, number>>> {}

/** A conversation with one server. Every socket it opened closes when it is disposed of. */
export class Probe implements AsyncDisposable {
  readonly #reach: Reach;
  readonly #patienceMs: number;
  readonly #sockets = new AsyncDisposableStack();
  #udp: Promise<UdpClient> | undefined;

  /** `patienceMs` is how long a reply may take; it is only waited for in full when none comes. */
  constructor(reach: Reach, patienceMs: number = 5_000) {
    this.#reach = reach;
    this.#patienceMs = patienceMs;
  }

  /** Sends one query over a fresh connection or the probe's UDP socket; resolves to the reply. */
  async ask(transport: Transport, query: Uint8Array): Promise<Buffer> {
    if (transport === 'udp') return (await this.#datagrams()).exchange(query, this.#patienceMs);
    const at = this.#at(transport);
    if (transport === 'https') {
      await using connection = await HttpsClient.open(at);
      const { status, body } = await connection.request(postOf(query), this.#patienceMs);
      if (status !== 200) throw new NoReply(`status ${status}: ${body}`);
      return body;
    }
    await using connection = await (transport === 'tls'
      ? TlsClient.handshake(at)
      : TcpClient.open(at));
    return await connection.exchange(query, this.#patienceMs);
  }

  /** Sends a datagram that deserves no reply; resolves to the replies, of which there should be none. */
  async silenceAfter(datagram: Uint8Array): Promise<readonly Buffer[]> {
    return (await this.#datagrams()).silenceAfter(datagram);
  }

  /** A TCP connection of the case's own; where `at` says so, to a port where TLS is expected. */
  async connect(at: 'tcp' | Encrypted = 'tcp'): Promise<TcpClient> {
    return this.#sockets.use(await TcpClient.open(this.#at(at)));
  }

  /** A TLS connection of the case's own. Rejects where the server turns it down. */
  async secure(options: ConnectionOptions = {}, at: Encrypted = 'tls'): Promise<TlsClient> {
    return this.#sockets.use(await TlsClient.handshake(this.#at(at), options));
  }

  /** An HTTP/2 connection of the case's own. */
  async https(): Promise<HttpsClient> {
    return this.#sockets.use(await HttpsClient.open(this.#at('https')));
  }

  /** One request over HTTP/1.1. */
  async http1(request: HttpRequest): Promise<HttpResponse> {
    return await overHttp1(this.#at('https'), request);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sockets.disposeAsync();
  }

  #at(transport: Transport): Endpoint {
    const { host, port, tls = 0, https = 0 } = this.#reach;
    return { host, port: { udp: port, tcp: port, tls, https }[transport] };
  }

  #datagrams(): Promise<UdpClient> {
    this.#udp ??= UdpClient.open(this.#at('udp')).then((client) => this.#sockets.use(client));
    return this.#udp;
  }
}
