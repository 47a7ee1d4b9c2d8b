// Questions and answers as in a DNS book, asked of the reference and of the responder alike.

import type { ReferenceZone } from '../src/reference/reference-matcher.ts';
import { zone } from './zones.ts';

/** `rcode`, then sections; a section that is left out is empty. Records are in lower case. */
export interface Case {
  readonly ask: string;
  readonly why: string;
  readonly rcode: string;
  readonly answer?: readonly string[];
  readonly authority?: readonly string[];
  readonly additional?: readonly string[];
  readonly ede?: number;
}

export const CASE_ZONES: readonly ReferenceZone[] = [
  zone(
    'example.com.',
    `@               60 SOA  ns1.example.com. hostmaster.ns1.example.com. 7 7200 1800 86400 30
     @               60 NS   ns1.example.com.
     @               60 NS   ns.example.org.
     @               60 A    192.0.2.10
     ns1             60 A    192.0.2.53
     ns1             60 AAAA 2001:db8::53
     www             30 A    192.0.2.1
     www             30 A    192.0.2.2
     www             30 AAAA 2001:db8::1
     v6              30 AAAA 2001:db8::6
     a.b.c           30 A    192.0.2.3
     *.w             30 A    192.0.2.4
     x.y.w           30 A    192.0.2.5
     *.deep.w        30 AAAA 2001:db8::4
     __proto__       30 A    192.0.2.6
     a\\.dot         30 A    192.0.2.7
     alias           20 CNAME WWW.example.com.
     alias2          20 CNAME alias.example.com.
     to-apex         20 CNAME example.com.
     to-ent          20 CNAME b.c.example.com.
     dangling        20 CNAME nope.example.com.
     to-wild         20 CNAME foo.w.example.com.
     *.alias         20 CNAME www.example.com.
     to-alias-wild   20 CNAME foo.alias.example.com.
     outward         20 CNAME host.example.net.
     to-sub          20 CNAME www.sub.example.com.
     to-sub-apex     20 CNAME sub.example.com.
     to-sub-missing  20 CNAME no.sub.example.com.
     there           20 CNAME back-again.sub.example.com.
     to-unsynced     20 CNAME www.unsynced.example.
     to-partial      20 CNAME www.partial.example.
     to-unknown      20 CNAME nope.partial.example.
     one             20 CNAME two.example.com.
     two             20 CNAME one.example.com.
     self            20 CNAME self.example.com.
     *.circle        20 CNAME x.circle.example.com.
     cut             40 NS   ns.cut.example.com.
     cut             40 NS   ns.example.net.
     cut             40 A    192.0.2.61
     cut             40 DS   \\# 4 0001080f
     ns.cut          40 A    192.0.2.62
     *.cut           40 A    192.0.2.63
     further.cut     40 NS   ns.example.net.
     bare            40 NS   ns.example.net.
     to-cut          20 CNAME www.cut.example.com.
     at-cut          20 CNAME cut.example.com.
     ${[0, 1, 2, 3, 4, 5, 6, 7, 8].map((i) => `c${i} 20 CNAME c${i + 1}.example.com.`).join('\n')}
     c9              30 A    192.0.2.9
     pending         0  TYPE0 -
     *.pending       0  TYPE0 -
     half            30 A    192.0.2.71
     half            0  TYPE0 -
     to-pending      20 CNAME pending.example.com.`,
  ),
  zone(
    'sub.example.com.',
    `@               60 SOA  ns.example.net. hostmaster.example.net. 9 7200 1800 86400 30
     @               60 NS   ns.example.net.
     www             30 A    198.51.100.1
     back-again      30 CNAME alias.example.com.`,
  ),
  zone(
    'ours.bare.example.com.',
    `@               60 SOA  ns.example.net. hostmaster.example.net. 11 7200 1800 86400 30
     www             30 A    198.51.100.4`,
  ),
  zone('deep.nested.example.com.', '@ 60 SOA ns.example.net. h.example.net. 1 2 3 4 5'),
  zone('unsynced.example.', '', 'unsynced'),
  zone(
    'partial.example.',
    `@               60 SOA  ns.example.net. hostmaster.example.net. 9 7200 1800 86400 30
     www             30 A    198.51.100.2
     *.w             30 A    198.51.100.3`,
    'partial',
  ),
];

const SOA =
  'example.com. 60 in soa ns1.example.com. hostmaster.ns1.example.com. 7 7200 1800 86400 30';
const SUB_SOA =
  'sub.example.com. 60 in soa ns.example.net. hostmaster.example.net. 9 7200 1800 86400 30';
const GLUE = ['ns1.example.com. 60 in a 192.0.2.53', 'ns1.example.com. 60 in aaaa 2001:db8::53'];
const NS = ['example.com. 60 in ns ns1.example.com.', 'example.com. 60 in ns ns.example.org.'];

