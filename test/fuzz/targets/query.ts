// Whatever comes in as a query: the parser, the lookup and the responder, in three settings at once.

import {
  DETOURED,
  Detours,
  NEAR_RANGES,
  Responder,
  type ResponderOptions,
  TRANSPORT,
  type Transport,
} from '@seamark/matcher';
import { ServerCookies } from '@seamark/protocol';
import { mergeHere, Publisher, SnapshotReader } from '@seamark/snapshot';
import { ReferenceMatcher } from '../../../packages/matcher/src/reference/reference-matcher.ts';
import { disagreement } from '../../../packages/matcher/test-support/agreement.ts';
import { CASE_ZONES } from '../../../packages/matcher/test-support/cases.ts';
import { compile, publishChange, zone } from '../../../packages/matcher/test-support/zones.ts';
import { composeName } from '../../support/dns/names.ts';
import { composeQuery, composeRecord, query } from '../../support/dns/query.ts';
import { obeyLaws } from '../../support/dns/reply-laws.ts';
import { hold, octetsOf, type Target } from '../engine/target.ts';
import { MessageMemory } from './memory.ts';

/** Of more than two hundred octets, so that two of them have no room in a small reply. */
const LONG = ['a', 'b'].map((letter) => `${`${letter.repeat(60)}.`.repeat(3)}large.example.`);

/** What the cases lack: RRsets that need more than 512 and more than 1,232 octets, at names and by wildcard. */
const LARGE = zone(
  'large.example.',
  [
    '@ 60 SOA ns1.large.example. h.large.example. 1 2 3 4 5',
    ...Array.from({ length: 13 }, (_, i) => `@ 60 NS ns${i}.large.example.`),
    ...Array.from({ length: 13 }, (_, i) => `ns${i} 60 A 192.0.2.${i}`),
    ...Array.from({ length: 13 }, (_, i) => `ns${i} 60 AAAA 2001:db8::${i + 1}`),
    ...Array.from({ length: 40 }, (_, i) => `*.forty 60 A 192.0.2.${i}`),
    ...Array.from({ length: 100 }, (_, i) => `hundred 60 AAAA 2001:db8::${i + 1}`),
    ...Array.from({ length: 5 }, (_, i) => `cut 60 NS ns${i}.cut.large.example.`),
    ...Array.from({ length: 5 }, (_, i) => `ns${i}.cut 60 AAAA 2001:db8::${i + 1}`),
    `to-long 60 CNAME ${LONG[0]}`,
    `${LONG[0]} 60 CNAME ${LONG[1]}`,
    `${LONG[1]} 60 CNAME ${LONG[0]?.replace(/^a/, 'c')}`,
    ...LONG.map((name) => `long-cut 60 NS ${name}`),
    'to-hundred 60 CNAME hundred.large.example.',
    'to-forty 60 CNAME x.forty.large.example.',
    `text 60 TXT \\# 255 fe${'61'.repeat(254)}`,
    'text 60 TXT \\# 2 0161',
  ].join('\n'),
);
const ZONES = [...CASE_ZONES, LARGE];

const reference = new ReferenceMatcher(ZONES);
const publisher = new Publisher({ readers: 1, merge: async (task) => mergeHere(task) });
publishChange(publisher, new Map(), compile(ZONES));
const reader = new SnapshotReader(publisher.handle, 0);
reader.refresh();

const clock = Int32Array.of(1_700_000_000);
const cookies = new ServerCookies(
  Uint8Array.from({ length: 16 }, (_, i) => i),
  clock,
);
const NEAR = Uint8Array.from([4, 0, 0xd4, 0x31, ...Array(10).fill(0), 255, 255, 10, 1, 2, 3]);
const FAR = Uint8Array.from([6, 0, 0xd4, 0x31, 0x20, 1, 0xd, 0xb8, ...Array(11).fill(0), 7]);

