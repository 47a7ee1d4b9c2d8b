// RFC 1034 3.7.1 and 4.3.2: classes other than IN are not served here.

import { query } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { fail, parseReply } from '../harness/reply.ts';
import { refused } from '../harness/tables.ts';

const anyClassIsNotAuthoritative: Case = {
  section: 'RFC 1034 3.7.1',
  title: 'www.example.com. ANY A: a reply to QCLASS * never has AA',
  knownDifferences: { knot: 'answers QCLASS * as if it were IN, with AA' },
  run: async (probe) => {
    for (const transport of ['udp', 'tcp'] as const) {
      const sent = query('www.example.com. ANY A');
      const got = await probe.ask(transport, sent);
      const reply = parseReply(sent, got);
      if (reply.flags.includes('aa')) fail('AA is set', sent, got);
      if (reply.rcode !== 0 && reply.rcode !== 5) fail('neither NOERROR nor REFUSED', sent, got);
    }
  },
};

export const cases: readonly Case[] = [
  ...refused('RFC 1034 4.3.2', [
    'www.example.com. CH A',
    'example.com. CH SOA',
    ...['HS', 'NONE', 'CLASS4660'].map((qclass) => ({
      asked: `www.example.com. ${qclass} A`,
      knownDifferences: { nsd: 'refuses without repeating the question' },
    })),
  ]),
  anyClassIsNotAuthoritative,
];
