// RFC 7830: who pads a query has a padded reply, on transports that nobody can look into.

import { query } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { NO_PADDING, padded, paddingOf } from '../harness/padding.ts';
import type { Encrypted, Transport } from '../harness/probe.ts';
import { checkReply, fail } from '../harness/reply.ts';

const ASKED = 'v4only.example.com. A';
const EXPECTED = { rcode: 'NOERROR', answer: ['192.0.2.4'] } as const;

const isPadded = (needs: Encrypted): Case => ({
  section: 'RFC 7830 4',
  title: `over ${needs} a padded query has a padded reply`,
  needs,
  knownDifferences: NO_PADDING,
  run: async (probe) => {
    const sent = query(ASKED, { edns: padded(80) });
    const got = await probe.ask(needs, sent);
    const padding = paddingOf(checkReply(sent, got, EXPECTED));
    if (padding.length !== 1) fail(`${padding.length} Padding options`, sent, got);
  },
});

const isNotPadded = (needs: Encrypted): Case => ({
  section: 'RFC 7830 4',
  title: `over ${needs} another has none, and without EDNS no OPT either`,
  needs,
  run: async (probe) => {
    for (const more of [{}, { edns: {} }, { edns: { udpSize: 4096, dnssecOk: true } }]) {
      const sent = query(ASKED, more);
      const got = await probe.ask(needs, sent);
      if (paddingOf(checkReply(sent, got, EXPECTED)).length > 0) fail('padding', sent, got);
    }
  },
});

const perQuery: Case = {
  section: 'RFC 7830 4',
  title: 'of two queries on one connection each has what it asks for',
  needs: 'tls',
  knownDifferences: NO_PADDING,
  run: async (probe) => {
    const connection = await probe.secure();
    for (const count of [1, 0, 1, 0]) {
      const sent = query(ASKED, { edns: count === 1 ? padded(0) : {} });
      const got = await connection.exchange(sent);
      const padding = paddingOf(checkReply(sent, got, EXPECTED));
      if (padding.length !== count) fail(`${padding.length} Padding options`, sent, got);
    }
  },
};

const ofZeros: Case = {
  section: 'RFC 7830 3',
  title: 'padding is of zeros, whatever that of the query is of',
  needs: 'tls',
  knownDifferences: NO_PADDING,
  run: async (probe) => {
    for (const fill of [0, 0xff]) {
      const sent = query(ASKED, { edns: padded(40, fill) });
      const got = await probe.ask('tls', sent);
      const [padding] = paddingOf(checkReply(sent, got, EXPECTED));
      if (padding?.data.some((octet) => octet !== 0) !== false) fail('no zeros', sent, got);
    }
  },
};

const acceptsAny = (transport: Transport): Case => ({
  section: 'RFC 7830 3',
  title: `over ${transport} padding of any octets and length is accepted`,
  ...(transport === 'tls' ? { needs: transport } : {}),
  run: async (probe) => {
    for (const length of [0, 1, 300, ...(transport === 'udp' ? [] : [20_000])]) {
      const sent = query(ASKED, { edns: padded(length, 0xa5) });
      checkReply(sent, await probe.ask(transport, sent), EXPECTED);
    }
  },
});

const notInTheClear = (transport: 'udp' | 'tcp'): Case => ({
  section: 'RFC 7830 6',
  title: `over ${transport} no reply is padded`,
  run: async (probe) => {
    const sent = query(ASKED, { edns: padded(80) });
    const got = await probe.ask(transport, sent);
    if (paddingOf(checkReply(sent, got, EXPECTED)).length > 0) fail('padding', sent, got);
  },
});

export const cases: readonly Case[] = [
  isPadded('tls'),
  isPadded('https'),
  isNotPadded('tls'),
  isNotPadded('https'),
  perQuery,
  ofZeros,
  acceptsAny('udp'),
  acceptsAny('tcp'),
  acceptsAny('tls'),
  notInTheClear('udp'),
  notInTheClear('tcp'),
];
