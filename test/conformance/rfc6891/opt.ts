// RFC 6891 6.1 and 7: when a reply carries an OPT, and what it may hold.

import {
  CLASS,
  composeName,
  composeRecord,
  type EdnsSpec,
  query,
  TYPE,
} from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { checkReply, fail } from '../harness/reply.ts';

const ASKED = 'v4only.example.com. A';
const ANSWER = ['192.0.2.4'];

const ALL_SORTS = [
  [ASKED, { rcode: 'NOERROR', answer: ANSWER }],
  ['www.example.com. TXT', { rcode: 'NOERROR', negative: 'example.com.' }],
  ['nothere.example.com. A', { rcode: 'NXDOMAIN', negative: 'example.com.' }],
  ['www.example.org. A', { rcode: 'REFUSED' }],
] as const;

const optIffAsked: Case = {
  section: 'RFC 6891 6.1.1',
  title: 'every reply to a query with an OPT has one, and no other reply does',
  run: async (probe) => {
    for (const [asked, expected] of ALL_SORTS) {
      for (const transport of ['udp', 'tcp'] as const) {
        for (const edns of [{}, { edns: {} }]) {
          const sent = query(asked, edns);
          checkReply(sent, await probe.ask(transport, sent), expected);
        }
      }
    }
  },
};

const optIsPlain = (what: string, edns: EdnsSpec, section: string): Case => ({
  section,
  title: `${what} are ignored and not copied`,
  run: async (probe) => {
    for (const transport of ['udp', 'tcp'] as const) {
      const sent = query(ASKED, { edns });
      const got = await probe.ask(transport, sent);
      const reply = checkReply(sent, got, { rcode: 'NOERROR', answer: ANSWER });
      if (reply.edns?.flags !== 0) fail('unknown flags', sent, got);
      if (reply.edns?.options.length !== 0) fail('options', sent, got);
    }
  },
});

const octets = (length: number): Buffer => Buffer.alloc(length, 0xa5);

const OPTIONS: readonly (readonly [string, EdnsSpec])[] = [
  ['an unknown option', { options: [{ code: 65001, data: octets(8) }] }],
  ['an unknown empty option', { options: [{ code: 100, data: octets(0) }] }],
  ['an option of 400 octets', { options: [{ code: 65001, data: octets(400) }] }],
  ['many options', { options: [1, 2, 3, 4].map((n) => ({ code: 65000 + n, data: octets(n) })) }],
];

const ourSize: Case = {
  section: 'RFC 6891 6.2.4',
  title: "the OPT of a reply says the server's own size, at least 512, whatever was offered",
  run: async (probe) => {
    const sizes = new Set<number>();
    for (const udpSize of [0, 512, 1232, 4096, 65535]) {
      const sent = query(ASKED, { edns: { udpSize } });
      const got = await probe.ask('udp', sent);
      const reply = checkReply(sent, got, { rcode: 'NOERROR', answer: ANSWER });
      sizes.add(reply.edns?.udpSize ?? 0);
      if ((reply.edns?.udpSize ?? 0) < 512) fail('less than 512', sent, got);
    }
    if (sizes.size !== 1) throw new Error(`different sizes: ${[...sizes].join(', ')}`);
  },
};

const STRANGER = composeRecord(
  composeName('x.example.com.'),
  TYPE.A,
  CLASS.IN,
  0,
  Buffer.from([192, 0, 2, 1]),
);

const optAfterRecords: Case = {
  section: 'RFC 6891 6.1.1',
  title: 'the OPT may be anywhere in the additional section',
  knownDifferences: { nsd: 'FORMERR: it takes no record before the OPT' },
  run: async (probe) => {
    const sent = query(ASKED, { additional: [STRANGER], edns: {} });
    const got = await probe.ask('udp', sent);
    checkReply(sent, got, { rcode: 'NOERROR', answer: ANSWER });
  },
};

export const cases: readonly Case[] = [
  optIffAsked,
  optIsPlain('unknown flags', { flags: 0x7fff }, 'RFC 6891 6.1.4'),
  optIsPlain('upper bits of an RCODE', { extendedRcode: 0xff }, 'RFC 6891 6.1.3'),
  ...OPTIONS.map(([what, edns]) => optIsPlain(what, edns, 'RFC 6891 6.1.2')),
  ourSize,
  optAfterRecords,
];
