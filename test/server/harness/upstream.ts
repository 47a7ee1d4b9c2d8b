// A server to forward to, on loopback, that answers as it is told and remembers what it was asked.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket as Stream } from 'node:net';
import {
  CLASS,
  composeName,
  composeQuery,
  composeRecord,
  frame,
  type Message,
  parseMessage,
  type QuerySpec,
  TYPE,
} from '../../support/dns/index.ts';
import { freePort } from '../../support/ports.ts';

/** A question that came in. */
export interface Asked {
  readonly transport: 'udp' | 'tcp';
  /** Where from: of UDP, a port of its own. */
  readonly port: number;
  readonly message: Message;
  /** Answers later, where nothing was said at once. */
  send(reply: Uint8Array): void;
}

/** What is said to it; undefined: nothing. */
export type Says = (asked: Asked) => Uint8Array | undefined;

/** Dispose of it. */
export class Upstream implements AsyncDisposable {
  readonly asked: Asked[] = [];
  says: Says;
  readonly #udp: Socket;
  readonly #tcp: Server;
  readonly #streams = new Set<Stream>();
  /** Connections there have been. */
  connections = 0;

  private constructor(udp: Socket, tcp: Server, says: Says) {
    this.#udp = udp;
    this.#tcp = tcp;
    this.says = says;
    udp.on('message', (octets, { port, address }) =>
      this.#answer('udp', port, octets, (reply) => udp.send(reply, port, address)),
    );
    tcp.on('connection', (stream) => this.#serve(stream));
  }

  static async open(says: Says = address(), wanted?: number): Promise<Upstream> {
    const port = wanted ?? (await freePort());
    const tcp = createServer();
    tcp.listen(port, '127.0.0.1');
    await once(tcp, 'listening');
    const udp = createSocket('udp4');
    udp.bind(port, '127.0.0.1');
    await once(udp, 'listening');
    return new Upstream(udp, tcp, says);
  }

  get port(): number {
    return this.#udp.address().port;
  }

  /** `127.0.0.1:PORT`, as a Corefile has it. */
  get name(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** The names it was asked for, health checks left out. */
  get names(): string[] {
    return this.asked
      .flatMap(({ message }) => message.question.map(({ name }) => name))
      .filter((name) => name !== '.');
  }

  /** Closes connections that are idle at the other end. */
  hangUp(): void {
    for (const stream of this.#streams) stream.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.hangUp();
    const closed = [once(this.#udp, 'close'), once(this.#tcp, 'close')];
    this.#udp.close();
    this.#tcp.close();
    await Promise.all(closed);
  }

  #answer(transport: Asked['transport'], port: number, octets: Buffer, send: Asked['send']): void {
    const asked = { transport, port, send, message: parseMessage(octets) };
    this.asked.push(asked);
    const reply = this.says(asked);
    if (reply !== undefined) send(reply);
  }

  #serve(stream: Stream): void {
    this.connections += 1;
    this.#streams.add(stream);
    let received = Buffer.alloc(0);
    stream.on('error', () => {});
    stream.on('close', () => this.#streams.delete(stream));
    stream.on('data', (octets: Buffer) => {
      received = Buffer.concat([received, octets]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const end = 2 + received.readUInt16BE(0);
        const message = received.subarray(2, end);
        received = received.subarray(end);
        this.#answer('tcp', stream.remotePort ?? 0, message, (reply) => stream.write(frame(reply)));
      }
    });
  }
}

/** A reply to what came in, with the question as it came. */
export const replyTo = (
  { message }: Asked,
  rest: Omit<QuerySpec, 'questions' | 'id'> = {},
): Buffer =>
  composeQuery({ flags: 'qr rd ra', ...rest, id: message.id, questions: message.question });

/** Says that every name has this address, whatever the type; or several of them. */
export const address =
  (
    text: string = '203.0.113.1',
    { times = 1, ...rest }: Omit<QuerySpec, 'questions' | 'id'> & { times?: number } = {},
  ) =>
  (asked: Asked): Buffer => {
    const octets = Uint8Array.from(text.split('.').map(Number));
    const owner = composeName(asked.message.question[0]?.name ?? '.');
    return replyTo(asked, {
      ...(asked.message.edns === undefined ? {} : { edns: {} }),
      answer: Array.from({ length: times }, () =>
        composeRecord(owner, TYPE.A, CLASS.IN, 300, octets),
      ),
      ...rest,
    });
  };
