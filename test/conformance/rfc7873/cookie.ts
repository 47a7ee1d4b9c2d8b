// RFC 7873 5.2 and 5.4: what becomes of a client's COOKIE option, with the server's part behind it or not. This
// server answers whoever has none (5.2.3, choice 3); others may want one first.

import {
  composeQuery,
  type EdnsSpec,
  query,
  question,
  RCODE,
  type RcodeMnemonic,
} from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { COOKIE, cookieOf, isWhole, learn, withCookie } from '../harness/cookie.ts';
import type { Probe, Transport } from '../harness/probe.ts';
import { checkReply, fail, parseReply } from '../harness/reply.ts';

const ASKED = 'v4only.example.com. A';
const ANSWER = { rcode: 'NOERROR', answer: ['192.0.2.4'] } as const;
const CLIENT = Buffer.from('24a5ac48b1d20c6f', 'hex');
const OTHER_CLIENT = Buffer.from('0123456789abcdef', 'hex');
const TRANSPORTS: readonly Transport[] = ['udp', 'tcp'];

/** Nobody's: the chance that a server made it is one in 2^128. */
const FOREIGN = Buffer.concat([CLIENT, Buffer.alloc(16, 7)]);

const WANTS_A_COOKIE = { knot: 'BADCOOKIE over UDP to whoever has no server cookie' };

/** An ordinary answer, with one COOKIE that has the client's part and one of the server's. */
const isAnswered = async (probe: Probe, transport: Transport, edns: EdnsSpec): Promise<void> => {
  const sent = query(ASKED, { edns });
  const got = await probe.ask(transport, sent);
  const reply = checkReply(sent, got, ANSWER);
  if (!isWhole(cookieOf(reply), CLIENT)) fail('not a whole cookie for that client', sent, got);
  if (reply.edns?.options.length !== 1) fail('another option', sent, got);
};

const answered = (section: string, what: string, data: Uint8Array): Case => ({
  section,
  title: `${what}: an ordinary answer, with a whole COOKIE`,
  knownDifferences: WANTS_A_COOKIE,
  run: async (probe) => {
    for (const transport of TRANSPORTS) await isAnswered(probe, transport, withCookie(data));
  },
});

const noneUnasked: Case = {
  section: 'RFC 7873 5.2.1',
  title: 'no COOKIE in the reply to a query without one',
  run: async (probe) => {
    for (const transport of TRANSPORTS) {
      const sent = query(ASKED, { edns: { options: [{ code: 65001, data: CLIENT }] } });
      const got = await probe.ask(transport, sent);
      const reply = checkReply(sent, got, ANSWER);
      if (cookieOf(reply) !== undefined) fail('a COOKIE', sent, got);
    }
  },
};

const malformed = (length: number): Case => ({
  section: 'RFC 7873 5.2.2',
  title: `a COOKIE of ${length} octets: FORMERR, without a COOKIE`,
  run: async (probe) => {
    for (const transport of TRANSPORTS) {
      const sent = query(ASKED, { edns: withCookie(Buffer.alloc(length, 7)) });
      const got = await probe.ask(transport, sent);
      const reply = parseReply(sent, got);
      if (reply.rcode !== RCODE.FORMERR) fail('not FORMERR', sent, got);
      if (reply.answer.length > 0) fail('an answer', sent, got);
      if (cookieOf(reply) !== undefined) fail('a COOKIE', sent, got);
    }
  },
});

const firstCounts: Case = {
  section: 'RFC 7873 5.2',
  title: 'the first COOKIE counts, others are ignored, be they malformed',
  knownDifferences: {
    nsd: 'lets the last one count',
    ...WANTS_A_COOKIE,
  },
  run: async (probe) => {
    for (const second of [
      OTHER_CLIENT,
      Buffer.concat([OTHER_CLIENT, Buffer.alloc(16)]),
      CLIENT.subarray(1),
    ]) {
      const options = [CLIENT, second].map((data) => ({ code: COOKIE, data }));
      await isAnswered(probe, 'udp', { options });
    }
  },
};

const goodIsKept: Case = {
  section: 'RFC 7873 5.2.5',
  title: 'a server cookie that was given is accepted, over UDP and TCP, and a good one comes back',
  run: async (probe) => {
    const learnt = await learn(probe, 'udp', CLIENT);
    for (const transport of TRANSPORTS) await isAnswered(probe, transport, withCookie(learnt));
  },
};

