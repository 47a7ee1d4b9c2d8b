// RFC 8482 4: ANY gets a small answer: a subset of the RRsets, one HINFO, or none at all.

import { query, TYPE } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { checkReply, fail, parseReply } from '../harness/reply.ts';
import { nxdomain } from '../harness/tables.ts';

const anyIsSmall = (name: string): Case => ({
  section: 'RFC 8482 4',
  title: `${name} ANY: at most one RRset, or NODATA`,
  run: async (probe) => {
    const sent = query(`${name} ANY`, { edns: {} });
    const got = await probe.ask('udp', sent);
    const reply = parseReply(sent, got);
    if (reply.rcode !== 0 || reply.flags !== 'qr aa') fail('not NOERROR with AA', sent, got);
    const owned = reply.answer.every((record) => record.name === name);
    const types = new Set(reply.answer.map(({ type }) => type));
    if (!owned || types.size > 1) fail('not one RRset of QNAME', sent, got);
    const soa = reply.authority.filter(({ type }) => type === TYPE.SOA);
    if (types.size === 0 && soa.length !== 1) fail('NODATA without the SOA', sent, got);
  },
});

const anyOfAnEmptyNonTerminal: Case = {
  section: 'RFC 8482 4',
  title: 'ent.example.com. ANY: NODATA',
  run: async (probe) => {
    const sent = query('ent.example.com. ANY');
    const got = await probe.ask('udp', sent);
    checkReply(sent, got, { rcode: 'NOERROR', negative: 'example.com.' });
  },
};

export const cases: readonly Case[] = [
  ...['www.example.com.', 'v6only.example.com.', 'x.wild.example.com.', 'example.net.'].map(
    anyIsSmall,
  ),
  anyOfAnEmptyNonTerminal,
  ...nxdomain('RFC 8482 4', 'example.com.', ['nothere.example.com. ANY']),
];
