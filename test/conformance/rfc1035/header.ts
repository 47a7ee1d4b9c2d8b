// RFC 1035 4.1.1: the header of the query, and what of it comes back.

import { composeQuery, OPCODE, opcodeName, query, question } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { checkReply, fail, parseReply } from '../harness/reply.ts';

const HEADER = 'RFC 1035 4.1.1';
const ASKED = 'v4only.example.com. A';
const ANSWER = ['192.0.2.4'];

const idIsKept: Case = {
  section: HEADER,
  title: 'the ID is copied, whatever it is',
  run: async (probe) => {
    for (const id of [0, 1, 0x00ff, 0xff00, 0x8000, 0xffff]) {
      for (const transport of ['udp', 'tcp'] as const) {
        const sent = query(ASKED, { id });
        const got = await probe.ask(transport, sent);
        checkReply(sent, got, { rcode: 'NOERROR', answer: ANSWER });
      }
    }
  },
};

const rdIsCopied: Case = {
  section: HEADER,
  title: 'RD is copied and RA stays clear',
  run: async (probe) => {
    for (const flags of ['', 'rd']) {
      const sent = query(ASKED, { flags });
      checkReply(sent, await probe.ask('udp', sent), { rcode: 'NOERROR', answer: ANSWER });
      const outside = query('www.example.org. A', { flags });
      checkReply(outside, await probe.ask('udp', outside), { rcode: 'REFUSED' });
    }
  },
};

const strayBitsAreIgnored = (flags: string, section: string): Case => ({
  section,
  title: `a query with ${flags.toUpperCase()} set is answered, and the bit is not copied`,
  run: async (probe) => {
    const sent = query(ASKED, { flags });
    checkReply(sent, await probe.ask('udp', sent), { rcode: 'NOERROR', answer: ANSWER });
  },
});

const rcodeIsNotCopied: Case = {
  section: HEADER,
  title: 'an RCODE in a query is ignored or FORMERR, never copied',
  run: async (probe) => {
    const sent = query(ASKED, { rcode: 5 });
    const got = await probe.ask('udp', sent);
    if (parseReply(sent, got).rcode === 1) return;
    checkReply(sent, got, { rcode: 'NOERROR', answer: ANSWER });
  },
};

/** Opcodes that a rival implements, and so answers in its own right. */
const IMPLEMENTED: Readonly<Record<number, Case['knownDifferences']>> = {
  [OPCODE.NOTIFY]: { nsd: 'takes NOTIFY', knot: 'takes NOTIFY' },
  [OPCODE.UPDATE]: { knot: 'takes UPDATE' },
};

const opcodeIsNotImplemented = (opcode: number): Case => ({
  section: HEADER,
  title: `opcode ${opcodeName(opcode)} is NOTIMP`,
  ...(IMPLEMENTED[opcode] === undefined ? {} : { knownDifferences: IMPLEMENTED[opcode] }),
  run: async (probe) => {
    for (const transport of ['udp', 'tcp'] as const) {
      for (const edns of [{}, { edns: {} }]) {
        const sent = query('example.com. SOA', { opcode, ...edns });
        const got = await probe.ask(transport, sent);
        const reply = parseReply(sent, got);
        if (reply.rcode !== 4) fail('not NOTIMP', sent, got);
        if (reply.opcode !== opcode) fail('not the opcode of the query', sent, got);
        if (reply.flags !== 'qr') fail('other flags than QR', sent, got);
      }
    }
  },
});

const otherFlagsAreNotCopied: Case = {
  section: HEADER,
  title: 'a message of an unknown opcode with every flag is NOTIMP, and none comes back',
  knownDifferences: { nsd: 'copies most of them', knot: 'copies RD' },
  run: async (probe) => {
    for (const transport of ['udp', 'tcp'] as const) {
      const flags = 'aa tc rd ra z ad cd';
      const sent = composeQuery({ opcode: 15, flags, questions: [question(ASKED)] });
      const got = await probe.ask(transport, sent);
      const reply = parseReply(sent, got);
      if (reply.rcode !== 4) fail('not NOTIMP', sent, got);
      if (reply.flags !== 'qr') fail('other flags than QR', sent, got);
    }
  },
};

const bareOpcode: Case = {
  section: HEADER,
  title: 'a header alone, with an unknown opcode, is NOTIMP',
  run: async (probe) => {
    const sent = composeQuery({ opcode: 15 });
    checkReply(sent, await probe.ask('udp', sent), { rcode: 'NOTIMP' });
  },
};

const anAnswerIsNotAnswered = (opcode: number): Case => ({
  section: HEADER,
  title: `a message with QR set gets no reply, opcode ${opcodeName(opcode)}`,
  run: async (probe) => {
    const sent = composeQuery({ flags: 'qr', opcode, questions: [question(ASKED)] });
    const got = await probe.silenceAfter(sent);
    if (got[0] !== undefined) fail('an answer to an answer', sent, got[0]);
  },
});

const shortDatagramsAreNotAnswered: Case = {
  section: HEADER,
  title: 'a datagram shorter than a header gets no reply',
  run: async (probe) => {
    for (const length of [0, 1, 2, 3, 4, 11]) {
      const sent = query(ASKED).subarray(0, length);
      const got = await probe.silenceAfter(sent);
      if (got[0] !== undefined) fail(`a reply to ${length} octets`, sent, got[0]);
    }
  },
};

export const cases: readonly Case[] = [
  idIsKept,
  rdIsCopied,
  strayBitsAreIgnored('aa', HEADER),
  strayBitsAreIgnored('ra', HEADER),
  strayBitsAreIgnored('z', HEADER),
  strayBitsAreIgnored('ad', 'RFC 4035 3.1.6'),
  strayBitsAreIgnored('cd', 'RFC 4035 3.1.6'),
  rcodeIsNotCopied,
  ...[1, 2, 3, 4, 5, 6, 7, 15].map(opcodeIsNotImplemented),
  bareOpcode,
  otherFlagsAreNotCopied,
  ...[0, 4, 5, 15].map(anAnswerIsNotAnswered),
  shortDatagramsAreNotAnswered,
];
