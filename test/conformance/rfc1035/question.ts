// RFC 1035 2.3.4, 4.1.2 and 4.1.4: questions that cannot be parsed are FORMERR, and hurt nobody.

import {
  CLASS,
  composeLabels,
  composeName,
  composeQuery,
  query,
  TYPE,
} from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import type { Transport } from '../harness/probe.ts';
import { checkReply, fail, parseReply } from '../harness/reply.ts';

const withName = (name: Uint8Array): Buffer =>
  composeQuery({ questions: [{ name, type: TYPE.A, class: CLASS.IN }] });

const label = (length: number): Buffer => Buffer.alloc(length, 'a');

const EXAMPLE_COM = composeName('example.com.');

/** Four labels of 61 octets and `example.com.` make 261 octets. */
const TOO_LONG = Buffer.concat([
  ...Array.from({ length: 4 }, () => Buffer.concat([Buffer.of(61), label(61)])),
  EXAMPLE_COM,
]);

/** Three labels of 63 octets, one of 50 and `example.com.` make 256 octets. */
const ONE_TOO_LONG = Buffer.concat([
  ...[63, 63, 63, 50].map((length) => Buffer.concat([Buffer.of(length), label(length)])),
  EXAMPLE_COM,
]);

const wholeQuery = query('www.example.com. A');

const MALFORMED: readonly (readonly [string, Buffer])[] = [
  ['a pointer to itself', withName(Buffer.from([0xc0, 12]))],
  ['a pointer forwards', withName(Buffer.from([0xc0, 14, 1, 0x61, 0]))],
  ['a pointer into the header', withName(Buffer.from([3, 0x77, 0x77, 0x77, 0xc0, 0]))],
  ['a pointer past the end', withName(Buffer.from([3, 0x77, 0x77, 0x77, 0xff, 0xff]))],
  ['two pointers to each other', withName(Buffer.from([1, 0x61, 0xc0, 16, 0xc0, 12]))],
  ['a name of 256 octets', withName(ONE_TOO_LONG)],
  ['a label of 64 octets', withName(composeLabels([label(64)]))],
  ['a label of type 10', withName(Buffer.from([0x80, 0x61, 0]))],
  ['a label of type 01', withName(Buffer.from([0x41, 0x01, 0x08, 0]))],
  ['a name of 261 octets', withName(TOO_LONG)],
  ['a header that promises a question', wholeQuery.subarray(0, 12)],
  ['a QNAME cut inside a label', wholeQuery.subarray(0, 18)],
  ['a QNAME without its root label', wholeQuery.subarray(0, 28)],
  ['a question without QTYPE', wholeQuery.subarray(0, 29)],
  ['a QTYPE cut in two', wholeQuery.subarray(0, 30)],
  ['a question without QCLASS', wholeQuery.subarray(0, 31)],
  ['a QCLASS cut in two', wholeQuery.subarray(0, 32)],
];

const SILENT = 'drops what it cannot parse';

const isFormerr = (what: string, sent: Buffer, transport: Transport): Case => ({
  section: 'RFC 1035 4.1.2',
  title: `${what} is FORMERR over ${transport.toUpperCase()}`,
  knownDifferences: {
    knot: SILENT,
    ...(transport === 'tcp' && sent.length === 12 ? { nsd: 'closes the connection' } : {}),
  },
  run: async (probe) => {
    const got = await probe.ask(transport, sent);
    const reply = parseReply(sent, got);
    if (reply.rcode !== 1) fail('not FORMERR', sent, got);
    if (reply.flags !== 'qr') fail('other flags than QR', sent, got);
    if (reply.answer.length + reply.authority.length > 0) fail('records', sent, got);
  },
});

const compressedQuestion: Case = {
  section: 'RFC 1035 4.1.4',
  title: 'a pointer of QNAME to a zero octet of the header is FORMERR',
  knownDifferences: { knot: SILENT },
  run: isFormerr('', withName(Buffer.from([0xc0, 4])), 'udp').run,
};

const trailingOctets: Case = {
  section: 'RFC 1035 4.1',
  title: 'octets after the question are FORMERR or ignored, never copied',
  run: async (probe) => {
    for (const trailing of [Buffer.of(0), Buffer.alloc(3, 0xff), Buffer.alloc(400, 'x')]) {
      const sent = query('v4only.example.com. A', { trailing });
      const got = await probe.ask('udp', sent);
      const reply = parseReply(sent, got);
      if (reply.rcode === 1) continue;
      checkReply(query('v4only.example.com. A', { id: reply.id }), got, {
        rcode: 'NOERROR',
        answer: ['192.0.2.4'],
      });
    }
  },
};

const promisedRecords: Case = {
  section: 'RFC 1035 4.1',
  title: 'records that the counts promise and the message lacks are FORMERR',
  run: async (probe) => {
    for (const counts of [{ an: 1 }, { ns: 1 }, { ar: 1 }]) {
      const sent = query('v4only.example.com. A', { counts });
      const got = await probe.ask('udp', sent);
      if (parseReply(sent, got).rcode !== 1) fail('not FORMERR', sent, got);
    }
  },
};

export const cases: readonly Case[] = [
  ...MALFORMED.map(([what, sent]) => isFormerr(what, sent, 'udp')),
  ...MALFORMED.map(([what, sent]) => isFormerr(what, sent, 'tcp')),
  compressedQuestion,
  trailingOctets,
  promisedRecords,
];
