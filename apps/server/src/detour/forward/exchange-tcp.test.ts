// What an upstream may send over TCP beside the reply.

import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { frame, query } from '../../../../../test/support/dns/index.ts';
import { TcpPool } from './exchange-tcp.ts';

/** A reply to a query, marked by one of its flags and, if need be, with another ID. */
const replyTo = (asked: Buffer, mark: number, id: number = asked.readUInt16BE(0)): Buffer => {
  const octets = Buffer.from(asked);
  octets.writeUInt16BE(id, 0);
  octets[2] = 0x81;
  octets[3] = mark;
  return octets;
};

describe('a server over TCP', () => {
  let server: Server;
  let pool: TcpPool;
  let connections: number;
  /** What is sent on each question, in one write. */
  let says: (asked: Buffer) => readonly Buffer[];

  beforeEach(async () => {
    connections = 0;
    server = createServer((stream) => {
      connections += 1;
      stream.on('error', () => {});
      stream.on('data', (octets: Buffer) => stream.write(Buffer.concat(says(octets.subarray(2)))));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    pool = new TcpPool({ address: '127.0.0.1', port }, { expireMs: 30_000, mostIdle: 0 });
  });

  afterEach(() => {
    pool.close();
    server.close();
  });

  /** @returns the mark of the reply */
  const ask = async (id: number, name = 'www.example.net.'): Promise<number | undefined> =>
    (await pool.ask(Uint8Array.from(query(`${name} A`, { id })), 30_000))[3];

  it('may send a message of another ID first, and one to another question', async () => {
    const other = query('other.example.net. A', { id: 7 });
    says = (asked) => [
      frame(replyTo(asked, 1, 8)),
      frame(replyTo(other, 2)),
      frame(replyTo(asked, 3)),
    ];
    expect(await ask(7)).toBe(3);
  });

  it('may say it twice: the next question has its own reply, by the same connection', async () => {
    says = (asked) => [frame(replyTo(asked, 1)), frame(replyTo(asked, 2))];
    expect(await ask(7)).toBe(1);
    expect(await ask(8, 'next.example.net.')).toBe(1);
    expect(connections).toBe(1);
  });

  it('may send a part of another: what was asked is found behind it', async () => {
    const late = frame(replyTo(query('www.example.net. A', { id: 7 }), 2));
    const parts = [late.subarray(0, 5), late.subarray(5)];
    let asked = 0;
    says = (message) => {
      asked += 1;
      return asked === 1
        ? [frame(replyTo(message, 1)), parts[0] as Buffer]
        : [parts[1] as Buffer, frame(replyTo(message, 3))];
    };
    expect(await ask(7)).toBe(1);
    expect(await ask(8)).toBe(3);
    expect(connections).toBe(1);
  });

  it('may send messages of no length', async () => {
    says = (asked) =>
      [frame(new Uint8Array()), frame(replyTo(asked, 4))].map((o) => Buffer.from(o));
    expect(await ask(7)).toBe(4);
  });

  it('that never sends the right one has not answered', async () => {
    says = (asked) => [frame(replyTo(asked, 1, 8))];
    const asked = pool.ask(Uint8Array.from(query('www.example.net. A', { id: 7 })), 50);
    await expect(asked).rejects.toThrow('no answer in time');
  });
});
