// RFC 2308 2.1 and 2.2: where a chain of CNAMEs ends in nothing, the SOA is that of the zone where it ended.

import type { Case } from '../harness/case.ts';
import { nodata, nxdomain } from '../harness/tables.ts';

const NOT_THERE = 'nothere.example.com.';

export const cases: readonly Case[] = [
  ...nxdomain('RFC 2308 2.1', 'example.com.', [
    { asked: 'dangling.example.com. A', via: [NOT_THERE] },
    { asked: 'dangling.example.com. TXT', via: [NOT_THERE] },
  ]),
  ...nxdomain('RFC 2308 2.1', 'sub.example.com.', [
    {
      asked: 'dangling-nested.example.com. A',
      via: ['nothere.sub.example.com.'],
      why: 'the SOA of the nested zone',
      knownDifferences: { knot: 'never follows a CNAME into another zone' },
    },
  ]),
  ...nodata('RFC 2308 2.2', 'example.com.', [
    {
      asked: 'alias.example.com. TXT',
      via: ['www.example.com.'],
      why: 'the target has no such type',
    },
    { asked: 'to-v4only.example.com. AAAA', via: ['v4only.example.com.'] },
    {
      asked: 'to-empty.example.com. A',
      via: ['ent.example.com.'],
      why: 'the target is an empty non-terminal',
    },
    {
      asked: 'to-pending.example.com. A',
      via: ['pending.example.com.'],
      why: 'the target has no address yet',
    },
  ]),
];
