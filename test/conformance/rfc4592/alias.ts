// RFC 4592: wildcards that are aliases (4.3), and aliases of names that a wildcard answers for (3.3.1).

import type { Case } from '../harness/case.ts';
import { answered, nodata } from '../harness/tables.ts';

const SYNTHESIS = 'RFC 4592 3.3.1';
const CNAME_AT_WILDCARD = 'RFC 4592 4.3';

const WWW = 'www.example.com.';
const V4 = ['192.0.2.1', '192.0.2.2'];

export const cases: readonly Case[] = [
  ...answered(SYNTHESIS, [
    {
      asked: 'to-wildcard.example.com. A',
      via: ['x.y.wild.example.com.'],
      answer: ['192.0.2.30'],
      why: 'the owner is the target, not the wildcard',
    },
    { asked: 'any.texts.example.com. TXT', answer: ['"of a wildcard"'], why: 'not only addresses' },
  ]),
  ...nodata(SYNTHESIS, 'example.com.', [
    { asked: 'to-wildcard.example.com. TXT', via: ['x.y.wild.example.com.'] },
    { asked: 'here.aliases.example.com. AAAA', why: 'an existing name is no alias' },
  ]),
  ...answered(CNAME_AT_WILDCARD, [
    { asked: 'x.aliases.example.com. A', via: [WWW], answer: V4 },
    { asked: 'x.y.aliases.example.com. A', via: [WWW], answer: V4, why: 'two labels' },
    { asked: 'x.aliases.example.com. CNAME', answer: [WWW] },
    { asked: '*.aliases.example.com. A', via: [WWW], answer: V4, why: 'the wildcard itself' },
    {
      asked: 'to-alias-wildcard.example.com. A',
      via: ['x.aliases.example.com.', WWW],
      answer: V4,
      why: 'in the middle of a chain',
    },
    { asked: 'here.aliases.example.com. A', answer: ['192.0.2.60'], why: 'an existing name' },
  ]),
];
