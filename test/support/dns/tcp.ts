// DNS over one TCP connection (RFC 1035 4.2.2, RFC 7766), with the writes under the test's control.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Endpoint, NoReply } from './udp.ts';

const PATIENCE_MS = 5_000;

/** A message with its two-octet length in front. */
export const frame = (message: Uint8Array): Buffer => {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
};

/** A connection to one server; what is written is what the test says, segment by segment. */
export class TcpClient implements AsyncDisposable {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => {};
  /** Sizes of the pieces in which the stream arrived. */
  readonly pieces: number[] = [];

  protected constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (octets: Buffer) => {
      this.pieces.push(octets.length);
      this.#received = Buffer.concat([this.#received, octets]);
      this.#wake();
    });
    socket.on('close', () => this.#end());
    socket.on('end', () => this.#end());
    socket.on('error', () => this.#end());
  }

  /** @param from the local address to ask from, where it matters who asks. */
  static async open({ host, port }: Endpoint, from?: string): Promise<TcpClient> {
    const local = from === undefined ? {} : { localAddress: from };
    const socket = connect({ host, port, allowHalfOpen: true, ...local });
    await once(socket, 'connect');
    return new TcpClient(socket);
  }

  /** Whether the server has closed its side. */
  get isEnded(): boolean {
    return this.#ended;
  }

  /** Writes the octets as one segment and resolves when the kernel has them. */
  async write(octets: Uint8Array): Promise<void> {
    if (this.#socket.destroyed) return;
    await new Promise<void>((resolve) => this.#socket.write(octets, () => resolve()));
    await nextTurn();
  }

  /** Writes the messages, each behind its length, in one segment. */
  async send(...messages: readonly Uint8Array[]): Promise<void> {
    await this.write(Buffer.concat(messages.map(frame)));
  }

  /** Closes this side only (FIN); replies can still be received. */
  halfClose(): void {
    this.#socket.end();
  }

  /** The next message of the stream; rejects with NoReply when none comes or the server closes. */
  async receive(patienceMs: number = PATIENCE_MS): Promise<Buffer> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const message = this.#takeMessage();
      if (message !== undefined) return message;
      const left = deadline - performance.now();
      if (this.#ended || left <= 0) {
        const why = this.#ended
          ? 'the server closed the connection'
          : `nothing in ${patienceMs} ms`;
        throw new NoReply(`${why}, ${this.#received.length} octets left over`);
      }
      await this.#change(left);
    }
  }

  /** Sends one query and resolves to the next message. */
  async exchange(query: Uint8Array, patienceMs: number = PATIENCE_MS): Promise<Buffer> {
    await this.send(query);
    return this.receive(patienceMs);
  }

  /** Resolves to whether the server closes its side within that time; it never rejects. */
  async closesWithin(milliseconds: number): Promise<boolean> {
    const deadline = performance.now() + milliseconds;
    while (!this.#ended && performance.now() < deadline) {
      await this.#change(deadline - performance.now());
    }
    return this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#socket.destroyed) return;
    const closed = once(this.#socket, 'close');
    this.#socket.destroy();
    await closed;
  }

  #end(): void {
    this.#ended = true;
    this.#wake();
  }

  #takeMessage(): Buffer | undefined {
    if (this.#received.length < 2) return undefined;
    const end = 2 + this.#received.readUInt16BE(0);
    if (this.#received.length < end) return undefined;
    const message = this.#received.subarray(2, end);
    this.#received = this.#received.subarray(end);
    return message;
  }

  #change(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
