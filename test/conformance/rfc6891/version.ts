// RFC 6891 6.1.3: a version that is not known is BADVERS, with an OPT that says which one is.

import { query } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { checkReply } from '../harness/reply.ts';

const badvers = (version: number, asked: string): Case => ({
  section: 'RFC 6891 6.1.3',
  title: `${asked}, EDNS version ${version}: BADVERS in an OPT of version 0, no AA, no answer`,
  run: async (probe) => {
    for (const transport of ['udp', 'tcp'] as const) {
      for (const edns of [
        { version },
        { version, options: [{ code: 65001, data: Buffer.of(1) }] },
      ]) {
        const sent = query(asked, { edns, flags: 'rd' });
        checkReply(sent, await probe.ask(transport, sent), { rcode: 'BADVERS' });
      }
    }
  },
});

export const cases: readonly Case[] = [
  ...[1, 2, 100, 255].map((version) => badvers(version, 'www.example.com. A')),
  badvers(1, 'nothere.example.com. A'),
];
