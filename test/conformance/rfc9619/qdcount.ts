// RFC 9619 4: a QUERY has one question, and more than one is FORMERR. None at all is for cookies
// only (RFC 7873 5.4), and so FORMERR as well.

import { composeQuery, query, question } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { fail, parseReply } from '../harness/reply.ts';

const WWW = question('www.example.com. A');
const OTHER = question('v4only.example.com. A');

const MORE: readonly (readonly [string, Buffer])[] = [
  ['two questions', composeQuery({ questions: [WWW, OTHER] })],
  ['two questions and an OPT', composeQuery({ questions: [WWW, OTHER], edns: {} })],
  ['the same question twice', composeQuery({ questions: [WWW, WWW] })],
  ['QDCOUNT 2 over one question', query('www.example.com. A', { counts: { qd: 2 } })],
  ['QDCOUNT 65535', query('www.example.com. A', { counts: { qd: 65535 } })],
];

const NONE: readonly (readonly [string, Buffer])[] = [
  ['no question', composeQuery({ questions: [] })],
  ['no question and an OPT', composeQuery({ questions: [], edns: {} })],
];

const isFormerr = (
  section: string,
  [what, sent]: readonly [string, Buffer],
  knownDifferences: NonNullable<Case['knownDifferences']>,
): Case => ({
  section,
  title: `${what}: FORMERR`,
  knownDifferences,
  run: async (probe) => {
    for (const transport of ['udp', 'tcp'] as const) {
      const got = await probe.ask(transport, sent);
      const reply = parseReply(sent, got);
      if (reply.rcode !== 1) fail('not FORMERR', sent, got);
      if (reply.flags !== 'qr') fail('other flags than QR', sent, got);
      if (reply.answer.length + reply.authority.length > 0) fail('records', sent, got);
    }
  },
});

export const cases: readonly Case[] = [
  ...MORE.map((row) => isFormerr('RFC 9619 4', row, { knot: 'is silent' })),
  ...NONE.map((row) =>
    isFormerr('RFC 7873 5.4', row, {
      nsd: 'closes a TCP connection; NOERROR when there is an OPT',
    }),
  ),
];
