// RFC 7766 6.2.1.1 and 7: many queries on one connection, each answered, whatever the order.

import { type Message, parseMessage, query, sameName } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { allAnswered, MIX } from '../harness/mix.ts';
import { checkReply } from '../harness/reply.ts';

const pipelined = (count: number): Case => ({
  section: 'RFC 7766 6.2.1.1',
  title: `${count} queries in one write are all answered on the connection`,
  run: async (probe) => allAnswered(await probe.connect(), count),
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
