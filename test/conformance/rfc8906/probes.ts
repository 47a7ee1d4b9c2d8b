// RFC 8906 8.1 and 8.2: the questions a registry asks to find servers that fail to communicate.

import { type QuerySpec, query } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { fail, parseReply } from '../harness/reply.ts';

interface ProbeRow {
  readonly section: string;
  readonly title: string;
  readonly asked: string;
  readonly spec?: Omit<QuerySpec, 'questions'>;
  readonly rcode: number;
  /** All flags of the reply. */
  readonly flags: string;
  readonly hasSoa?: boolean;
  readonly hasOpt?: boolean;
  readonly mayHaveOptions?: boolean;
  readonly knownDifferences?: NonNullable<Case['knownDifferences']>;
}

const SOA = 'example.com. SOA';
const UNKNOWN_OPTION = [{ code: 100, data: Buffer.alloc(0) }];

const DEFINED_OPTIONS = [
  { code: 3, data: Buffer.alloc(0) },
  { code: 10, data: Buffer.from('24a5ac48b1d20c6f', 'hex') },
  { code: 9, data: Buffer.alloc(0) },
  { code: 8, data: Buffer.from('00010000', 'hex') },
];

const ROWS: readonly ProbeRow[] = [
  { section: '8.1.1', title: 'plain DNS', asked: SOA, rcode: 0, flags: 'qr aa', hasSoa: true },
  {
    section: '8.1.2',
    title: 'an unknown type',
    asked: 'example.com. TYPE1000',
    rcode: 0,
    flags: 'qr aa',
  },
  ...['cd', 'ad', 'z'].map((flag, index) => ({
    section: `8.1.3.${index + 1}`,
    title: `the header bit ${flag.toUpperCase()}`,
    asked: SOA,
    spec: { flags: flag },
    rcode: 0,
    flags: 'qr aa',
    hasSoa: true,
  })),
  {
    section: '8.1.3.4',
    title: 'RD',
    asked: SOA,
    spec: { flags: 'rd' },
    rcode: 0,
    flags: 'qr aa rd',
    hasSoa: true,
  },
  {
    section: '8.1.4',
    title: 'an unknown opcode',
    asked: SOA,
    spec: { opcode: 15 },
    rcode: 4,
    flags: 'qr',
  },
  {
    section: '8.2.1',
    title: 'EDNS',
    asked: SOA,
    spec: { edns: {} },
    rcode: 0,
    flags: 'qr aa',
    hasSoa: true,
    hasOpt: true,
  },
  {
    section: '8.2.2',
    title: 'EDNS version 1',
    asked: SOA,
    spec: { edns: { version: 1 } },
    rcode: 16,
    flags: 'qr',
    hasOpt: true,
  },
  {
    section: '8.2.3',
    title: 'an unknown option',
    asked: SOA,
    spec: { edns: { options: UNKNOWN_OPTION } },
    rcode: 0,
    flags: 'qr aa',
    hasSoa: true,
    hasOpt: true,
  },
  {
    section: '8.2.4',
    title: 'unknown EDNS flags',
    asked: SOA,
    spec: { edns: { flags: 0x40 } },
    rcode: 0,
    flags: 'qr aa',
    hasSoa: true,
    hasOpt: true,
  },
  {
    section: '8.2.5',
    title: 'EDNS version 1 with unknown flags',
    asked: SOA,
    spec: { edns: { version: 1, flags: 0x40 } },
    rcode: 16,
    flags: 'qr',
    hasOpt: true,
  },
  {
    section: '8.2.6',
    title: 'EDNS version 1 with an unknown option',
    asked: SOA,
    spec: { edns: { version: 1, options: UNKNOWN_OPTION } },
    rcode: 16,
    flags: 'qr',
    hasOpt: true,
  },
  {
    section: '8.2.8',
    title: 'DO',
    asked: SOA,
    spec: { edns: { dnssecOk: true } },
    rcode: 0,
    flags: 'qr aa',
    hasSoa: true,
    hasOpt: true,
  },
  {
    section: '8.2.9',
    title: 'EDNS version 1 with DO',
    asked: SOA,
    spec: { edns: { version: 1, dnssecOk: true } },
    rcode: 16,
    flags: 'qr',
    hasOpt: true,
  },
  {
    section: '8.2.10',
    title: 'NSID, a client cookie, EXPIRE and a client subnet at once',
    asked: SOA,
    spec: { edns: { options: DEFINED_OPTIONS } },
    rcode: 0,
    flags: 'qr aa',
    hasSoa: true,
    hasOpt: true,
    mayHaveOptions: true,
    knownDifferences: { knot: 'BADCOOKIE over UDP to whoever has no server cookie' },
  },
];

const probeCase = (row: ProbeRow): Case => ({
  section: `RFC 8906 ${row.section}`,
  title: row.title,
  knownDifferences: row.knownDifferences ?? {},
  run: async (probe) => {
    for (const transport of ['udp', 'tcp'] as const) {
      const sent = query(row.asked, row.spec);
      const got = await probe.ask(transport, sent);
      const reply = parseReply(sent, got);
      if (reply.rcode !== row.rcode) fail(`RCODE ${reply.rcode}, not ${row.rcode}`, sent, got);
      if (reply.flags !== row.flags) fail(`flags '${reply.flags}', not '${row.flags}'`, sent, got);
      const hasSoa = reply.answer.some(({ rdata }) => rdata.kind === 'SOA');
      if (hasSoa !== (row.hasSoa ?? false)) fail('SOA in the answer', sent, got);
      if ((reply.edns !== undefined) !== (row.hasOpt ?? false)) fail('OPT', sent, got);
      if (reply.edns?.flags !== undefined && reply.edns.flags !== 0) fail('EDNS flags', sent, got);
      const options = reply.edns?.options.length ?? 0;
      if (options > 0 && row.mayHaveOptions !== true) fail('options', sent, got);
    }
  },
});

export const cases: readonly Case[] = ROWS.map(probeCase);
