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
     a\\.dot         30 A    192.0.2.7`,
  ),
  zone(
    'sub.example.com.',
    `@               60 SOA  ns.example.net. hostmaster.example.net. 9 7200 1800 86400 30
     @               60 NS   ns.example.net.
     www             30 A    198.51.100.1`,
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
const failed = (ask: string, why: string, rcode: string, ede = -1): Case => ({
  ask,
  why,
  rcode,
  ede,
});

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
  nodata('www.example.com. NS', 'NS below the apex'),
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
  failed('example.org. A', 'in no zone', 'REFUSED', 20),
  failed('com. NS', 'above the zones', 'REFUSED', 20),
  failed('. NS', 'the root', 'REFUSED', 20),
  failed('www.example.com. AXFR', 'a transfer', 'REFUSED', 21),
  failed('example.org. AXFR', 'a transfer of no zone', 'REFUSED', 20),
  failed('www.example.com. CH A', 'another class', 'REFUSED'),
  failed('www.example.com. MAILB', 'an obsolete QTYPE', 'NOTIMP'),
  failed('www.example.com. TYPE249', 'TKEY', 'NOTIMP'),
  failed('www.example.com. OPT', 'no type to ask for', 'FORMERR'),
  failed('www.example.com. TSIG', 'nor this', 'FORMERR'),
  failed('unsynced.example. SOA', 'nothing known', 'SERVFAIL', 14),
  failed('www.unsynced.example. A', 'nothing known below', 'SERVFAIL', 14),
  found('www.partial.example. A', 'what is known', 'www.partial.example. 30 in a 198.51.100.2'),
  found('x.w.partial.example. A', 'by wildcard', 'x.w.partial.example. 30 in a 198.51.100.3'),
  failed('www.partial.example. AAAA', 'no NODATA of a part', 'SERVFAIL', 14),
  failed('nope.partial.example. A', 'no NXDOMAIN of a part', 'SERVFAIL', 14),
];