const found = (ask: string, why: string, ...answer: string[]): Case => ({
  ask,
  why,
  rcode: 'NOERROR',
  answer,
});
const nodata = (ask: string, why: string, soa = SOA): Case => ({
  ask,
  why,
  rcode: 'NOERROR',
  authority: [soa],
});
const nxdomain = (ask: string, why: string, soa = SOA): Case => ({
  ask,
  why,
  rcode: 'NXDOMAIN',
  authority: [soa],
});
/** An answer that is shorter than one might expect, and says why. */
const cutShort = (ede: number, answered: Case): Case => ({ ...answered, ede });
const failed = (ask: string, why: string, rcode: string, ede = -1): Case => ({
  ask,
  why,
  rcode,
  ede,
});

const cname = (owner: string, target: string, ttl = 20) =>
  `${owner}.example.com. ${ttl} in cname ${target}`;
const WWW = ['www.example.com. 30 in a 192.0.2.1', 'www.example.com. 30 in a 192.0.2.2'];
const ALIAS = cname('alias', 'www.example.com.');
const CHAIN = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) =>
    cname(`c${from + i}`, `c${from + i + 1}.example.com.`),
  );
/** A negative answer about the name that the aliases lead to. */
const behind = (negative: Case, ...answer: string[]): Case => ({ ...negative, answer });

const ALIAS_CASES: readonly Case[] = [
  found('alias.example.com. A', 'an alias and what it stands for', ALIAS, ...WWW),
  found('alias.example.com. CNAME', 'the alias itself (RFC 1034 3.6.2)', ALIAS),
  found('alias.example.com. ANY', 'one RRset, and no more', ALIAS),
  found(
    'alias2.example.com. AAAA',
    'an alias of an alias',
    cname('alias2', 'alias.example.com.'),
    ALIAS,
    'www.example.com. 30 in aaaa 2001:db8::1',
  ),
  nodata('www.example.com. CNAME', 'no alias'),
  behind(nodata('alias.example.com. TXT', 'NODATA of the target'), ALIAS),
  behind(
    nodata('to-ent.example.com. A', 'an alias of an empty non-terminal'),
    cname('to-ent', 'b.c.example.com.'),
  ),
  behind(
    nxdomain('dangling.example.com. A', 'NXDOMAIN of the target (RFC 6604 3)'),
    cname('dangling', 'nope.example.com.'),
  ),
  nxdomain('x.alias2.example.com. A', 'an alias has nothing below it'),
  found('to-apex.example.com. SOA', 'SOA by alias', cname('to-apex', 'example.com.'), SOA),
  {
    ...found('to-apex.example.com. NS', 'NS by alias', cname('to-apex', 'example.com.'), ...NS),
    additional: GLUE,
  },
  found(
    'to-wild.example.com. A',
    'a target that a wildcard speaks for (RFC 4592 3.3.1)',
    cname('to-wild', 'foo.w.example.com.'),
    'foo.w.example.com. 30 in a 192.0.2.4',
  ),
  found(
    'x.y.alias.example.com. A',
    'an alias that a wildcard gives (RFC 4592 4.4)',
    cname('x.y.alias', 'www.example.com.'),
    ...WWW,
  ),
  found(
    'to-alias-wild.example.com. A',
    'both',
    cname('to-alias-wild', 'foo.alias.example.com.'),
    cname('foo.alias', 'www.example.com.'),
    ...WWW,
  ),
  found('outward.example.com. A', 'out of our zones', cname('outward', 'host.example.net.')),
  found(
    'to-sub.example.com. A',
    'into another zone',
    cname('to-sub', 'www.sub.example.com.'),
    'www.sub.example.com. 30 in a 198.51.100.1',
  ),
  found(
    'to-sub-apex.example.com. SOA',
    'to its apex',
    cname('to-sub-apex', 'sub.example.com.'),
    SUB_SOA,
  ),
  behind(
    nodata('to-sub-apex.example.com. DS', 'DS of it is on this side'),
    cname('to-sub-apex', 'sub.example.com.'),
  ),
  behind(
    nxdomain('to-sub-missing.example.com. A', 'the SOA where the chain ended', SUB_SOA),
    cname('to-sub-missing', 'no.sub.example.com.'),
  ),
  found(
    'there.example.com. A',
    'into another zone and back',
    cname('there', 'back-again.sub.example.com.'),
    cname('back-again.sub', 'alias.example.com.', 30),
    ALIAS,
    ...WWW,
  ),
  found(
    'to-partial.example.com. A',
    'what is known of a part',
    cname('to-partial', 'www.partial.example.'),
    'www.partial.example. 30 in a 198.51.100.2',
  ),
  cutShort(
    14,
    found(
      'to-unknown.example.com. A',
      'what is not known is not denied',
      cname('to-unknown', 'nope.partial.example.'),
    ),
  ),
  cutShort(
    14,
    found(
      'to-unsynced.example.com. A',
      'nor in a zone of which nothing is known',
      cname('to-unsynced', 'www.unsynced.example.'),
    ),
  ),
  cutShort(
    0,
    found(
      'one.example.com. A',
      'a circle, once around',
      cname('one', 'two.example.com.'),
      cname('two', 'one.example.com.'),
    ),
  ),
  cutShort(
    0,
    found('self.example.com. A', 'the smallest circle', cname('self', 'self.example.com.')),
  ),
  cutShort(
    0,
    found('z.circle.example.com. A', 'by wildcard', cname('z.circle', 'x.circle.example.com.')),
  ),
  found('c1.example.com. A', 'eight aliases', ...CHAIN(1, 9), 'c9.example.com. 30 in a 192.0.2.9'),
  behind(nodata('c1.example.com. TXT', 'eight aliases'), ...CHAIN(1, 9)),
  cutShort(0, found('c0.example.com. A', 'the ninth is left to the resolver', ...CHAIN(0, 8))),
];

