// Many queries at once, and how many of them were answered.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Endpoint, parseMessage, query } from '../../support/dns/index.ts';
import { waitFor } from '../../support/wait.ts';

const QUESTION = 'www.example.com. A';
const RECEIVE_BUFFER = 4 << 20;
/** Sources spread over the workers, which the kernel chooses by source port. */
const SOCKETS = 8;

/** Sockets that ask one server for www.example.com. and check each reply. Dispose of it. */
export class Burst implements AsyncDisposable {
  /** Replies with the right address. */
  received = 0;
  sent = 0;
  /** Replies that were anything else. */
  readonly wrong: string[] = [];
  readonly #sockets: readonly Socket[];

  private constructor(sockets: readonly Socket[]) {
    this.#sockets = sockets;
    for (const socket of sockets) {
      socket.on('message', (octets) => this.#check(octets));
      // The server's end shows as ECONNREFUSED.
      socket.on('error', () => {});
    }
  }

  static async open({ host, port }: Endpoint): Promise<Burst> {
    const sockets = Array.from({ length: SOCKETS }, () =>
      createSocket({ type: 'udp4', recvBufferSize: RECEIVE_BUFFER }),
    );
    for (const socket of sockets) {
      socket.connect(port, host);
      await once(socket, 'connect');
    }
    return new Burst(sockets);
  }

  /** Resolves when the kernel has taken this many queries. */
  async send(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => this.#sendOne()));
  }

  /** Sends as fast as the event loop turns, a batch at a time. */
  async keepSending(wanted: () => boolean): Promise<void> {
    while (wanted()) {
      await Promise.allSettled(Array.from({ length: 32 }, () => this.#sendOne()));
      await nextTurn();
    }
  }

  /** Sends a query every so often until it is told to stop; `perSecond` is the mean. */
  async sendSteadily(perSecond: number, wanted: () => boolean): Promise<void> {
    const began = performance.now();
    while (wanted()) {
      const due = Math.floor(((performance.now() - began) / 1000) * perSecond) - this.sent;
      if (due > 0) await this.send(due);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  /** How many were answered, once all were or the replies have ceased to come. */
  async answered(): Promise<number> {
    await waitFor(() => this.received >= this.sent, {
      what: 'the last reply',
      timeout: 2_000,
    }).catch(() => undefined);
    return this.received;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    }
  }

  #sendOne(): Promise<void> {
    const socket = this.#sockets[this.sent % this.#sockets.length] as Socket;
    this.sent += 1;
    return new Promise((resolve, reject) =>
      socket.send(query(QUESTION), (error) => (error === null ? resolve() : reject(error))),
    );
  }

  #check(octets: Buffer): void {
    const { rcode, answer } = parseMessage(octets);
    if (rcode === 0 && answer.length === 1) this.received += 1;
    else this.wrong.push(octets.toString('hex'));
  }
}
