// RFC 6891 6.1.1, 6.1.2 and 7: an OPT that is not one is FORMERR, and the reply carries an OPT.

import { composeName, type EdnsSpec, query } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import type { Transport } from '../harness/probe.ts';
import { fail, parseReply } from '../harness/reply.ts';

type Malformed = readonly [string, EdnsSpec | readonly EdnsSpec[], Case['knownDifferences']?];

const MALFORMED: readonly Malformed[] = [
  ['two OPT', [{}, {}]],
  ['three OPT', [{}, {}, {}]],
  [
    'an OPT with an owner name',
    { owner: composeName('www.example.com.') },
    { knot: 'takes it for an OPT' },
  ],
  ['an OPT whose RDLENGTH runs past the message', { rdlength: 12 }],
  ['an OPT cut inside an option header', { rdata: Buffer.from('fde900', 'hex') }],
  ['an option that runs past its OPT', { rdata: Buffer.from('fde9000801', 'hex') }],
];

const isFormerr = ([what, edns, differences]: Malformed, transport: Transport): Case => ({
  section: 'RFC 6891 6.1.1',
  title: `${what}: FORMERR over ${transport.toUpperCase()}`,
  ...(differences === undefined ? {} : { knownDifferences: differences }),
  run: async (probe) => {
    const sent = query('www.example.com. A', { edns });
    const got = await probe.ask(transport, sent);
    const reply = parseReply(sent, got);
    if (reply.rcode !== 1) fail('not FORMERR', sent, got);
    if (reply.flags !== 'qr') fail('other flags than QR', sent, got);
    if (reply.answer.length + reply.authority.length > 0) fail('records', sent, got);
  },
});

const carriesOpt = ([what, edns]: Malformed): Case => ({
  section: 'RFC 6891 7',
  title: `${what}: the FORMERR carries an OPT`,
  knownDifferences: { nsd: 'sends FORMERR without an OPT', knot: 'sends FORMERR without an OPT' },
  run: async (probe) => {
    const sent = query('www.example.com. A', { edns });
    const got = await probe.ask('udp', sent);
    const reply = parseReply(sent, got);
    if (reply.rcode !== 1) fail('not FORMERR', sent, got);
    if (reply.edns === undefined) fail('no OPT', sent, got);
  },
});

export const cases: readonly Case[] = [
  ...MALFORMED.map((malformed) => isFormerr(malformed, 'udp')),
  ...MALFORMED.map((malformed) => isFormerr(malformed, 'tcp')),
  ...MALFORMED.map(carriesOpt),
];
