// What a case talks through: octets in, octets out, over UDP and TCP to one server.

import { type Endpoint, TcpClient, UdpClient } from '../../support/dns/index.ts';

/** Which way a query goes. */
export type Transport = 'udp' | 'tcp';

/** A conversation with one server. Every socket it opened closes when it is disposed of. */
export class Probe implements AsyncDisposable {
  readonly #endpoint: Endpoint;
  readonly #patienceMs: number;
  readonly #sockets = new AsyncDisposableStack();
  #udp: Promise<UdpClient> | undefined;

  /** `patienceMs` is how long a reply may take; it is only waited for in full when none comes. */
  constructor(endpoint: Endpoint, patienceMs: number = 5_000) {
    this.#endpoint = endpoint;
    this.#patienceMs = patienceMs;
  }

  /** Sends one query over a fresh TCP connection or the probe's UDP socket; resolves to the reply. */
  async ask(transport: Transport, query: Uint8Array): Promise<Buffer> {
    if (transport === 'udp') return (await this.#datagrams()).exchange(query, this.#patienceMs);
    await using connection = await TcpClient.open(this.#endpoint);
    return await connection.exchange(query, this.#patienceMs);
  }

  /** Sends a datagram that deserves no reply; resolves to the replies, of which there should be none. */
  async silenceAfter(datagram: Uint8Array): Promise<readonly Buffer[]> {
    return (await this.#datagrams()).silenceAfter(datagram);
  }

  /** A TCP connection of the case's own. */
  async connect(): Promise<TcpClient> {
    return this.#sockets.use(await TcpClient.open(this.#endpoint));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sockets.disposeAsync();
  }

  #datagrams(): Promise<UdpClient> {
    this.#udp ??= UdpClient.open(this.#endpoint).then((client) => this.#sockets.use(client));
    return this.#udp;
  }
}
