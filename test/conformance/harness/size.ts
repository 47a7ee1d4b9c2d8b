// Cases about the size of replies, for the RFCs that each have a word on it.

import { type EdnsSpec, query } from '../../support/dns/index.ts';
import type { Case } from './case.ts';
import { addresses } from './fixture.ts';
import { checkReply, fail, parseReply } from './reply.ts';

/** Over TCP the same question gets the whole RRset, without TC. */
export const wholeOverTcp = (section: string, asked: string, count: number): Case => ({
  section,
  title: `${asked}: all ${count} addresses over TCP`,
  run: async (probe) => {
    for (const edns of [{}, { edns: { udpSize: 512 } }]) {
      const sent = query(asked, edns);
      const got = await probe.ask('tcp', sent);
      checkReply(sent, got, { rcode: 'NOERROR', answer: addresses(count) });
    }
  },
});

/** Over UDP a client that offers `edns.udpSize` gets the whole RRset of `count` addresses. */
export const fits = (section: string, asked: string, count: number, edns: EdnsSpec): Case => ({
  section,
  title: `${asked}: ${count} addresses fit when ${edns.udpSize} octets are offered`,
  run: async (probe) => {
    const sent = query(asked, { edns });
    const got = await probe.ask('udp', sent);
    checkReply(sent, got, { rcode: 'NOERROR', answer: addresses(count) });
  },
});

/** Over UDP a client that offers `edns.udpSize` gets TC within `limit` octets, and the OPT. */
export const isTruncated = (
  section: string,
  asked: string,
  limit: number,
  edns: EdnsSpec,
): Case => ({
  section,
  title: `${asked}: TC within ${limit} octets when ${edns.udpSize} are offered`,
  run: async (probe) => {
    const sent = query(asked, { edns });
    const got = await probe.ask('udp', sent);
    const reply = parseReply(sent, got);
    if (!reply.flags.split(' ').includes('tc')) fail('no TC', sent, got);
    if (got.length > limit) fail(`${got.length} octets`, sent, got);
    if (reply.edns === undefined) fail('no OPT', sent, got);
  },
});
