// RFC 8484 5.1: HTTP caches must not keep an answer for longer than those of DNS would.

import { parseMessage, query } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { BOTH, messageOf, respond } from '../harness/http.ts';

/** What the response says is what the records of its message say; `seconds` where the fixture has that of them. */
const isFresh = (
  asked: string,
  what: string,
  seconds?: number,
  knownDifferences: NonNullable<Case['knownDifferences']> = {},
): Case => ({
  section: 'RFC 8484 5.1',
  title: `${asked}: max-age is ${what}`,
  needs: 'https',
  knownDifferences,
  run: async (probe) => {
    for (const [method, requestOf] of BOTH) {
      const got = await respond(probe, requestOf(query(asked, { edns: {} })));
      const said = got.headers['cache-control'];
      const lifetime = lifetimeOf(messageOf(got));
      if (said !== `max-age=${seconds ?? lifetime}`) throw new Error(`${method}: ${said}`);
      if (lifetime !== (seconds ?? lifetime)) throw new Error(`${method}: by records ${lifetime}`);
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
  isFresh('v4only.example.com. A', 'the TTL', 30),
  isFresh('example.com. NS', 'the TTL', 60, { coredns: 'takes the glue into account' }),
  isFresh('to-apex.example.com. NS', 'the least TTL of the answer', 30),
  isFresh('dangling.example.com. A', 'the least TTL, of CNAME and SOA', undefined, {
    coredns: 'has 5 s for NXDOMAIN with an answer',
  }),
  isFresh('nothere.example.com. A', 'what the SOA says'),
  isFresh('v6only.example.com. A', 'what the SOA says'),
  isFresh('www.example.org. A', '0 of an error', 0, { coredns: 'has 5 s for it' }),
];
