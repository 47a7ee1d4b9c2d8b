// RFC 1034 4.3.2, the algorithm of a name server: the nearest zone, then the name, then the type.

import { TYPE } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { answered, nodata, nxdomain, refused } from '../harness/tables.ts';

const ALGORITHM = 'RFC 1034 4.3.2';

const LONG_LABEL = `sixty-three-octets-${'x'.repeat(44)}`;
const LONG_NAME = `${['a', 'b', 'c'].map((c) => c.repeat(63)).join('.')}.${'d'.repeat(49)}`;

const hits: Case[] = answered(ALGORITHM, [
  { asked: 'www.example.com. A', answer: ['192.0.2.1', '192.0.2.2'] },
  { asked: 'www.example.com. AAAA', answer: ['2001:db8::1', '2001:db8::2'] },
  { asked: 'v4only.example.com. A', answer: ['192.0.2.4'] },
  { asked: 'v6only.example.com. AAAA', answer: ['2001:db8::6'] },
  { asked: 'api.default.example.com. A', answer: ['203.0.113.10'], why: 'a Service' },
  { asked: 'api.default.example.com. AAAA', answer: ['2001:db8::10'], why: 'a Service' },
  { asked: 'api.default.sub.example.com. A', answer: ['203.0.113.10'], why: 'in every zone' },
  { asked: 'dns1.kube-system.example.com. A', answer: ['192.0.2.53'] },
  { asked: 'dns1.kube-system.example.com. AAAA', answer: ['2001:db8::53'] },
  { asked: 'a.b.c.ent.example.com. A', answer: ['192.0.2.20'] },
  { asked: `${LONG_LABEL}.example.com. A`, answer: ['192.0.2.21'], why: 'a label of 63 octets' },
  { asked: `${LONG_NAME}.example.com. A`, answer: ['192.0.2.22'], why: 'a name of 255 octets' },
  { asked: 'constructor.example.com. A', answer: ['192.0.2.8'] },
  {
    asked: 'www.sub.example.com. A',
    answer: ['192.0.2.1', '192.0.2.2'],
    why: 'the nearest of two nested zones',
  },
]);

const OTHER_TYPES = Object.entries(TYPE).filter(
  ([mnemonic]) => !/^(A|AAAA|ANY|AXFR|IXFR|OPT|TSIG|MAILA|MAILB)$/.test(mnemonic),
);

const missingTypes: Case[] = [
  ...nodata(
    ALGORITHM,
    'example.com.',
    OTHER_TYPES.map(([mnemonic]) => `www.example.com. ${mnemonic}`),
  ),
  ...nodata(ALGORITHM, 'example.com.', [
    'v4only.example.com. AAAA',
    'v6only.example.com. A',
    'www.example.com. TYPE731',
    'www.example.com. TYPE65534',
    { asked: 'pending.example.com. A', why: 'an Ingress without an address yet' },
    'pending.example.com. AAAA',
    'pending.example.com. TXT',
    { asked: 'waiting.default.example.com. A', why: 'a Service without an address yet' },
    { asked: 'example.com. A', why: 'the apex' },
    'example.com. AAAA',
    'example.com. MX',
  ]),
  ...nodata(
    ALGORITHM,
    'example.com.',
    OTHER_TYPES.flatMap(([mnemonic]) => [
      `b.c.ent.example.com. ${mnemonic}`,
      `x.wild.example.com. ${mnemonic}`,
      `pending.example.com. ${mnemonic}`,
    ]).filter((asked) => asked !== 'pending.example.com. TXT'),
  ),
];

const missingNames: Case[] = [
  ...nxdomain(
    ALGORITHM,
    'example.com.',
    [...OTHER_TYPES.map(([mnemonic]) => mnemonic), 'TYPE731'].flatMap((mnemonic) => [
      `missing.example.com. ${mnemonic}`,
      `missing.b.c.ent.example.com. ${mnemonic}`,
    ]),
  ),
  ...nxdomain(ALGORITHM, 'example.com.', [
    'nothere.example.com. A',
    'nothere.example.com. AAAA',
    'nothere.example.com. NS',
    'nothere.example.com. SOA',
    'nothere.example.com. TXT',
    'nothere.example.com. TYPE65534',
    { asked: 'below.www.example.com. A', why: 'below an existing name' },
    {
      asked: 'v6only.example.com.example.com. A',
      why: 'a host is not a name relative to the zone',
    },
    { asked: 'internal.default.example.com. A', why: 'not a LoadBalancer' },
    { asked: '__proto__.example.com. A', why: 'a label like any other' },
    { asked: 'tostring.example.com. A', why: 'a label like any other' },
    { asked: `${LONG_LABEL.slice(0, -1)}.example.com. A`, why: 'a label one octet shorter' },
  ]),
  ...nxdomain(ALGORITHM, 'sub.example.com.', [
    { asked: 'nothere.sub.example.com. A', why: 'the nearest of two nested zones' },
    { asked: 'v4only.sub.example.com. A', why: 'exists in the parent zone only' },
  ]),
];

const elsewhere: Case[] = refused(ALGORITHM, [
  'www.example.org. A',
  'example.org. SOA',
  'com. NS',
  '. NS',
  '. A',
  { asked: 'badexample.com. A', why: 'a zone ends at a label boundary' },
  { asked: 'www.badexample.com. A', why: 'a zone ends at a label boundary' },
  { asked: 'www\\.example.com. A', why: 'a dot inside a label is no boundary' },
  { asked: 'example.com.example.org. A', why: 'the zone is not at the end' },
]);

export const cases: readonly Case[] = [...hits, ...missingTypes, ...missingNames, ...elsewhere];