/** All that can be configured, for a few names. */
const everything: ResponderOptions = {
  cookies,
  nsid: 'a.name.of.some.length.for.nsid'.repeat(8),
  chaos: {
    version: 'fuzz',
    hostname: 'host',
    authors: ['1', '2', '3'].map((one) => one.repeat(250)),
  },
  blocks: [
    {
      zones: ['example.com.', 'large.example.'],
      minimalAny: true,
      access: [
        { action: 'drop', zones: ['drop.example.com.'] },
        { action: 'filter', types: [16], networks: ['2001:db8::/32'] },
        { action: 'block', zones: ['w.example.com.'], networks: ['10.0.0.0/8'] },
      ],
    },
    { zones: ['partial.example.'], minimalAny: false, access: [{ action: 'allow' }] },
  ],
};
const detours = new Detours({
  blocks: [
    {
      keys: ['.'],
      templates: [{ id: 0, type: 1, zones: ['deep.w.example.com.'], literal: 'tmpl' }],
      fallthrough: [{ zone: 'example.com.', names: ['c.example.com.', 'w.example.com.'] }],
      forwards: [
        { id: 0, from: 'example.', except: ['unsynced.example.', 'example.'] },
        { id: 1, from: 'example.net.', except: [], clients: NEAR_RANGES.slice(1, 2) },
        { id: 2, from: 'w.example.com.', except: [], clients: NEAR_RANGES.slice(1, 2) },
        { id: 3, from: '.', except: [] },
      ],
    },
    {
      keys: ['sub.example.com.'],
      templates: [{ id: 1, type: 0, zones: ['sub.example.com.'], literal: '' }],
      fallthrough: [],
      forwards: [],
    },
  ],
});

interface Setting {
  readonly responder: Responder;
  readonly transport: Transport;
  /** Of UDP. */
  readonly limit?: number;
  readonly withDetours: boolean;
}

const setting = (options: ResponderOptions, rest: Omit<Setting, 'responder'>): Setting => ({
  ...rest,
  responder: new Responder(reader, options),
});

const SETTINGS: readonly Setting[] = [
  setting({}, { transport: TRANSPORT.STREAM, withDetours: false }),
  setting({}, { transport: TRANSPORT.UDP, limit: 1232, withDetours: false }),
  setting(
    { ...everything, udpLimit: 512 },
    { transport: TRANSPORT.UDP, limit: 512, withDetours: true },
  ),
  // Padded, where it is asked for.
  setting({}, { transport: TRANSPORT.TLS, withDetours: false }),
];

const FORMERR = 1;
const memory = new MessageMemory(65_535);

function answer(message: Uint8Array, { responder, transport, limit, withDetours }: Setting) {
  const length = memory.put(message);
  const peer = (message[1] ?? 0) % 2 === 0 ? NEAR : FAR;
  const client = { peer: () => peer };
  let replied = responder.answer(
    ...([memory.octets, memory.view, memory.offset, length, memory.capacity, transport] as const),
    ...[withDetours ? client : undefined],
    ...[withDetours ? detours : undefined],
  );
  if (replied === DETOURED) {
    hold(withDetours, 'a detour without a plan');
    hold(Buffer.compare(memory.get(length), message) === 0, 'a detoured query was written over');
    replied = responder.fail(memory.octets, memory.view, memory.offset);
  }
  memory.checkSurroundings();
  if (replied === 0) {
    const isDropped = withDetours && responder.access !== 0;
    hold(isDropped || length < 12 || (message[2] as number) >= 0x80, 'no reply');
    return undefined;
  }
  return obeyLaws(message, memory.get(replied), limit);
}

function run(input: Uint8Array): void {
  const whole = answer(input, SETTINGS[0] as Setting);
  const overUdp = answer(input, SETTINGS[1] as Setting);
  answer(input, SETTINGS[2] as Setting);
  answer(input, SETTINGS[3] as Setting);
  if (whole === undefined) return;
  hold(overUdp !== undefined, 'a reply over a stream and none over UDP');
  // What is cut off has not come to the end of its aliases. Of some options a stream asks more (RFC 7828 3.2.1).
  const isCut = overUdp.reply.flags.split(' ').includes('tc') || whole.reply.rcode === FORMERR;
  const isAlike = isCut || overUdp.reply.rcode === whole.reply.rcode;
  hold(isAlike, 'another RCODE over UDP');
  const { reply, sent } = whole;
  const [asked] = sent?.question ?? [];
  if (asked === undefined || sent?.edns?.version !== 0 || reply.opcode !== 0) return;
  // What else is wrong with a query has no place in the reference.
  if (reply.rcode === FORMERR) return;
  const difference = disagreement(reply, reference, asked.name, asked.type, asked.class);
  hold(difference === undefined, () => `${asked.name} ${asked.class} ${asked.type}: ${difference}`);
}