const REFERRAL = {
  rcode: 'NOERROR',
  authority: [
    'cut.example.com. 40 in ns ns.cut.example.com.',
    'cut.example.com. 40 in ns ns.example.net.',
  ],
  additional: ['ns.cut.example.com. 40 in a 192.0.2.62'],
};

const CUT_CASES: readonly Case[] = [
  { ask: 'cut.example.com. A', why: 'at a zone cut', ...REFERRAL },
  { ask: 'cut.example.com. NS', why: 'NS is not ours to answer either', ...REFERRAL },
  { ask: 'cut.example.com. ANY', why: 'nor is ANY', ...REFERRAL },
  { ask: 'CUT.example.com. CNAME', why: 'nor is CNAME', ...REFERRAL },
  { ask: 'ns.cut.example.com. A', why: 'glue is no answer', ...REFERRAL },
  { ask: 'a.b.further.CUT.Example.com. MX', why: 'the uppermost cut', ...REFERRAL },
  { ask: 'x.cut.example.com. DS', why: 'DS below it', ...REFERRAL },
  found(
    'cut.example.com. DS',
    'DS at it is on this side (RFC 4035 3.1.4.1)',
    'cut.example.com. 40 in ds \\# 4 0001080f',
  ),
  nodata('bare.example.com. DS', 'and so is its absence'),
  {
    ask: 'x.bare.example.com. A',
    why: 'no address to give',
    rcode: 'NOERROR',
    authority: ['bare.example.com. 40 in ns ns.example.net.'],
  },
  found(
    'www.ours.bare.example.com. A',
    'a zone of ours below it',
    'www.ours.bare.example.com. 30 in a 198.51.100.4',
  ),
  nodata(
    'ours.bare.example.com. DS',
    'whose parent is not ours, so we speak for the child (RFC 4035 3.1.4.1)',
    'ours.bare.example.com. 60 in soa ns.example.net. hostmaster.example.net. 11 7200 1800 86400 30',
  ),
  {
    ask: 'to-cut.example.com. A',
    why: 'an alias of a name below it',
    ...REFERRAL,
    answer: [cname('to-cut', 'www.cut.example.com.')],
  },
  {
    ask: 'at-cut.example.com. NS',
    why: 'an alias of the cut',
    ...REFERRAL,
    answer: [cname('at-cut', 'cut.example.com.')],
  },
  found(
    'at-cut.example.com. DS',
    'and its DS',
    cname('at-cut', 'cut.example.com.'),
    'cut.example.com. 40 in ds \\# 4 0001080f',
  ),
];

