// RFC 1035 4.1.4: the strict parser of these tests refuses an invalid pointer in any reply; here
// the replies that hold the most names are asked for, on purpose. None of them says twice what it could point to.

import { query } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { writtenTwice } from '../harness/compression.ts';
import { fail, parseReply } from '../harness/reply.ts';

const ASKED = [
  'example.com. NS',
  'example.com. SOA',
  'example.net. NS',
  'x.y.wild.example.com. A',
  'nothere.example.com. A',
  'pending.example.com. A',
  `${['a', 'b', 'c'].map((c) => c.repeat(63)).join('.')}.${'d'.repeat(49)}.example.com. AAAA`,
  'edge-74.example.com. A',
  'mail.example.com. MX',
  'ptr.example.com. PTR',
  'chain1.example.com. A',
  'dangling-nested.example.com. A',
  'to-net.example.com. A',
  'x.aliases.example.com. TXT',
  'a.b.cut.example.com. A',
  'to-cut.example.com. A',
  'www.wide.example.com. A',
  '_sip._tcp.example.com. SRV',
];

const pointers = (asked: string): Case => ({
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
});

/** Knot DNS looks for the owner of what follows a CNAME in the question alone. */
const KNOT_REPEATS = ['dangling-nested.example.com. A', 'to-cut.example.com. A'];

const compressed = (asked: string): Case => ({
  section: 'RFC 1035 4.1.4',
  title: `${asked}: no name repeats labels that it could point to`,
  ...(KNOT_REPEATS.includes(asked)
    ? { knownDifferences: { knot: "repeats a target's labels in the owner of the referral" } }
    : {}),
  run: async (probe) => {
    const sent = query(asked, { edns: {} });
    const got = await probe.ask('udp', sent);
    parseReply(sent, got);
    const repeated = writtenTwice(got);
    if (repeated.length > 0) fail(`written again: ${repeated.join(', ')}`, sent, got);
  },
});

export const cases: readonly Case[] = [...ASKED.map(pointers), ...ASKED.map(compressed)];