const ERRORS: readonly (readonly [string, RcodeMnemonic, (edns: EdnsSpec) => Buffer])[] = [
  ['no such name', 'NXDOMAIN', (edns) => query('nothere.example.com. A', { edns })],
  ['a name of no zone', 'REFUSED', (edns) => query('www.example.org. A', { edns })],
];

/** These come before other servers look at options. */
const EARLY_ERRORS: readonly (readonly [(typeof ERRORS)[number], Case['knownDifferences']])[] = [
  [
    ['another opcode', 'NOTIMP', (edns) => query('example.com. SOA', { opcode: 15, edns })],
    { nsd: 'NOTIMP without an OPT' },
  ],
  [
    [
      'octets left over',
      'FORMERR',
      (edns) => query('www.example.com. A', { edns, trailing: Buffer.of(0) }),
    ],
    { nsd: 'answers', knot: 'FORMERR without an OPT' },
  ],
  [
    [
      'two questions',
      'FORMERR',
      (edns) => composeQuery({ questions: [question(ASKED), question(ASKED)], edns }),
    ],
    { nsd: 'FORMERR without an OPT', knot: 'is silent' },
  ],
];

const errorsCarryIt = (
  [what, rcode, compose]: (typeof ERRORS)[number],
  knownDifferences: NonNullable<Case['knownDifferences']> = {},
): Case => ({
  section: 'RFC 7873 5.3',
  title: `${what}: ${rcode} with a COOKIE, without which the client would discard it`,
  knownDifferences,
  run: async (probe) => {
    const learnt = await learn(probe, 'udp', CLIENT);
    for (const transport of TRANSPORTS) {
      const sent = compose(withCookie(learnt));
      const got = await probe.ask(transport, sent);
      const reply = parseReply(sent, got);
      if (reply.rcode !== RCODE[rcode]) fail(`not ${rcode}`, sent, got);
      if (!isWhole(cookieOf(reply), CLIENT)) fail('not a whole cookie for that client', sent, got);
    }
  },
});

/** Asks for nothing but a cookie. */
const askOnly = async (
  probe: Probe,
  transport: Transport,
  data: Uint8Array,
  rcode: RcodeMnemonic,
): Promise<void> => {
  const sent = composeQuery({ edns: withCookie(data) });
  const got = await probe.ask(transport, sent);
  const reply = parseReply(sent, got);
  if (reply.rcode !== RCODE[rcode]) fail(`not ${rcode}`, sent, got);
  const { question: asked, answer, authority, additional } = reply;
  if ([asked, answer, authority, additional].some(({ length }) => length > 0))
    fail('something in its sections', sent, got);
  if (!isWhole(cookieOf(reply), CLIENT)) fail('not a whole cookie for that client', sent, got);
};

const cookieAlone = (
  what: string,
  rcode: RcodeMnemonic,
  data: (probe: Probe) => Promise<Uint8Array>,
  differences: Case['knownDifferences'] = {},
): Case => ({
  section: 'RFC 7873 5.4',
  title: `no question and ${what}: ${rcode} with a whole COOKIE`,
  knownDifferences: { knot: 'FORMERR: it wants a question', ...differences },
  run: async (probe) => {
    for (const transport of TRANSPORTS) {
      await askOnly(probe, transport, await data(probe), rcode);
    }
  },
});

export const cases: readonly Case[] = [
  noneUnasked,
  firstCounts,
  ...[0, 7, 9, 15, 41].map(malformed),
  answered('RFC 7873 5.2.3', 'a client cookie', CLIENT),
  answered('RFC 7873 5.2.4', 'a server cookie of somebody else', FOREIGN),
  answered('RFC 7873 5.2.4', 'a server cookie of 8 octets', FOREIGN.subarray(0, 16)),
  answered(
    'RFC 7873 5.2.4',
    'a server cookie of 32 octets',
    Buffer.concat([FOREIGN, FOREIGN.subarray(8)]),
  ),
  goodIsKept,
  ...ERRORS.map((error) => errorsCarryIt(error)),
  ...EARLY_ERRORS.map(([error, differences]) => errorsCarryIt(error, differences)),
  cookieAlone('a client cookie', 'NOERROR', async () => CLIENT),
  cookieAlone('a good cookie', 'NOERROR', (probe) => learn(probe, 'udp', CLIENT)),
  cookieAlone('a server cookie of somebody else', 'BADCOOKIE', async () => FOREIGN, {
    nsd: 'NOERROR, as if there were the client cookie alone',
  }),
];
