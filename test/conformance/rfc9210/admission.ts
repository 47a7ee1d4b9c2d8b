// RFC 9210 4: TCP is a service like UDP, and who keeps connections busy takes it from nobody.

import { frame, query } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { checkReply } from '../harness/reply.ts';

const ASKED = 'v4only.example.com. A';
const EXPECTED = { rcode: 'NOERROR', answer: ['192.0.2.4'] } as const;
/** Fewer than any of the servers gives to one client. */
const MANY = 20;

/** 20 times half a second, if each of its threads waits for all of a query before it looks at another connection. */
const IN_TURN = {
  knot: 'a thread that has read a part of a query waits for the rest, tcp-io-timeout, and nobody else',
} as const;

const crowd = (
  what: string,
  octets: Uint8Array,
  knownDifferences: Case['knownDifferences'] = {},
): Case => ({
  knownDifferences,
  section: 'RFC 9210 4.3',
  title: `${MANY} connections ${what} hold up no other`,
  run: async (probe) => {
    const connections = await Promise.all(Array.from({ length: MANY }, () => probe.connect()));
    for (const connection of connections) await connection.write(octets);
    for (const transport of ['tcp', 'udp', 'tcp'] as const) {
      const sent = query(ASKED);
      checkReply(sent, await probe.ask(transport, sent), EXPECTED);
    }
  },
});

const withoutUdp: Case = {
  section: 'RFC 9210 3',
  title: 'TCP is answered without a query over UDP before, and says the same',
  run: async (probe) => {
    const sent = query(ASKED, { edns: {} });
    const first = await probe.ask('tcp', sent);
    checkReply(sent, first, EXPECTED);
    const second = await probe.ask('udp', sent);
    checkReply(sent, second, EXPECTED);
  },
};

const queries = Buffer.concat(Array.from({ length: 200 }, (_, id) => frame(query(ASKED, { id }))));

export const cases: readonly Case[] = [
  withoutUdp,
  crowd('that say nothing', Buffer.alloc(0)),
  crowd('that stop within a query', frame(query(ASKED)).subarray(0, 13), IN_TURN),
  crowd('that announce a query as long as can be', Buffer.of(0xff, 0xff, 0), IN_TURN),
  crowd('with 200 queries each whose replies nobody takes', queries),
];
