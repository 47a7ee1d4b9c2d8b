// RFC 1034 3.6.2 and 4.3.2 3a: a CNAME is followed wherever its target is served, and no further.

import { query, TYPE } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { fail, parseReply } from '../harness/reply.ts';
import { answered, nodata } from '../harness/tables.ts';

const ALIASES = 'RFC 1034 3.6.2';
const ALGORITHM = 'RFC 1034 4.3.2';

const WWW = 'www.example.com.';
const V4 = ['192.0.2.1', '192.0.2.2'];
const V6 = ['2001:db8::1', '2001:db8::2'];

const CHAIN = [2, 3, 4, 5].map((link) => `chain${link}.example.com.`);

const followed: Case[] = answered(ALIASES, [
  { asked: 'alias.example.com. A', via: [WWW], answer: V4, why: 'alias and target, in order' },
  { asked: 'alias.example.com. AAAA', via: [WWW], answer: V6 },
  { asked: 'alias2.example.com. A', via: ['alias.example.com.', WWW], answer: V4 },
  { asked: 'alias2.example.com. AAAA', via: ['alias.example.com.', WWW], answer: V6 },
  { asked: 'chain1.example.com. A', via: [...CHAIN, WWW], answer: V4, why: 'five CNAMEs' },
  { asked: 'alias.example.com. CNAME', answer: [WWW], why: 'it is what is asked for' },
  { asked: 'alias2.example.com. CNAME', answer: ['alias.example.com.'], why: 'the first alone' },
  { asked: 'chain1.example.com. CNAME', answer: ['chain2.example.com.'], why: 'the first alone' },
  { asked: 'outside.example.com. CNAME', answer: ['www.example.org.'] },
]);

const loops: Case[] = answered(ALIASES, [
  {
    asked: 'loop-a.example.com. A',
    via: ['loop-b.example.com.', 'loop-a.example.com.'],
    answer: [],
    why: 'a loop, once round',
  },
  { asked: 'loop.example.com. A', via: ['loop.example.com.'], answer: [], why: 'a loop of one' },
  { asked: 'loop.example.com. CNAME', answer: ['loop.example.com.'], why: 'a loop of one' },
]);

/** How far a server goes is its own business; a resolver goes on from there. */
const longChain: Case = {
  section: ALIASES,
  title: 'link1.example.com. A: of twenty CNAMEs those that are followed are there, in order',
  run: async (probe) => {
    for (const transport of ['udp', 'tcp'] as const) {
      const sent = query('link1.example.com. A', { edns: {} });
      const got = await probe.ask(transport, sent);
      const { rcode, flags, answer, authority } = parseReply(sent, got);
      if (rcode !== 0 || flags !== 'qr aa') fail('not NOERROR with AA', sent, got);
      const owners = answer.filter(({ type }) => type === TYPE.CNAME).map(({ name }) => name);
      const wanted = owners.map((_, i) => `link${i + 1}.example.com.`);
      if (owners.length < 2 || owners.join() !== wanted.join()) fail('not in order', sent, got);
      if (authority.some(({ type }) => type === TYPE.SOA)) fail('a SOA', sent, got);
    }
  },
};

const KNOT_STAYS = { knot: 'never follows a CNAME into another zone' };

/** The serial is each server's own. */
const soaBehind = (asked: string, apex: string, rest: Pick<Case, 'knownDifferences'>): Case => ({
  section: ALGORITHM,
  title: `${asked} SOA: the SOA of the apex that the CNAME leads to`,
  run: async (probe) => {
    const sent = query(`${asked} SOA`);
    const got = await probe.ask('udp', sent);
    const { flags, answer } = parseReply(sent, got);
    if (flags !== 'qr aa') fail('not AA alone', sent, got);
    const owners = answer.map(({ name, type }) => `${name} ${type}`);
    if (owners.join() !== `${asked} ${TYPE.CNAME},${apex} ${TYPE.SOA}`) {
      fail('not the CNAME and the SOA', sent, got);
    }
  },
  ...rest,
});

const toApex: Case[] = [
  soaBehind('to-apex.example.com.', 'example.com.', {}),
  soaBehind('to-nested-apex.example.com.', 'sub.example.com.', { knownDifferences: KNOT_STAYS }),
  ...answered(ALGORITHM, [
    {
      asked: 'to-apex.example.com. NS',
      via: ['example.com.'],
      answer: ['dns1.kube-system.example.com.'],
      why: 'the apex is a target like others',
    },
    {
      asked: 'to-nested-apex.example.com. NS',
      via: ['sub.example.com.'],
      answer: ['dns1.kube-system.sub.example.com.'],
      why: 'the apex of a nested zone',
      knownDifferences: KNOT_STAYS,
    },
  ]),
  ...nodata(ALGORITHM, 'example.com.', [
    { asked: 'to-apex.example.com. A', via: ['example.com.'], why: 'no address there' },
  ]),
  ...nodata(ALGORITHM, 'sub.example.com.', [
    {
      asked: 'to-nested-apex.example.com. A',
      via: ['sub.example.com.'],
      why: 'no address there',
      knownDifferences: KNOT_STAYS,
    },
  ]),
];

const intoOtherZones: Case[] = answered(ALGORITHM, [
  {
    asked: 'to-nested.example.com. A',
    via: ['www.sub.example.com.'],
    answer: V4,
    why: 'into a nested zone',
    knownDifferences: KNOT_STAYS,
  },
  {
    asked: 'to-nested.example.com. AAAA',
    via: ['www.sub.example.com.'],
    answer: ['2001:db8::2'],
    why: 'into a nested zone',
    knownDifferences: KNOT_STAYS,
  },
  {
    asked: 'to-net.example.com. A',
    via: ['api.default.example.net.'],
    answer: ['203.0.113.10'],
    why: 'into another zone',
    knownDifferences: KNOT_STAYS,
  },
  {
    asked: 'outside.example.com. A',
    via: ['www.example.org.'],
    answer: [],
    why: 'out of our zones: no SOA',
  },
  {
    asked: 'to-outside.example.com. AAAA',
    via: ['outside.example.com.', 'www.example.org.'],
    answer: [],
    why: 'out of our zones: no SOA',
  },
]);

export const cases: readonly Case[] = [
  ...followed,
  ...loops,
  longChain,
  ...toApex,
  ...intoOtherZones,
];
