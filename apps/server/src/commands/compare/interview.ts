import { createSocket, type Socket } from 'node:dgram';
import { isIP } from 'node:net';
import { composeQuestion, FLAG, HEADER, parseReply, type Reply } from '@seamark/protocol';
import type { HttpAddress } from '../../config/server-config.ts';
import { dialled, type Question } from '../ask.ts';
import { exchangeTcp } from '../exchange.ts';

/** A reply that takes longer is asked for again, twice at the most. */
const PATIENCE_MS = 1500;
const TRIES = 3;

interface Pending {
  readonly message: Uint8Array;
  readonly settle: (reply: Uint8Array | undefined) => void;
}

/** Asks one server many questions at a time, over UDP, and over TCP where a reply is truncated. Dispose of it. */
export class Interview implements Disposable {
  private readonly server: HttpAddress;
  private readonly socket: Socket;
  private readonly pending = new Map<number, Pending>();
  private readonly ready: Promise<void>;
  private id = Math.floor(Math.random() * 65_536);

  constructor(server: HttpAddress) {
    this.server = server;
    const host = dialled(server.address);
    this.socket = createSocket(isIP(host) === 6 ? 'udp6' : 'udp4');
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.ready = promise;
    promise.catch(() => {});
    // Before it is connected the address may be none of this machine's families; after that it is told of each
    // datagram that nobody took, which patience covers: a server may be starting.
    this.socket.on('error', reject);
    // Connected, so that only this server's datagrams come in.
    this.socket.connect(server.port, host, resolve);
    this.socket.on('message', (datagram) => this.receive(datagram));
  }

  /** @returns the reply, or a clause that says why there is none */
  async ask(question: Question): Promise<Reply | string> {
    try {
      await this.ready;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    for (let tries = 0; tries < TRIES; tries++) {
      const octets = await this.exchange(question);
      if (octets === undefined) continue;
      const reply = readReply(octets);
      if (typeof reply === 'string' || (reply.flags & FLAG.TC) === 0) return reply;
      const { address, port } = this.server;
      const message = composeQuestion(question.name, question.type, reply.id);
      return readReply(
        await exchangeTcp({ address: dialled(address), port }, message, PATIENCE_MS),
      );
    }
    return `no reply to ${TRIES} questions within ${PATIENCE_MS / 1000} s each`;
  }

  [Symbol.dispose](): void {
    for (const { settle } of this.pending.values()) settle(undefined);
    this.socket.close();
  }

  private async exchange({ name, type }: Question): Promise<Uint8Array | undefined> {
    const id = this.freeId();
    const message = composeQuestion(name, type, id);
    const { promise, resolve } = Promise.withResolvers<Uint8Array | undefined>();
    const timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
    this.pending.set(id, { message, settle: resolve });
    this.socket.send(message, () => {});
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.pending.delete(id);
    }
  }

  private freeId(): number {
    do this.id = (this.id + 1) & 0xffff;
    while (this.pending.has(this.id));
    return this.id;
  }

  private receive(datagram: Buffer): void {
    if (datagram.length < HEADER.LENGTH) return;
    const pending = this.pending.get(datagram.readUInt16BE(HEADER.ID));
    if (pending !== undefined && repeatsQuestion(datagram, pending.message)) {
      pending.settle(new Uint8Array(datagram));
    }
  }
}

function readReply(octets: Uint8Array | string): Reply | string {
  return typeof octets === 'string' ? octets : (parseReply(octets) ?? 'the reply is malformed');
}

/** A late reply may have the id of a later question. Case is kept by all servers that we know of, but need not be. */
function repeatsQuestion(reply: Uint8Array, query: Uint8Array): boolean {
  let at: number = HEADER.LENGTH;
  while (query[at] !== 0) at += (query[at] as number) + 1;
  const end = at + 5;
  const question = (octets: Uint8Array): string =>
    Buffer.from(octets.subarray(HEADER.LENGTH, end)).toString('latin1').toLowerCase();
  // A server that can't make sense of a question may leave it out.
  const questions = ((reply[4] as number) << 8) | (reply[5] as number);
  return questions === 0 || question(reply) === question(query);
}
