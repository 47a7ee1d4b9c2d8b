// A recursive resolver on loopback whose answers are in a test's hands, and time that is, too.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { parseAddress } from '@seamark/protocol';
import { CLASS, RCODE, TYPE, typeName } from '../../../test/support/dns/codes.ts';
import { parseMessage } from '../../../test/support/dns/message.ts';
import { composeName } from '../../../test/support/dns/names.ts';
import { composeQuery, composeRecord, question } from '../../../test/support/dns/query.ts';
import { frame } from '../../../test/support/dns/tcp.ts';
import type { ResolverAddress } from '../src/targets/contract.ts';

/** `60 192.0.2.1 192.0.2.2`: a TTL and addresses; an RCODE; NODATA; TRUNCATED 60 …: over TCP only; SILENCE; GARBAGE; HELD 60 …. */
export type Script = string;

export class FakeResolver implements AsyncDisposable {
  /** Questions in the order in which they came: `lb.example.net A`, with ` tcp` behind it. */
  readonly asked: string[] = [];
  /** What is answered to `lb.example.net A`; what is not here is NODATA. */
  readonly answers: Map<string, Script> = new Map();
  readonly address: ResolverAddress;
  private readonly udp: Socket;
  private readonly tcp: Server;
  private readonly held: (() => void)[] = [];

  private constructor(udp: Socket, tcp: Server) {
    this.udp = udp;
    this.tcp = tcp;
    this.address = { address: '127.0.0.1', port: udp.address().port };
    udp.on('message', (octets, { port, address }) => {
      const reply = this.reply(octets, '');
      if (reply === undefined) return;
      const send = (): void => udp.send(reply, port, address);
      if (this.scriptOf(octets).startsWith('HELD ')) this.held.push(send);
      else send();
    });
    tcp.on('connection', (socket) => {
      socket.on('error', () => {});
      socket.on('data', (octets: Buffer) => {
        const reply = this.reply(octets.subarray(2), ' tcp');
        if (reply !== undefined) socket.end(frame(reply));
      });
    });
  }

  static async open(): Promise<FakeResolver> {
    // One port of both: what is free of one may be taken of the other.
    for (;;) {
      const tcp = createServer().listen(0, '127.0.0.1');
      await once(tcp, 'listening');
      const udp = createSocket('udp4');
      const bound = Promise.race([
        once(udp, 'listening').then(() => true),
        once(udp, 'error').then(() => false),
      ]);
      udp.bind(Object(tcp.address()).port, '127.0.0.1');
      if (await bound) return new FakeResolver(udp, tcp);
      tcp.close();
    }
  }

  /** Answers both types; `` is NODATA. */
  set(name: string, A: Script, AAAA: Script = ''): this {
    this.answers.set(`${name} A`, A);
    this.answers.set(`${name} AAAA`, AAAA);
    return this;
  }

  /** Answers what is HELD. */
  release(): void {
    for (const send of this.held.splice(0)) send();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.udp, 'close');
    this.udp.close();
    this.tcp.close();
    await closed;
  }

  private scriptOf(octets: Uint8Array): Script {
    const [{ name, type } = { name: '.', type: 0 }] = parseMessage(octets).question;
    return this.answers.get(`${name.replace(/\.$/, '')} ${typeName(type)}`) ?? '';
  }

  private reply(octets: Uint8Array, over: string): Buffer | undefined {
    const { id, question: asked } = parseMessage(octets);
    const [{ name, type } = { name: '.', type: 0 }] = asked;
    this.asked.push(`${name.replace(/\.$/, '')} ${typeName(type)}${over}`);
    const script = this.scriptOf(octets).replace(/^HELD /, '');
    const [first = '', ...words] = script.split(' ');
    if (first === 'SILENCE') return undefined;
    // A label that ends behind the message.
    if (first === 'GARBAGE') return Buffer.from([...octets.subarray(0, 12), 63]);
    const isTruncated = first === 'TRUNCATED' && over === '';
    const [ttl, ...addresses] = first === 'TRUNCATED' ? words : [first, ...words];
    const rcode = RCODE[first as keyof typeof RCODE];
    return composeQuery({
      id,
      flags: `qr rd ra${isTruncated ? ' tc' : ''}`,
      rcode: rcode ?? RCODE.NOERROR,
      questions: [question(`${name} ${typeName(type)}`)],
      answer: isTruncated || rcode !== undefined ? [] : records(name, type, Number(ttl), addresses),
    });
  }
}

/** `ALIAS:30` in front of the addresses: they are a CNAME's, whose TTL is that. */
function records(name: string, type: number, ttl: number, addresses: readonly string[]): Buffer[] {
  const [alias, ...rest] = addresses;
  if (alias?.startsWith('ALIAS:') === true) {
    const target = composeName('real.example.org.');
    const cname = composeRecord(
      composeName(name),
      TYPE.CNAME,
      CLASS.IN,
      Number(alias.slice('ALIAS:'.length)),
      target,
    );
    return [cname, ...records('real.example.org.', type, ttl, rest)];
  }
  return addresses.map((address) =>
    composeRecord(composeName(name), type, CLASS.IN, ttl, parseAddress(address) ?? Buffer.of()),
  );
}

interface Waiting {
  readonly at: number;
  readonly run: () => void;
}

/** Time that stands still until a test lets it pass. */
export class FakeTime {
  private now = 0;
  private waiting: readonly Waiting[] = [];

  readonly after = (milliseconds: number, run: () => void): (() => void) => {
    const one = { at: this.now + milliseconds, run };
    this.waiting = [...this.waiting, one];
    return () => {
      this.waiting = this.waiting.filter((other) => other !== one);
    };
  };

  /** Milliseconds from now until each of what is to happen. */
  get delays(): readonly number[] {
    return this.waiting.map(({ at }) => at - this.now).sort((a, b) => a - b);
  }

  pass(milliseconds: number): void {
    this.now += milliseconds;
    for (const one of this.waiting.filter(({ at }) => at <= this.now).sort((a, b) => a.at - b.at)) {
      this.waiting = this.waiting.filter((other) => other !== one);
      one.run();
    }
  }
}
