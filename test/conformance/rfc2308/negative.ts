// RFC 2308 2, 3: a negative answer carries the SOA, and its TTL says how long it may be kept.

import { query } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { checkReply, fail, parseReply } from '../harness/reply.ts';
import { nodata, nxdomain } from '../harness/tables.ts';

const NEGATIVE = [
  ['nothere.example.com. A', 'NXDOMAIN', 'example.com.'],
  ['www.example.com. TXT', 'NOERROR', 'example.com.'],
  ['ent.example.com. A', 'NOERROR', 'example.com.'],
  ['example.net. A', 'NOERROR', 'example.net.'],
  ['nothere.sub.example.com. AAAA', 'NXDOMAIN', 'sub.example.com.'],
] as const;

const soaTtlIsTheLesser: Case = {
  section: 'RFC 2308 3',
  title: 'the TTL of the SOA in a negative answer is the lesser of its own and MINIMUM',
  run: async (probe) => {
    for (const [asked, rcode, zone] of NEGATIVE) {
      const soaQuery = query(`${zone} SOA`);
      const apex = parseReply(soaQuery, await probe.ask('udp', soaQuery)).answer[0];
      const sent = query(asked);
      const got = await probe.ask('udp', sent);
      const soa = checkReply(sent, got, { rcode, negative: zone }).authority[0];
      if (apex?.rdata.kind !== 'SOA' || soa === undefined) fail('no SOA', soaQuery, got);
      else if (soa.ttl !== Math.min(apex.ttl, apex.rdata.minimum)) {
        fail(`TTL ${soa.ttl}; at the apex ${apex.ttl}, MINIMUM ${apex.rdata.minimum}`, sent, got);
      }
    }
  },
};

export const cases: readonly Case[] = [
  soaTtlIsTheLesser,
  ...nxdomain('RFC 2308 2.1', 'example.com.', [
    'nothere.example.com. A',
    'a.nothere.example.com. A',
  ]),
  ...nxdomain('RFC 2308 2.1', 'example.net.', [
    { asked: 'x.kube-system.example.net. A', why: 'the wildcard is blocked by a name' },
  ]),
  ...nodata('RFC 2308 2.2', 'example.com.', [
    'www.example.com. TXT',
    { asked: 'v4only.example.com. AAAA', why: 'RFC 4074 4.2: never NXDOMAIN' },
  ]),
];
