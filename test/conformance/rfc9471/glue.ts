// RFC 9471 3 and RFC 2181 9: addresses of name servers go first, and who needs them is told.

import { query, TYPE } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { fail, parseReply } from '../harness/reply.ts';

const ASKED = 'www.wide.example.com. A';
const SERVERS = 8;
/** One IPv4 and one IPv6 address each. */
const GLUE = 2 * SERVERS;

const goesFirst: Case = {
  section: 'RFC 2181 9',
  title: `${ASKED}: without room for all of the glue, the whole NS RRset stays`,
  run: async (probe) => {
    const sent = query(ASKED);
    const got = await probe.ask('udp', sent);
    const { authority, additional } = parseReply(sent, got);
    if (got.length > 512) fail(`${got.length} octets`, sent, got);
    const servers = authority.filter(({ type }) => type === TYPE.NS);
    if (servers.length !== SERVERS) fail(`${servers.length} name servers`, sent, got);
    if (additional.length >= GLUE) fail('all of the glue', sent, got);
  },
};

const isToldOf: Case = {
  section: 'RFC 9471 3.1',
  title: `${ASKED}: TC where glue is left out of a referral`,
  knownDifferences: { nsd: 'sends what fits, without TC' },
  run: async (probe) => {
    const sent = query(ASKED);
    const got = await probe.ask('udp', sent);
    if (!parseReply(sent, got).flags.includes('tc')) fail('no TC', sent, got);
  },
};

const isWhole: Case = {
  section: 'RFC 9471 3.1',
  title: `${ASKED}: all of the glue where there is room`,
  run: async (probe) => {
    for (const [transport, rest] of [['udp', { edns: {} }] as const, ['tcp', {}] as const]) {
      const sent = query(ASKED, rest);
      const got = await probe.ask(transport, sent);
      const { flags, additional } = parseReply(sent, got);
      if (flags !== 'qr') fail(`flags '${flags}'`, sent, got);
      if (additional.length !== GLUE) fail(`${additional.length} addresses`, sent, got);
    }
  },
};

export const cases: readonly Case[] = [goesFirst, isToldOf, isWhole];
