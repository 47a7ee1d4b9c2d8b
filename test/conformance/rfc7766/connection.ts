// RFC 7766 6.2: how long a connection lives, and what does not end it.

import { frame, query } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { checkReply } from '../harness/reply.ts';

const ASKED = 'v4only.example.com. A';
const EXPECTED = { rcode: 'NOERROR', answer: ['192.0.2.4'] } as const;

const halfClosed: Case = {
  section: 'RFC 7766 6.2.4',
  title: 'queries are answered after the client has closed its side',
  run: async (probe) => {
    const connection = await probe.connect();
    const queries = [query(ASKED, { id: 1 }), query(ASKED, { id: 2 })];
    await connection.send(...queries);
    connection.halfClose();
    const ids = new Set<number>();
    for (const _ of queries) ids.add((await connection.receive()).readUInt16BE(0));
    if (ids.size !== 2) throw new Error(`answered: ${[...ids].join(', ')}`);
    if (!(await connection.closesWithin(5_000))) throw new Error('the server keeps its side open');
  },
};

const idleIsKept: Case = {
  section: 'RFC 7766 6.2.3',
  title: 'an idle connection is not closed at once, before or after a query',
  run: async (probe) => {
    const connection = await probe.connect();
    if (await connection.closesWithin(500)) throw new Error('closed before the first query');
    const first = query(ASKED);
    checkReply(first, await connection.exchange(first), EXPECTED);
    if (await connection.closesWithin(1_500)) throw new Error('closed after the first query');
    const second = query(ASKED);
    checkReply(second, await connection.exchange(second), EXPECTED);
  },
};

const partialIsKept: Case = {
  section: 'RFC 7766 8',
  title: 'a connection is not closed because a message has come in part',
  run: async (probe) => {
    const connection = await probe.connect();
    const sent = query(ASKED);
    await connection.write(frame(sent).subarray(0, 11));
    if (await connection.closesWithin(300)) throw new Error('closed');
    await connection.write(frame(sent).subarray(11));
    checkReply(sent, await connection.receive(), EXPECTED);
  },
};

const serverSurvives = (what: string, octets: Uint8Array): Case => ({
  section: 'RFC 7766 6.2.4',
  title: `${what}: nobody else notices`,
  run: async (probe) => {
    const connection = await probe.connect();
    await connection.write(octets);
    connection.halfClose();
    const sent = query(ASKED);
    checkReply(sent, await probe.ask('tcp', sent), EXPECTED);
    checkReply(sent, await probe.ask('udp', sent), EXPECTED);
    if (!(await connection.closesWithin(5_000))) throw new Error('the server keeps its side open');
  },
});

const answerToAnswer: Case = {
  section: 'RFC 1035 4.1.1',
  title: 'a message with QR set gets no reply over TCP',
  run: async (probe) => {
    const connection = await probe.connect();
    await connection.send(query(ASKED, { id: 1, flags: 'qr' }));
    const sent = query(ASKED, { id: 2 });
    await connection.send(sent);
    const got = await connection.receive(2_000).catch(() => undefined);
    if (got !== undefined) checkReply(sent, got, EXPECTED);
    else if (!connection.isEnded) throw new Error('neither answered nor closed');
  },
};

const manyConnections: Case = {
  section: 'RFC 7766 6.2.2',
  title: 'ten connections of one client are served side by side',
  run: async (probe) => {
    const connections = await Promise.all(Array.from({ length: 10 }, () => probe.connect()));
    for (const connection of connections.toReversed()) {
      const sent = query(ASKED);
      checkReply(sent, await connection.exchange(sent), EXPECTED);
    }
  },
};

export const cases: readonly Case[] = [
  halfClosed,
  idleIsKept,
  partialIsKept,
  serverSurvives('a message of no octets', Buffer.of(0, 0)),
  serverSurvives('a message shorter than a header', frame(Buffer.alloc(5))),
  serverSurvives('a connection that ends inside a message', frame(query(ASKED)).subarray(0, 10)),
  serverSurvives('a length and nothing else', Buffer.of(0xff, 0xff)),
  answerToAnswer,
  manyConnections,
];
