// RFC 7828: how long a connection may be idle, told by an EDNS option over TCP alone.

import { type EdnsSpec, type Message, query } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { checkReply, fail, parseReply } from '../harness/reply.ts';

const KEEPALIVE = 11;
const ASKED = 'v4only.example.com. A';
const EXPECTED = { rcode: 'NOERROR', answer: ['192.0.2.4'] } as const;
const NOT_THERE = {
  nsd: 'has no edns-tcp-keepalive',
  knot: 'has no edns-tcp-keepalive',
} as const;

const keepalive = (...data: readonly number[]): EdnsSpec => ({
  options: [{ code: KEEPALIVE, data: Uint8Array.from(data) }],
});

const optionOf = ({ edns }: Message): Uint8Array | undefined =>
  edns?.options.find(({ code }) => code === KEEPALIVE)?.data;

const isTold: Case = {
  section: 'RFC 7828 3.3.2',
  title: 'who asks over TCP is told an idle timeout, and the connection lives as long',
  knownDifferences: NOT_THERE,
  run: async (probe) => {
    const connection = await probe.connect();
    const sent = query(ASKED, { edns: keepalive() });
    const got = await connection.exchange(sent);
    checkReply(sent, got, EXPECTED);
    const option = optionOf(parseReply(sent, got));
    if (option?.length !== 2) fail('no edns-tcp-keepalive of two octets', sent, got);
    const told = 100 * Buffer.from(option ?? []).readUInt16BE(0);
    if (told === 0) fail('a timeout of 0 from a server without load', sent, got);
    // Half of it, so that a slow machine does not make an idle connection of it; two seconds show enough.
    if (await connection.closesWithin(Math.min(told / 2, 2_000))) throw new Error('closed before');
    const again = query(ASKED);
    checkReply(again, await connection.exchange(again), EXPECTED);
  },
};

const aValueIsMalformed: Case = {
  section: 'RFC 7828 3.2.1',
  title: 'a query over TCP that gives a timeout is FORMERR',
  knownDifferences: NOT_THERE,
  run: async (probe) => {
    const sent = query(ASKED, { edns: keepalive(0, 100) });
    checkReply(sent, await probe.ask('tcp', sent), { rcode: 'FORMERR' });
  },
};

const ignoredOverUdp = (what: string, ...data: readonly number[]): Case => ({
  section: 'RFC 7828 3.3.1',
  title: `over UDP the option is ignored, ${what}`,
  run: async (probe) => {
    const sent = query(ASKED, { edns: keepalive(...data) });
    const got = await probe.ask('udp', sent);
    checkReply(sent, got, EXPECTED);
    if (optionOf(parseReply(sent, got)) !== undefined) fail('the option over UDP', sent, got);
  },
});

const notWithoutOpt: Case = {
  section: 'RFC 7828 3.3.2',
  title: 'who speaks no EDNS is told nothing',
  run: async (probe) => {
    const connection = await probe.connect();
    const first = query(ASKED, { edns: keepalive() });
    checkReply(first, await connection.exchange(first), EXPECTED);
    const plain = query(ASKED);
    const got = await connection.exchange(plain);
    checkReply(plain, got, EXPECTED);
    if (parseReply(plain, got).edns !== undefined) fail('an OPT', plain, got);
  },
};

export const cases: readonly Case[] = [
  isTold,
  aValueIsMalformed,
  ignoredOverUdp('without a value'),
  ignoredOverUdp('and with one', 0, 100),
  notWithoutOpt,
];
