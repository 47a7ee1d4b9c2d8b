// Many TCP connections at once, each of which behaves as badly as it is told.

import { connect, type Socket } from 'node:net';
import type { Endpoint } from '../../support/dns/index.ts';

/** What is done on each connection when it is open. */
export type Behaviour = (socket: Socket) => void;

/** Says nothing. */
export const idle: Behaviour = () => {};

/** Sends a message an octet at a time, for ever, and never its end. */
export const octetByOctet: Behaviour = (socket) => {
  socket.write(Uint8Array.of(0xff, 0xff));
  const timer = setInterval(() => socket.write(Uint8Array.of(0)), 100);
  socket.on('close', () => clearInterval(timer));
};

/** Begins a message as long as can be, and sends all of it but the last octet. */
export const allButTheEnd: Behaviour = (socket) => {
  socket.write(Buffer.alloc(2 + 65_534, 0xff));
};

/** Asks without an end, and takes no reply. */
export const neverReading =
  (frame: Uint8Array): Behaviour =>
  (socket) => {
    socket.pause();
    const many = Buffer.concat(Array.from({ length: 500 }, () => frame));
    const ask = (): void => {
      while (!socket.destroyed && socket.write(many)) {}
    };
    socket.on('drain', ask);
    ask();
  };

/** Connections from one address; a new one takes the place of each that the server closes, if that is wanted. */
export class Crowd implements AsyncDisposable {
  /** Times that a connection was opened, and closed by the server. */
  opened = 0;
  closed = 0;
  readonly #sockets = new Set<Socket>();
  readonly #open: () => void;
  #isOver = false;

  constructor(
    { host, port }: Endpoint,
    count: number,
    {
      from,
      behaviour = idle,
      returns = false,
    }: { from: string; behaviour?: Behaviour; returns?: boolean },
  ) {
    this.#open = () => {
      const socket = connect({ host, port, localAddress: from });
      this.#sockets.add(socket);
      socket.on('connect', () => {
        this.opened += 1;
        behaviour(socket);
      });
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#sockets.delete(socket);
        this.closed += 1;
        if (returns && !this.#isOver) setTimeout(this.#open, 20);
      });
    };
    for (let i = 0; i < count; i++) this.#open();
  }

  get size(): number {
    return this.#sockets.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }
}
