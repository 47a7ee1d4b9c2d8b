// RFC 3225 3: DO is copied into the reply, and nothing else about the answer changes without DNSSEC.

import { query } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { checkReply, fail } from '../harness/reply.ts';

export const cases: readonly Case[] = [true, false].map((dnssecOk) => ({
  section: 'RFC 3225 3',
  title: `DO is ${dnssecOk ? 'set' : 'clear'} in the reply as in the query`,
  run: async (probe) => {
    for (const transport of ['udp', 'tcp'] as const) {
      const sent = query('v4only.example.com. A', { edns: { dnssecOk } });
      const got = await probe.ask(transport, sent);
      const reply = checkReply(sent, got, { rcode: 'NOERROR', answer: ['192.0.2.4'] });
      if (reply.edns?.dnssecOk !== dnssecOk) fail('DO is not copied', sent, got);
    }
  },
}));
