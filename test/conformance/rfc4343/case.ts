// RFC 4343: the ASCII letters, and no other octets, are equal in both cases; case is kept in replies.

import type { Case } from '../harness/case.ts';
import { answered, nodata, nxdomain, refused } from '../harness/tables.ts';

const FOLDING = 'RFC 4343 3';

export const cases: readonly Case[] = [
  ...answered('RFC 4343 4.1', [
    { asked: 'WWW.EXAMPLE.COM. A', answer: ['192.0.2.1', '192.0.2.2'] },
    { asked: 'wWw.ExAmPlE.cOm. AAAA', answer: ['2001:db8::1', '2001:db8::2'], why: '0x20' },
    { asked: 'mixed.example.com. A', answer: ['192.0.2.7'], why: 'the object has MiXeD' },
    { asked: 'MIXED.example.com. A', answer: ['192.0.2.7'], why: 'the object has MiXeD' },
    { asked: 'Api.DEFAULT.example.COM. A', answer: ['203.0.113.10'] },
    { asked: 'X.Y.WILD.example.com. A', answer: ['192.0.2.30'], why: 'from a wildcard' },
    { asked: 'V6only.EXAMPLE.COM. AAAA', answer: ['2001:db8::6'] },
  ]),
  ...nodata('RFC 4343 4.1', 'example.com.', ['EXAMPLE.com. A', 'C.ENT.example.com. A']),
  ...nxdomain(FOLDING, 'example.com.', [
    { asked: 'NOTHERE.EXAMPLE.COM. A' },
    { asked: '\\023\\023\\023.example.com. A', why: '0x17 is not w without its 0x20 bit' },
    { asked: 'edge\\01374.example.com. A', why: '0x0d is not a hyphen' },
    { asked: 'edge-7\\020.example.com. A', why: '0x14 is not the digit 4' },
    { asked: '\\215\\215\\215.example.com. A', why: '0xd7 is not w with its top bit' },
    { asked: '\\247ww.example.com. A', why: '0xf7 is not w with its top bit' },
  ]),
  ...refused(FOLDING, [
    { asked: 'www.example\\014com. A', why: '0x0e is not a dot, nor a boundary' },
    { asked: 'www.exampl\\005.com. A', why: '0x05 is not e' },
  ]),
];
