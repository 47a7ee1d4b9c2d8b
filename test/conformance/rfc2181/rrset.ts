// RFC 2181 5 and 9: an RRset has one TTL, holds each RDATA once, and is sent whole or not at all.

import { query } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { addresses } from '../harness/fixture.ts';
import { checkReply, FIXTURE_TTL, fail, parseReply } from '../harness/reply.ts';

const oneTtl: Case = {
  section: 'RFC 2181 5.2',
  title: 'all records of an RRset have the same TTL',
  run: async (probe) => {
    for (const asked of ['www.example.com. A', 'edge-74.example.com. A', 'x.wild.example.com. A']) {
      const sent = query(asked, { edns: {} });
      const got = await probe.ask('udp', sent);
      const ttls = new Set(parseReply(sent, got).answer.map(({ ttl }) => ttl));
      if (ttls.size !== 1 || !ttls.has(FIXTURE_TTL)) fail(`TTLs ${[...ttls]}`, sent, got);
    }
  },
};

const noDuplicates: Case = {
  section: 'RFC 2181 5',
  title: 'an address that two objects give to a name is there once',
  run: async (probe) => {
    const sent = query('www.example.com. A');
    const got = await probe.ask('udp', sent);
    checkReply(sent, got, { rcode: 'NOERROR', answer: ['192.0.2.1', '192.0.2.2'] });
  },
};

const wholeOrNothing: Case = {
  section: 'RFC 2181 9',
  title: 'a reply with TC holds no part of the RRset that did not fit',
  run: async (probe) => {
    for (const edns of [{}, { edns: { udpSize: 600 } }]) {
      const sent = query('big100.example.com. A', edns);
      const got = await probe.ask('udp', sent);
      const reply = parseReply(sent, got);
      if (!reply.flags.includes('tc')) fail('no TC', sent, got);
      if (reply.answer.length !== 0) fail(`${reply.answer.length} of 100 records`, sent, got);
    }
  },
};

const noTcForGlue: Case = {
  section: 'RFC 2181 9',
  title: 'what fits is not marked TC, over UDP and TCP',
  run: async (probe) => {
    const sent = query('big20.example.com. A');
    for (const transport of ['udp', 'tcp'] as const) {
      const got = await probe.ask(transport, sent);
      checkReply(sent, got, { rcode: 'NOERROR', answer: addresses(20) });
    }
  },
};

export const cases: readonly Case[] = [oneTtl, noDuplicates, wholeOrNothing, noTcForGlue];
