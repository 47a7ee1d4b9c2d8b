// RFC 2181 10.1 and 9: a CNAME is all that its owner has, and it stays where what follows does not fit.

import { presentRecord, query, TYPE } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { addresses } from '../harness/fixture.ts';
import { checkReply, FIXTURE_TTL, fail, parseReply } from '../harness/reply.ts';

const CNAME = `alias.example.com. ${FIXTURE_TTL} IN CNAME www.example.com.`;

/** Without DNSSEC's, which may be beside a CNAME or are the parent's (RFC 4034 3, 4, 5), and what is no data. */
const TYPES = Object.entries(TYPE).filter(
  ([mnemonic]) => !/^(ANY|AXFR|IXFR|OPT|TSIG|MAILA|MAILB|DS|NSEC|RRSIG)$/.test(mnemonic),
);

const alone: Case[] = [...TYPES.map(([mnemonic]) => mnemonic), 'ANY'].map((mnemonic) => ({
  section: 'RFC 2181 10.1',
  title: `alias.example.com. ${mnemonic}: the owner of a CNAME has nothing else`,
  run: async (probe) => {
    const sent = query(`alias.example.com. ${mnemonic}`);
    const got = await probe.ask('udp', sent);
    const { answer } = parseReply(sent, got);
    const own = answer.filter(({ name }) => name === 'alias.example.com.').map(presentRecord);
    if (own.join('\n') !== CNAME) fail(`'${own.join(', ')}', not '${CNAME}'`, sent, got);
  },
}));

const truncatedBehind: Case = {
  section: 'RFC 2181 9',
  title:
    'to-big.example.com. A: the CNAME is kept, the RRset that does not fit is left out, with TC',
  run: async (probe) => {
    const via = ['big100.example.com.'];
    for (const edns of [{}, { edns: { udpSize: 600 } }]) {
      const sent = query('to-big.example.com. A', edns);
      const got = await probe.ask('udp', sent);
      const { flags, answer } = parseReply(sent, got);
      if (!flags.split(' ').includes('tc')) fail('no TC', sent, got);
      const [first, ...rest] = answer;
      if (first?.type !== TYPE.CNAME) fail('no CNAME', sent, got);
      if (rest.length > 0) fail(`${rest.length} of 100 records`, sent, got);
    }
    const sent = query('to-big.example.com. A');
    const got = await probe.ask('tcp', sent);
    checkReply(sent, got, { rcode: 'NOERROR', via, answer: addresses(100) });
  },
};

export const cases: readonly Case[] = [...alone, truncatedBehind];
