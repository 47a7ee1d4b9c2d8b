// RFC 1034 4.3.2 3b: at a zone cut, and below it, others answer, and who they are is said.

import { presentRecord, query } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import type { Probe } from '../harness/probe.ts';
import { checkReply, fail, parseReply } from '../harness/reply.ts';
import { nodata } from '../harness/tables.ts';

const REFERRAL = 'RFC 1034 4.3.2';

export const CUT: readonly string[] = ['ns1', 'ns2'].map(
  (server) => `cut.example.com. 30 IN NS ${server}.cut.example.com.`,
);
const GLUE = [
  'ns1.cut.example.com. 30 IN A 192.0.2.71',
  'ns1.cut.example.com. 30 IN AAAA 2001:db8::71',
  'ns2.cut.example.com. 30 IN A 192.0.2.72',
];

const askForReferral = async (probe: Probe, asked: string): Promise<void> => {
  for (const transport of ['udp', 'tcp'] as const) {
    for (const edns of [{}, { edns: {} }]) {
      const sent = query(asked, edns);
      const got = await probe.ask(transport, sent);
      const { rcode, flags, answer, authority, additional } = parseReply(sent, got);
      if (rcode !== 0 || flags !== 'qr') fail('not NOERROR without AA', sent, got);
      if (answer.length > 0) fail('an answer', sent, got);
      const servers = authority.map(presentRecord).sort().join('\n');
      if (servers !== CUT.join('\n')) fail(`'${servers}' in authority`, sent, got);
      const glue = additional.map(presentRecord).sort().join('\n');
      if (glue !== GLUE.join('\n')) fail(`'${glue}' in additional`, sent, got);
    }
  }
};

const refers = (asked: string, why: string): Case => ({
  section: REFERRAL,
  title: `${asked}: a referral with its glue (${why})`,
  run: (probe) => askForReferral(probe, asked),
});

const refersBehindAlias: Case = {
  section: REFERRAL,
  title: 'to-cut.example.com. A: the CNAME, with AA, and a referral',
  run: async (probe) => {
    const sent = query('to-cut.example.com. A');
    const got = await probe.ask('udp', sent);
    const via = ['www.cut.example.com.'];
    const { authority } = checkReply(sent, got, { rcode: 'NOERROR', via });
    const servers = authority.map(presentRecord).sort().join('\n');
    if (servers !== CUT.join('\n')) fail(`'${servers}' in authority`, sent, got);
  },
};

export const cases: readonly Case[] = [
  refers('cut.example.com. A', 'the cut itself'),
  refers('cut.example.com. NS', 'the cut itself'),
  refers('cut.example.com. SOA', 'the apex is on the other side'),
  refers('www.cut.example.com. A', 'below it'),
  refers('a.b.c.cut.example.com. TXT', 'well below it'),
  refers('ns1.cut.example.com. A', 'glue is no answer'),
  refersBehindAlias,
  ...nodata('RFC 4035 3.1.4.1', 'example.com.', [
    { asked: 'cut.example.com. DS', why: 'DS alone is asked on this side of a cut' },
    { asked: 'sub.example.com. DS', why: 'of a zone that is served, too' },
  ]),
];