export const CASES: readonly Case[] = [
  found(
    'www.example.com. A',
    'all of an RRset',
    'www.example.com. 30 in a 192.0.2.1',
    'www.example.com. 30 in a 192.0.2.2',
  ),
  found('WwW.eXample.COM. AAAA', 'in any case', 'www.example.com. 30 in aaaa 2001:db8::1'),
  found('example.com. A', 'at the apex', 'example.com. 60 in a 192.0.2.10'),
  found('example.com. SOA', 'the SOA', SOA),
  { ...found('example.com. NS', 'NS with glue', ...NS), additional: GLUE },
  found('sub.example.com. NS', 'NS elsewhere', 'sub.example.com. 60 in ns ns.example.net.'),
  found('__proto__.example.com. A', 'a label as any', '__proto__.example.com. 30 in a 192.0.2.6'),
  found('a\\.dot.example.com. A', 'a dot in a label', 'a\\.dot.example.com. 30 in a 192.0.2.7'),
  nxdomain('a.dot.example.com. A', 'and not between labels'),
  nodata('v6.example.com. A', 'the other family'),
  nodata('www.example.com. TXT', 'another type'),
  nodata('www.example.com. TYPE65280', 'a type nobody knows'),
  nodata('www.example.com. NS', 'NS at no zone cut'),
  nodata('c.example.com. A', 'an empty non-terminal'),
  nodata('b.c.example.com. ANY', 'ANY of an empty non-terminal'),
  nodata('nested.example.com. A', 'an empty non-terminal above a zone'),
  nxdomain('nope.example.com. A', 'no such name'),
  nxdomain('x.www.example.com. A', 'below a name that exists (RFC 8020)'),
  nxdomain('z.b.c.example.com. MX', 'beside one, whatever the type'),
  nxdomain('xexample.com.example.com. A', 'nearly the apex'),
  found('foo.w.example.com. A', 'a wildcard', 'foo.w.example.com. 30 in a 192.0.2.4'),
  found('a.b.foo.w.example.com. A', 'at any depth', 'a.b.foo.w.example.com. 30 in a 192.0.2.4'),
  found('*.w.example.com. A', 'the wildcard itself', '*.w.example.com. 30 in a 192.0.2.4'),
  nodata('foo.w.example.com. AAAA', 'a wildcard without the type'),
  nodata('w.example.com. A', 'the parent of a wildcard'),
  nodata('y.w.example.com. A', 'an empty non-terminal hides the wildcard (RFC 4592 2.2.2)'),
  nxdomain('z.y.w.example.com. A', 'the closest encloser has no wildcard (RFC 4592 3.3.1)'),
  nxdomain('foo.*.w.example.com. A', 'below a wildcard (RFC 4592 2.3)'),
  nodata('foo.deep.w.example.com. A', 'the nearer wildcard only'),
  found(
    'www.sub.example.com. A',
    'a zone further down',
    'www.sub.example.com. 30 in a 198.51.100.1',
  ),
  nxdomain('no.sub.example.com. A', 'and its own SOA', SUB_SOA),
  nodata('sub.example.com. A', 'and its apex', SUB_SOA),
  nodata('sub.example.com. DS', 'DS of a zone whose parent is here (RFC 4035 3.1.4.1)'),
  ...ALIAS_CASES,
  ...CUT_CASES,
  failed('pending.example.com. A', 'an address that is not known yet', 'SERVFAIL', 14),
  failed('pending.example.com. AAAA', 'of either family', 'SERVFAIL', 14),
  failed('pending.example.com. ANY', 'or whatever there is', 'SERVFAIL', 14),
  nodata('pending.example.com. TXT', 'of another type there is none'),
  failed('x.pending.example.com. A', 'of a wildcard', 'SERVFAIL', 14),
  found('half.example.com. A', 'what is known of two', 'half.example.com. 30 in a 192.0.2.71'),
  failed('half.example.com. AAAA', 'and what is not', 'SERVFAIL', 14),
  cutShort(
    14,
    found(
      'to-pending.example.com. A',
      'an alias holds whatever becomes of its target',
      'to-pending.example.com. 20 in cname pending.example.com.',
    ),
  ),
  failed('example.org. A', 'in no zone', 'REFUSED', 20),
  failed('com. NS', 'above the zones', 'REFUSED', 20),
  failed('. NS', 'the root', 'REFUSED', 20),
  failed('www.example.com. AXFR', 'a transfer', 'REFUSED', 21),
  failed('example.org. AXFR', 'a transfer of no zone', 'REFUSED', 20),
  failed('www.example.com. CH A', 'another class', 'REFUSED', 21),
  failed('www.example.com. MAILB', 'an obsolete QTYPE', 'NOTIMP', 21),
  failed('www.example.com. TYPE249', 'TKEY', 'NOTIMP', 21),
  failed('www.example.com. OPT', 'no type to ask for', 'FORMERR'),
  failed('www.example.com. TSIG', 'nor this', 'FORMERR'),
  failed('unsynced.example. SOA', 'nothing known', 'SERVFAIL', 14),
  failed('www.unsynced.example. A', 'nothing known below', 'SERVFAIL', 14),
  found('www.partial.example. A', 'what is known', 'www.partial.example. 30 in a 198.51.100.2'),
  found('x.w.partial.example. A', 'by wildcard', 'x.w.partial.example. 30 in a 198.51.100.3'),
  failed('www.partial.example. AAAA', 'no NODATA of a part', 'SERVFAIL', 14),
  failed('nope.partial.example. A', 'no NXDOMAIN of a part', 'SERVFAIL', 14),
];
