// RFC 1035 4.1.4: the strict parser of these tests refuses an invalid pointer in any reply; here
// the replies that hold the most names are asked for, on purpose.

import { query } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { parseReply } from '../harness/reply.ts';

const ASKED = [
  'example.com. NS',
  'example.com. SOA',
  'example.net. NS',
  'x.y.wild.example.com. A',
  'nothere.example.com. A',
  'pending.example.com. A',
  `${['a', 'b', 'c'].map((c) => c.repeat(63)).join('.')}.${'d'.repeat(49)}.example.com. AAAA`,
  'edge-74.example.com. A',
];

export const cases: readonly Case[] = ASKED.map((asked) => ({
  section: 'RFC 1035 4.1.4',
  title: `${asked}: every pointer leads to an earlier name`,
  run: async (probe) => {
    for (const edns of [{}, { edns: {} }]) {
      for (const transport of ['udp', 'tcp'] as const) {
        const sent = query(asked, edns);
        parseReply(sent, await probe.ask(transport, sent));
      }
    }
  },
}));
