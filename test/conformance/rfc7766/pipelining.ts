// RFC 7766 6.2.1.1 and 7: many queries on one connection, each answered, whatever the order.

import { type Message, parseMessage, query, sameName } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { addresses } from '../harness/fixture.ts';
import { checkReply, type Expected, fail } from '../harness/reply.ts';

const MIX: readonly (readonly [string, Expected])[] = [
  ['v4only.example.com. A', { rcode: 'NOERROR', answer: ['192.0.2.4'] }],
  ['nothere.example.com. A', { rcode: 'NXDOMAIN', negative: 'example.com.' }],
  ['big100.example.com. A', { rcode: 'NOERROR', answer: addresses(100) }],
  ['www.example.org. A', { rcode: 'REFUSED' }],
  ['x.wild.example.com. AAAA', { rcode: 'NOERROR', answer: ['2001:db8::30'] }],
];

const pipelined = (count: number): Case => ({
  section: 'RFC 7766 6.2.1.1',
  title: `${count} queries in one write are all answered on the connection`,
  run: async (probe) => {
    const connection = await probe.connect();
    const rows = Array.from({ length: count }, (_, index) => MIX[index % MIX.length] ?? MIX[0]);
    const sent = rows.map((row, id) => query(row?.[0] ?? '', { id }));
    await connection.send(...sent);
    const waiting = new Set(sent.keys());
    while (waiting.size > 0) {
      const got = await connection.receive();
      const id = got.readUInt16BE(0);
      const asked = sent[id];
      const expected = rows[id]?.[1];
      if (asked === undefined || expected === undefined) throw new Error(`a reply with ID ${id}`);
      if (!waiting.delete(id)) fail('a second reply', asked, got);
      checkReply(asked, got, expected);
    }
  },
});

const oneAfterTheOther: Case = {
  section: 'RFC 7766 6.2.1',
  title: 'a connection is used again after a reply',
  run: async (probe) => {
    const connection = await probe.connect();
    for (let round = 0; round < 20; round++) {
      const [asked, expected] = MIX[round % MIX.length] ?? MIX[0] ?? ['', { rcode: 'NOERROR' }];
      const sent = query(asked);
      checkReply(sent, await connection.exchange(sent), expected);
    }
  },
};

const sameIdTwice: Case = {
  section: 'RFC 7766 7',
  title: 'two queries with one ID are told apart by their questions',
  run: async (probe) => {
    const connection = await probe.connect();
    const names = ['v4only.example.com.', 'api.default.example.com.'];
    await connection.send(...names.map((name) => query(`${name} A`, { id: 7 })));
    const replies: Message[] = [];
    while (replies.length < names.length) replies.push(parseMessage(await connection.receive()));
    for (const name of names) {
      const of = replies.filter(({ question }) => sameName(question[0]?.name ?? '.', name));
      if (of.length !== 1) throw new Error(`${of.length} replies for ${name}`);
    }
  },
};

export const cases: readonly Case[] = [
  pipelined(2),
  pipelined(5),
  pipelined(100),
  oneAfterTheOther,
  sameIdTwice,
];
