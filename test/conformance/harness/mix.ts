// Questions of every sort, each with one right reply, for cases about whole conversations.

import { parseMessage, presentMessage, query, type TcpClient } from '../../support/dns/index.ts';
import { addresses } from './fixture.ts';
import type { Encrypted, Probe } from './probe.ts';
import { checkReply, type Expected, fail } from './reply.ts';

export const MIX: readonly (readonly [asked: string, Expected])[] = [
  ['v4only.example.com. A', { rcode: 'NOERROR', answer: ['192.0.2.4'] }],
  ['nothere.example.com. A', { rcode: 'NXDOMAIN', negative: 'example.com.' }],
  ['big100.example.com. A', { rcode: 'NOERROR', answer: addresses(100) }],
  ['www.example.org. A', { rcode: 'REFUSED' }],
  ['x.wild.example.com. AAAA', { rcode: 'NOERROR', answer: ['2001:db8::30'] }],
  ['v6only.example.com. A', { rcode: 'NOERROR', negative: 'example.com.' }],
];

/** Asks all of it with and without EDNS; every reply is the one that TCP has, but for the order of its records. */
export const answeredAsOverTcp = async (
  probe: Probe,
  transport: Encrypted,
  ask: (query: Buffer) => Promise<Buffer> = (sent) => probe.ask(transport, sent),
): Promise<void> => {
  for (const [asked, expected] of MIX) {
    for (const more of [{}, { flags: 'rd' }, { edns: { udpSize: 512 } }]) {
      const sent = query(asked, more);
      const got = await ask(sent);
      checkReply(sent, got, expected);
      const overTcp = await probe.ask('tcp', sent);
      if (linesOf(got) !== linesOf(overTcp)) fail('another reply over TCP', sent, got);
    }
  }
};

const linesOf = (octets: Buffer): string =>
  presentMessage(parseMessage(octets)).split('\n').sort().join('\n');

/** Sends so many, in one write or one each, and expects a reply to each, in whatever order. */
export const allAnswered = async (
  connection: TcpClient,
  count: number,
  writes: 'one write' | 'writes of their own' = 'one write',
): Promise<void> => {
  const rows = Array.from({ length: count }, (_, index) => MIX[index % MIX.length]);
  const sent = rows.map((row, id) => query(row?.[0] ?? '', { id }));
  if (writes === 'one write') await connection.send(...sent);
  else for (const message of sent) await connection.send(message);
  const waiting = new Set(sent.keys());
  while (waiting.size > 0) {
    const got = await connection.receive();
    const id = got.readUInt16BE(0);
    const [asked, expected] = [sent[id], rows[id]?.[1]];
    if (asked === undefined || expected === undefined) throw new Error(`a reply with ID ${id}`);
    if (!waiting.delete(id)) fail('a second reply', asked, got);
    checkReply(asked, got, expected);
  }
};
