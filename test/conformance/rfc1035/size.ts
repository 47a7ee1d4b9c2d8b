// RFC 1035 4.2.1: without EDNS a datagram holds 512 octets, and TC says that it was not enough.

import { query } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { addresses } from '../harness/fixture.ts';
import { checkReply, fail, parseReply } from '../harness/reply.ts';
import { wholeOverTcp } from '../harness/size.ts';

const exactlyFits: Case = {
  section: 'RFC 1035 4.2.1',
  title: 'at.example.com. A: 30 addresses make 512 octets and fit',
  run: async (probe) => {
    const sent = query('at.example.com. A');
    const got = await probe.ask('udp', sent);
    checkReply(sent, got, { rcode: 'NOERROR', answer: addresses(30) });
    if (got.length !== 512) fail('owner names are not compressed', sent, got);
  },
};

const truncated = (asked: string): Case => ({
  section: 'RFC 1035 4.2.1',
  title: `${asked}: TC in a datagram of at most 512 octets`,
  run: async (probe) => {
    const sent = query(asked);
    const got = await probe.ask('udp', sent);
    if (!parseReply(sent, got).flags.includes('tc')) fail('no TC', sent, got);
    if (got.length > 512) fail(`${got.length} octets`, sent, got);
  },
});

export const cases: readonly Case[] = [
  exactlyFits,
  ...['up.example.com. A', 'big40.example.com. A', 'big100.example.com. A'].map(truncated),
  wholeOverTcp('RFC 1035 4.2.2', 'up.example.com. A', 31),
  wholeOverTcp('RFC 1035 4.2.2', 'big100.example.com. A', 100),
];
