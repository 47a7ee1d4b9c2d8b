// RFC 8020 2 and RFC 4592 2.2.2: a name with something below it exists; NXDOMAIN denies all below.

import type { Case } from '../harness/case.ts';
import { nodata, nxdomain } from '../harness/tables.ts';

export const cases: readonly Case[] = [
  ...nodata('RFC 4592 2.2.2', 'example.com.', [
    'ent.example.com. A',
    'c.ent.example.com. A',
    'b.c.ent.example.com. A',
    'b.c.ent.example.com. AAAA',
    'ent.example.com. NS',
    'ent.example.com. TXT',
    { asked: 'kube-system.example.com. A', why: 'above the name server' },
    { asked: 'default.example.com. A', why: 'above a Service' },
    { asked: 'wild.example.com. TXT', why: 'above a wildcard' },
    { asked: 'none.example.com. A', why: 'above a wildcard without addresses' },
  ]),
  ...nodata('RFC 4592 2.2.2', 'sub.example.com.', ['kube-system.sub.example.com. A']),
  ...nxdomain('RFC 8020 2', 'example.com.', [
    'x.ent.example.com. A',
    'x.c.ent.example.com. A',
    'x.b.c.ent.example.com. A',
    'x.a.b.c.ent.example.com. A',
    { asked: 'nothere.example.com. A' },
    { asked: 'below.nothere.example.com. A', why: 'nothing exists below what does not' },
    { asked: 'a.b.nothere.example.com. A', why: 'nothing exists below what does not' },
    { asked: 'nt.example.com. A', why: 'the end of a label is no label' },
  ]),
];
