// RFC 5001 2.2: a server that has an identifier tells it to who asks for it, and to nobody else.

import { type EdnsSpec, query } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import type { Transport } from '../harness/probe.ts';
import { checkReply, fail, parseReply } from '../harness/reply.ts';

const NSID = 3;
const ASKED = 'v4only.example.com. A';
const ANSWER = { rcode: 'NOERROR', answer: ['192.0.2.4'] } as const;
const TRANSPORTS: readonly Transport[] = ['udp', 'tcp'];

const asking = (data: readonly number[]): EdnsSpec => ({
  options: [{ code: NSID, data: Uint8Array.from(data) }],
});

const told = (title: string, data: readonly number[]): Case => ({
  section: 'RFC 5001 2.2',
  title,
  run: async (probe) => {
    for (const transport of TRANSPORTS) {
      const sent = query(ASKED, { edns: asking(data) });
      const got = await probe.ask(transport, sent);
      const reply = checkReply(sent, got, ANSWER);
      const options = reply.edns?.options.filter(({ code }) => code === NSID) ?? [];
      if (options.length !== 1) fail('not one NSID', sent, got);
      if (!options[0]?.data.length) fail('an NSID without an identifier', sent, got);
    }
  },
});

const toldWithErrors: Case = {
  section: 'RFC 5001 2.2',
  title: 'it is in a refusal and in a negative answer as well',
  run: async (probe) => {
    for (const asked of ['www.example.edu. A', 'nothere.example.com. A']) {
      const sent = query(asked, { edns: asking([]) });
      const got = await probe.ask('udp', sent);
      const reply = parseReply(sent, got);
      if (!reply.edns?.options.some(({ code }) => code === NSID)) fail('no NSID', sent, got);
    }
  },
};

const untold: Case = {
  section: 'RFC 5001 2.2',
  title: 'no NSID in the reply to a query without one',
  run: async (probe) => {
    for (const transport of TRANSPORTS) {
      for (const edns of [{}, { options: [{ code: 65001, data: Uint8Array.of(1) }] }]) {
        const sent = query(ASKED, { edns });
        const got = await probe.ask(transport, sent);
        const reply = checkReply(sent, got, ANSWER);
        if (reply.edns?.options.some(({ code }) => code === NSID)) fail('an NSID', sent, got);
      }
    }
  },
};

export const cases: readonly Case[] = [
  told('an empty NSID is answered with one that has an identifier', []),
  told('what is in the NSID of a query is ignored', [1, 2, 3, 4]),
  toldWithErrors,
  untold,
];
