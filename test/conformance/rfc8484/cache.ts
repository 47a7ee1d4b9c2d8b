// RFC 8484 5.1: HTTP caches must not keep an answer for longer than those of DNS would.

import { parseMessage, query } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { BOTH, messageOf, respond } from '../harness/http.ts';

/** `seconds` of a reply of one RRset, or of none, as the fixture says; what it really has is compared, too. */
const freshFor = (asked: string, what: string, seconds: number): Case => ({
  section: 'RFC 8484 5.1',
  title: `${asked}: fresh for ${seconds} s, ${what}`,
  needs: 'https',
  run: async (probe) => {
    for (const [method, requestOf] of BOTH) {
      const got = await respond(probe, requestOf(query(asked, { edns: {} })));
      const said = got.headers['cache-control'];
      if (said !== `max-age=${seconds}`) throw new Error(`${method}: cache-control: ${said}`);
      if (lifetimeOf(messageOf(got)) !== seconds)
        throw new Error(`${method}: the reply says other`);
    }
  },
});

/** How long the reply is good for, by its records (RFC 2308 5 for those without an answer). */
const lifetimeOf = (octets: Buffer): number => {
  const { answer, authority } = parseMessage(octets);
  const [soa] = authority;
  const negative = soa?.rdata.kind === 'SOA' ? [Math.min(soa.ttl, soa.rdata.minimum)] : [];
  const ttls = [...answer.map(({ ttl }) => ttl), ...negative];
  return ttls.length === 0 ? 0 : Math.min(...ttls);
};

export const cases: readonly Case[] = [
  freshFor('v4only.example.com. A', 'as the TTL says', 30),
  freshFor('example.com. NS', 'as the TTL says', 60),
  freshFor('to-apex.example.com. NS', 'the least TTL of the answer', 30),
  freshFor('dangling.example.com. A', 'the least TTL, that of the CNAME, before the SOA', 30),
  freshFor('nothere.example.com. A', 'MINIMUM of the SOA', 60),
  freshFor('v6only.example.com. A', 'MINIMUM of the SOA', 60),
  freshFor('www.example.org. A', 'an error being none', 0),
];
