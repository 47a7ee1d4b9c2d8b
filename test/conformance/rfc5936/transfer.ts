// RFC 5936 2.2.1, RFC 1995 2: a server that gives no transfers says so.

import { CLASS, composeName, composeRecord, query, TYPE } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import type { Transport } from '../harness/probe.ts';
import { fail, parseReply } from '../harness/reply.ts';

const SOA = Buffer.concat([Buffer.from([0, 0]), Buffer.alloc(20)]);
const KNOWN_SERIAL = composeRecord(composeName('example.com.'), TYPE.SOA, CLASS.IN, 0, SOA);

const isRefused = (section: string, asked: string, sent: Buffer, transport: Transport): Case => ({
  section,
  title: `${asked} is refused over ${transport.toUpperCase()}`,
  run: async (probe) => {
    const got = await probe.ask(transport, sent);
    const reply = parseReply(sent, got);
    // 5936 2.2.1 leaves REFUSED, NOTAUTH and NOTIMP to the server; any record would be wrong.
    if (![4, 5, 9].includes(reply.rcode)) fail('not refused', sent, got);
    if (reply.answer.length + reply.authority.length > 0) fail('records', sent, got);
    if (reply.flags.includes('aa')) fail('AA is set', sent, got);
  },
});

const axfr = (name: string, transport: Transport): Case =>
  isRefused('RFC 5936 2.2.1', `${name} AXFR`, query(`${name} AXFR`), transport);

const ixfr = (transport: Transport): Case =>
  isRefused(
    'RFC 1995 2',
    'example.com. IXFR',
    query('example.com. IXFR', { authority: [KNOWN_SERIAL] }),
    transport,
  );

export const cases: readonly Case[] = [
  ...(['tcp', 'udp'] as const).map((transport) => axfr('example.com.', transport)),
  axfr('example.org.', 'tcp'),
  axfr('www.example.com.', 'tcp'),
  ...(['tcp', 'udp'] as const).map(ixfr),
];
