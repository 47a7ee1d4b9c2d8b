// RFC 7766 8 and RFC 1035 4.2.2: TCP is a stream. Where a read ends says nothing about messages.

import { frame, query } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import type { Probe } from '../harness/probe.ts';
import { checkReply } from '../harness/reply.ts';

const ASKED = 'v4only.example.com. A';
const EXPECTED = { rcode: 'NOERROR', answer: ['192.0.2.4'] } as const;

/** Writes the stream cut at the given offsets and expects an answer to each of the queries. */
const answeredInPieces = async (
  probe: Probe,
  queries: readonly Buffer[],
  cuts: readonly number[],
): Promise<void> => {
  const connection = await probe.connect();
  const stream = Buffer.concat(queries.map(frame));
  let from = 0;
  for (const cut of [...cuts, stream.length]) {
    await connection.write(stream.subarray(from, cut));
    from = cut;
  }
  for (const sent of queries) checkReply(sent, await connection.receive(), EXPECTED);
};

const splitAt = (what: string, cuts: readonly number[]): Case => ({
  section: 'RFC 7766 8',
  title: `a query split ${what} is answered`,
  run: (probe) => answeredInPieces(probe, [query(ASKED)], cuts),
});

const octetByOctet: Case = {
  section: 'RFC 7766 8',
  title: 'a query that comes one octet at a time is answered',
  run: async (probe) => {
    const sent = query(ASKED, { edns: {} });
    await answeredInPieces(
      probe,
      [sent],
      Array.from({ length: sent.length + 1 }, (_, i) => i + 1),
    );
  },
};

const acrossMessages: Case = {
  section: 'RFC 7766 8',
  title: 'a segment may end inside the length of the next message',
  run: async (probe) => {
    const queries = [query(ASKED, { id: 1 }), query(ASKED, { id: 2 }), query(ASKED, { id: 3 })];
    const framed = (queries[0]?.length ?? 0) + 2;
    for (const past of [1, 2, 3, 14]) {
      await answeredInPieces(probe, queries, [framed + past, 2 * framed + past]);
    }
  },
};

const oneWrite: Case = {
  section: 'RFC 7766 8',
  title: 'the length and the message come in one segment',
  run: async (probe) => {
    const connection = await probe.connect();
    for (let round = 1; round <= 5; round++) {
      const sent = query(ASKED);
      checkReply(sent, await connection.exchange(sent), EXPECTED);
      if (connection.pieces.length !== round) {
        throw new Error(`the replies came in pieces of ${connection.pieces.join(', ')} octets`);
      }
    }
  },
};

const largeQuery: Case = {
  section: 'RFC 1035 4.2.2',
  title: 'a query of 20,000 octets is answered',
  run: async (probe) => {
    const option = { code: 65001, data: Buffer.alloc(20_000) };
    const sent = query(ASKED, { edns: { options: [option] } });
    const cuts = Array.from({ length: 19 }, (_, index) => (index + 1) * 1_000);
    await answeredInPieces(probe, [sent], cuts);
  },
};

export const cases: readonly Case[] = [
  splitAt('inside the length', [1]),
  splitAt('after the length', [2]),
  splitAt('inside the header', [9]),
  splitAt('after the header', [14]),
  splitAt('inside QNAME', [20]),
  splitAt('before its last octet', [query(ASKED).length + 1]),
  octetByOctet,
  acrossMessages,
  oneWrite,
  largeQuery,
];
