// RFC 6604 3: the RCODE of a chain of CNAMEs is that of its last name.

import type { Case } from '../harness/case.ts';
import { answered, nodata, nxdomain } from '../harness/tables.ts';

const SECTION = 'RFC 6604 3';

export const cases: readonly Case[] = [
  ...nxdomain(SECTION, 'example.com.', [
    { asked: 'dangling.example.com. AAAA', via: ['nothere.example.com.'] },
    {
      asked: 'to-dangling.example.com. A',
      via: ['dangling.example.com.', 'nothere.example.com.'],
      why: 'after two CNAMEs',
    },
    {
      asked: 'below-name.example.com. A',
      via: ['below.www.example.com.'],
      why: 'below an existing name',
    },
  ]),
  ...answered(SECTION, [
    {
      asked: 'to-dangling.example.com. CNAME',
      answer: ['dangling.example.com.'],
      why: 'nothing is followed, so nothing is missing',
    },
  ]),
  ...nodata(SECTION, 'example.com.', [
    { asked: 'to-empty.example.com. AAAA', via: ['ent.example.com.'] },
  ]),
];