const NAMES = [
  ...['.', 'example.com.', 'www.example.com.', 'WwW.eXample.COM.', 'x.w.example.com.'],
  ...['nope.example.com.', 'a.b.c.example.com.', 'c1.example.com.', 'alias2.example.com.'],
  ...['x.alias.example.com.', 'one.example.com.', 'z.circle.example.com.', 'cut.example.com.'],
  ...['x.further.cut.example.com.', 'bare.example.com.', 'pending.example.com.'],
  ...['www.sub.example.com.', 'sub.example.com.', 'nope.partial.example.', 'unsynced.example.'],
  ...['large.example.', 'a.forty.large.example.', 'hundred.large.example.', 'cut.large.example.'],
  ...['to-hundred.large.example.', 'to-forty.large.example.', 'text.large.example.'],
  ...['version.bind.', 'id.server.', 'authors.bind.', 'tmpl.deep.w.example.com.'],
  ...['to-long.large.example.', 'long-cut.large.example.', 'x.c.example.com.'],
  ...['drop.example.com.', 'example.net.', 'ours.bare.example.com.', 'half.example.com.'],
];

const option = (code: number, length: number) => ({ code, data: Buffer.alloc(length, 0x61) });

export const target: Target = {
  name: 'query',
  shape: 'message',
  watched: [
    ...['query', 'edns', 'server-cookies', 'siphash'].map(
      (file) => `packages/protocol/src/${file}.ts`,
    ),
    ...['chain', 'detours', 'lookup', 'responder'].map((file) => `packages/matcher/src/${file}.ts`),
    'packages/matcher/src/settings/',
    ...['reader', 'name-hash'].map((file) => `packages/snapshot/src/${file}.ts`),
  ],
  dictionary: [
    ...NAMES.map((name) => composeName(name)),
    ...['000029', '00002904d0000080000000', 'c00c', '000a0008', '00030000', '000a0018'].map((hex) =>
      Uint8Array.from(Buffer.from(hex, 'hex')),
    ),
    octetsOf('tmpl'),
  ],
  seeds: [
    ...NAMES.map((name) => query(`${name} A`, { id: 0x1234, edns: {} })),
    ...['NS', 'SOA', 'AAAA', 'ANY', 'DS', 'CNAME', 'AXFR', 'TXT'].map((type) =>
      query(`www.example.com. ${type}`, { id: 0x1235, edns: { dnssecOk: true } }),
    ),
    query('to-long.large.example. A', { id: 1 }),
    query('version.bind. CH TXT', { id: 2 }),
    query('authors.bind. CH TXT', { id: 5, edns: { options: [option(3, 0)] } }),
    query('www.example.com. A', { id: 3, edns: { options: [option(10, 8), option(3, 0)] } }),
    query('www.example.com. A', { id: 4, edns: { options: [option(10, 24)], version: 1 } }),
    composeQuery({ id: 6, edns: { options: [option(10, 8)] } }),
    query('example.com. IXFR', {
      id: 8,
      authority: [composeRecord(Buffer.of(0xc0, 12), 6, 1, 0, Buffer.alloc(22))],
    }),
    query('www.example.com. A', {
      id: 10,
      additional: [composeRecord(Buffer.of(0xc0, 12), 250, 255, 0, Buffer.alloc(30))],
    }),
    query('www.example.com. A', { id: 12, opcode: 5, counts: { qd: 2 }, edns: {} }),
  ],
  takesMessages: true,
  run,
};
