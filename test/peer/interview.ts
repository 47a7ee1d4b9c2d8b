// One server asked a great many questions over UDP, hundreds of them in flight.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import {
  CLASS,
  composeQuery,
  type Endpoint,
  type Message,
  parseMessage,
} from '../support/dns/index.ts';
import type { Question } from './questions.ts';
import { NO_REPLY, normalize } from './reply.ts';

/** Sources, over which the kernel spreads the server's workers; each has its own IDs. */
const SOCKETS = 4;
/** In flight on each: their replies fit into a receive buffer that the kernel grants to anybody. */
const WINDOW = 64;
/** After this long without a reply a question is sent again: its datagram was lost, or its reply. */
const PATIENCE_MS = 1_500;
const ATTEMPTS = 5;

/**
 * The replies in their normal form, in the order of the questions; NO_REPLY where none came to any of five
 * datagrams. `since`: see `normalize`.
 */
export const interview = async (
  endpoint: Endpoint,
  questions: readonly Question[],
  since: number,
): Promise<string[]> => {
  const replies: string[] = Array.from({ length: questions.length });
  let next = 0;
  const take = (): number | undefined => (next < questions.length ? next++ : undefined);
  const put = (index: number, reply: Message | undefined): void => {
    replies[index] = reply === undefined ? NO_REPLY : normalize(reply, since);
  };
  await Promise.all(
    Array.from({ length: SOCKETS }, () => new Line(endpoint).ask(questions, take, put)),
  );
  return replies;
};

interface Pending {
  readonly index: number;
  readonly datagram: Buffer;
  attempts: number;
  timer: NodeJS.Timeout;
}

/** One socket with a window of questions. */
class Line {
  private readonly endpoint: Endpoint;
  private readonly socket: Socket = createSocket('udp4');
  private readonly pending = new Map<number, Pending>();
  private nextId = 0;

  constructor(endpoint: Endpoint) {
    this.endpoint = endpoint;
  }

  async ask(
    questions: readonly Question[],
    take: () => number | undefined,
    put: (index: number, reply: Message | undefined) => void,
  ): Promise<void> {
    const { socket, pending } = this;
    socket.connect(this.endpoint.port, this.endpoint.host);
    await once(socket, 'connect');
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const fill = (): void => {
      while (pending.size < WINDOW) {
        const index = take();
        if (index === undefined) break;
        this.send(index, questions[index] as Question, giveUp);
      }
      if (pending.size === 0) resolve();
    };
    const settle = (id: number, reply: Message | undefined): void => {
      const { index, timer } = pending.get(id) as Pending;
      clearTimeout(timer);
      pending.delete(id);
      put(index, reply);
      fill();
    };
    const giveUp = (id: number): void => settle(id, undefined);
    socket.on('message', (octets) => {
      const id = octets.length < 2 ? -1 : octets.readUInt16BE(0);
      // The second reply to a question that was asked twice.
      if (!pending.has(id)) return;
      try {
        settle(id, parseMessage(octets));
      } catch (error) {
        reject(error);
      }
    });
    // ECONNREFUSED: the questions will be given up.
    socket.on('error', () => {});
    fill();
    try {
      await promise;
    } finally {
      for (const { timer } of pending.values()) clearTimeout(timer);
      socket.close();
    }
  }

  private send(index: number, { asked, type }: Question, giveUp: (id: number) => void): void {
    while (this.pending.has(this.nextId)) this.nextId = (this.nextId + 1) & 0xffff;
    const id = this.nextId;
    this.nextId = (id + 1) & 0xffff;
    const questions = [{ name: asked, type, class: CLASS.IN }];
    const datagram = composeQuery({ id, questions, edns: {} });
    const timer = setTimeout(() => this.sendAgain(id, giveUp), PATIENCE_MS);
    this.pending.set(id, { index, datagram, attempts: 1, timer });
    this.socket.send(datagram);
  }

  private sendAgain(id: number, giveUp: (id: number) => void): void {
    const asked = this.pending.get(id) as Pending;
    if (asked.attempts === ATTEMPTS) {
      giveUp(id);
      return;
    }
    asked.attempts += 1;
    asked.timer = setTimeout(() => this.sendAgain(id, giveUp), PATIENCE_MS);
    this.socket.send(asked.datagram);
  }
}
