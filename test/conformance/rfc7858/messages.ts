// RFC 7858 3.1 and 3.3: messages as over TCP, behind TLS and never without.

import { frame, query } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { allAnswered, answeredAsOverTcp } from '../harness/mix.ts';
import { checkReply } from '../harness/reply.ts';

const ASKED = 'v4only.example.com. A';
const EXPECTED = { rcode: 'NOERROR', answer: ['192.0.2.4'] } as const;

const neverInTheClear: Case = {
  section: 'RFC 7858 3.1',
  title: 'a query that comes without TLS gets no reply, and others theirs',
  needs: 'tls',
  run: async (probe) => {
    const bare = await probe.connect('tls');
    const sent = query(ASKED);
    await bare.send(sent);
    if (!(await bare.closesWithin(10_000))) throw new Error('the server keeps the connection');
    // An alert of TLS may have come, of seven octets: no message is as short.
    const octets = bare.pieces.reduce((sum, piece) => sum + piece, 0);
    if (octets > 12) throw new Error(`${octets} octets came`);
    checkReply(sent, await probe.ask('tls', sent), EXPECTED);
  },
};

const asOverTcp: Case = {
  section: 'RFC 7858 3.3',
  title: 'every answer is that of TCP',
  needs: 'tls',
  run: (probe) => answeredAsOverTcp(probe, 'tls'),
};

const pipelined: Case = {
  section: 'RFC 7858 3.3',
  title: '60 queries on end are all answered',
  needs: 'tls',
  run: async (probe) => allAnswered(await probe.secure(), 60, 'writes of their own'),
};

const inOneRecord: Case = {
  section: 'RFC 7858 3.3',
  title: '60 queries in one record are all answered',
  needs: 'tls',
  knownDifferences: { nsd: 'answers the first one, and looks at the rest when more octets come' },
  run: async (probe) => allAnswered(await probe.secure(), 60),
};

const acrossRecords: Case = {
  section: 'RFC 7858 3.3',
  title: 'a query may be spread over records, as its length may',
  needs: 'tls',
  run: async (probe) => {
    const connection = await probe.secure();
    const queries = [query(ASKED, { id: 1 }), query(ASKED, { id: 2 })];
    for (const octet of Buffer.concat(queries.map(frame))) await connection.write(Buffer.of(octet));
    for (const sent of queries) checkReply(sent, await connection.receive(), EXPECTED);
  },
};

export const cases: readonly Case[] = [
  neverInTheClear,
  asOverTcp,
  pipelined,
  inOneRecord,
  acrossRecords,
];
