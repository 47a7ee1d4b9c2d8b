// One UDP socket that asks a server, matches replies to queries, and can expect silence.

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { presentOctets } from './format.ts';
import { query } from './query.ts';

/** Where a server listens, over UDP and TCP alike. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** No reply came in time; the message shows the query and whatever came instead. */
export class NoReply extends Error {
  override readonly name = 'NoReply';
}

// Long enough for a busy machine: it is only ever waited for by a test that fails.
const PATIENCE_MS = 5_000;

/** How many datagrams that are no reply a failure shows: the last ones. */
const STRAYS_SHOWN = 3;

/** What the silence of a server is measured with: an ordinary question that it must answer. */
const CONTROL_QUESTION = 'example.com. SOA';

/** A UDP socket connected to one server. Dispose of it. */
export class UdpClient implements AsyncDisposable {
  readonly #socket: Socket;
  readonly #arrived: Buffer[] = [];
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (octets: Buffer, _from: RemoteInfo) => {
      this.#arrived.push(octets);
      this.#wake();
    });
    // A port nobody listens on shows as ECONNREFUSED here; the exchange then times out and says so.
    socket.on('error', () => {});
  }

  /** @param from the local address to ask from, where it matters who asks. */
  static async open({ host, port }: Endpoint, from?: string): Promise<UdpClient> {
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    const client = new UdpClient(socket);
    if (from !== undefined) {
      socket.bind({ address: from });
      await once(socket, 'listening');
    }
    socket.connect(port, host);
    await once(socket, 'connect');
    return client;
  }

  send(datagram: Uint8Array): void {
    this.#socket.send(datagram);
  }

  /** Sends a query and resolves to the reply that bears its ID and, where it has one, its question. */
  async exchange(sent: Uint8Array, patienceMs: number = PATIENCE_MS): Promise<Buffer> {
    this.send(sent);
    const reply = await this.#take((octets) => answers(sent, octets), patienceMs);
    if (reply !== undefined) return reply;
    const strays = this.#arrived
      .slice(-STRAYS_SHOWN)
      .map((octets) => `\ncame instead:\n${presentOctets(octets)}`);
    throw new NoReply(`no reply to\n${presentOctets(sent)}${strays.join('')}`);
  }

  /**
   * Resolves to what came back for a datagram that deserves no reply, which should be nothing.
   * The silence ends when a control question sent right after it has been answered twice, so it
   * is measured in the server's work and not in milliseconds.
   */
  async silenceAfter(datagram: Uint8Array): Promise<readonly Buffer[]> {
    this.send(datagram);
    await this.exchange(query(CONTROL_QUESTION));
    await this.exchange(query(CONTROL_QUESTION));
    return this.#arrived.splice(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }

  async #take(
    wanted: (octets: Buffer) => boolean,
    patienceMs: number,
  ): Promise<Buffer | undefined> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const index = this.#arrived.findIndex(wanted);
      if (index >= 0) return this.#arrived.splice(index, 1)[0];
      const left = deadline - performance.now();
      if (left <= 0) return undefined;
      await this.#arrival(left);
    }
  }

  #arrival(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Same ID, and the same question octet for octet where both messages have exactly one. */
const answers = (sent: Uint8Array, reply: Buffer): boolean => {
  const asked = Buffer.from(sent);
  if (reply.length < 12 || reply.readUInt16BE(0) !== asked.readUInt16BE(0)) return false;
  if (reply.readUInt16BE(4) !== 1 || asked.readUInt16BE(4) !== 1) return true;
  const end = questionEnd(asked);
  return end === undefined || reply.subarray(12, end).equals(asked.subarray(12, end));
};

/** Where the first question ends; undefined where it is not one that can be echoed. */
const questionEnd = (octets: Buffer): number | undefined => {
  let at = 12;
  for (;;) {
    const length = octets[at];
    if (length === undefined || length > 63) return undefined;
    at += length + 1;
    if (length === 0) return at + 4 <= octets.length && at <= 12 + 255 ? at + 4 : undefined;
  }
};
