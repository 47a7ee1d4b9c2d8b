// RFC 7858 3.4: TLS is dear, so connections are kept, and sessions outlive them.

import { query } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { MIX } from '../harness/mix.ts';
import { checkReply } from '../harness/reply.ts';

const ASKED = 'v4only.example.com. A';
const EXPECTED = { rcode: 'NOERROR', answer: ['192.0.2.4'] } as const;

const usedAgain: Case = {
  section: 'RFC 7858 3.4',
  title: 'a connection is used again after a reply',
  needs: 'tls',
  run: async (probe) => {
    const connection = await probe.secure();
    for (const [asked, expected] of [...MIX, ...MIX]) {
      const sent = query(asked);
      checkReply(sent, await connection.exchange(sent), expected);
    }
  },
};

const idleIsKept: Case = {
  section: 'RFC 7858 3.4',
  title: 'an idle connection is not closed at once, before or after a query',
  needs: 'tls',
  run: async (probe) => {
    const connection = await probe.secure();
    if (await connection.closesWithin(500)) throw new Error('closed before the first query');
    for (const wait of [1_500, 0]) {
      const sent = query(ASKED);
      checkReply(sent, await connection.exchange(sent), EXPECTED);
      if (await connection.closesWithin(wait)) throw new Error('closed after a query');
    }
  },
};

const resumed: Case = {
  section: 'RFC 7858 3.4',
  title: 'a session is taken up again on another connection',
  needs: 'tls',
  run: async (probe) => {
    const first = await probe.secure();
    const sent = query(ASKED);
    checkReply(sent, await first.exchange(sent), EXPECTED);
    // Tickets stand before the reply, so that they are there by now.
    const session = first.sessions.at(-1);
    if (session === undefined) throw new Error('no ticket');
    const second = await probe.secure({ session });
    if (!second.isResumed) throw new Error('a session of its own');
    checkReply(sent, await second.exchange(sent), EXPECTED);
  },
};

const halfClosed: Case = {
  section: 'RFC 7766 6.2.4',
  title: 'over TLS queries are answered after the client has closed its side',
  needs: 'tls',
  run: async (probe) => {
    const connection = await probe.secure();
    const queries = [query(ASKED, { id: 1 }), query(ASKED, { id: 2 })];
    await connection.send(...queries);
    connection.halfClose();
    const ids = new Set<number>();
    for (const _ of queries) ids.add((await connection.receive()).readUInt16BE(0));
    if (ids.size !== 2) throw new Error(`answered: ${[...ids].join(', ')}`);
    if (!(await connection.closesWithin(5_000))) throw new Error('the server keeps its side open');
  },
};

const brokenOff: Case = {
  section: 'RFC 7766 6.2.4',
  title: 'a connection that breaks off amid a handshake or a message hurts nobody',
  needs: 'tls',
  run: async (probe) => {
    const sent = query(ASKED);
    const bare = await probe.connect('tls');
    // The beginning of a ClientHello.
    await bare.write(Buffer.from('1603010200010001fc0303', 'hex'));
    bare.halfClose();
    const amid = await probe.secure();
    await amid.write(Buffer.of(0, 40, 1, 2, 3));
    amid.halfClose();
    for (const transport of ['tls', 'tcp', 'udp'] as const) {
      checkReply(sent, await probe.ask(transport, sent), EXPECTED);
    }
    for (const connection of [bare, amid]) {
      if (!(await connection.closesWithin(10_000)))
        throw new Error('the server keeps its side open');
    }
  },
};

export const cases: readonly Case[] = [usedAgain, idleIsKept, resumed, halfClosed, brokenOff];
