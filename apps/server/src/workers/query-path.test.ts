// That the query path allocates nothing, for every kind of message, to the octet. No clock is looked at.

import { GCProfiler, getHeapStatistics, setFlagsFromString } from 'node:v8';
import {
  type AnswerSettings,
  allocateRateLimits,
  Detours,
  type RateLimits,
  TRANSPORT,
} from '@seamark/matcher';
import { CLASS, parseName, RCODE, TYPE } from '@seamark/protocol';
import type { SnapshotHandle } from '@seamark/snapshot';
import { WAY_BACK_OCTETS } from '@seamark/udp';
import { type Sink, Watcher } from '@seamark/watcher';
import { beforeAll, describe, expect, test } from 'vitest';
import { Bell } from '../detour/bell.ts';
import { allocateDetourRing, DetourRingReader } from '../detour/ring.ts';
import { RingDesk } from '../detour/ring-desk.ts';
import { composePeer } from '../stream/peer-record.ts';
import { Counters } from '../telemetry/counters.ts';
import { allocateQueryLog, QueryLogReader } from '../telemetry/query-log.ts';
import { CookieKeeper } from './cookie-memory.ts';
import { QueryFilter } from './query-filter.ts';
import { type AnsweringListener, type PeerSource, QueryPath } from './query-path.ts';
import { Telemetry } from './telemetry.ts';

/** Of each kind in a round, and so of all kinds together some 450,000. */
const QUERIES = 20_000;
/**
 * A round in which V8 compiled something, or went back on it, says nothing about the path. How many of
 * those there are depends on the machine; a path that allocates has no round without.
 */
const ROUNDS = 40;
/** The numbers that the measuring makes; one object for every hundredth query would be 3,200 at least. */
const OWN_OCTETS = 256;
const MANY_LABELS = `${'a.'.repeat(120)}example.com`;

interface MessageKind {
  readonly title: string;
  readonly message: Uint8Array;
  /** Low four bits of the reply's flags; undefined for no reply. */
  readonly rcode: number | undefined;
  /** Counts of the reply's sections behind the question's. */
  readonly counts?: readonly [number, number, number];
  readonly transport?: 0 | 1;
}

interface Shape {
  readonly edns?: readonly number[];
  readonly klass?: number;
  readonly flags?: number;
  readonly questions?: number;
  readonly trailing?: readonly number[];
}

/** OPT without options: payload size 1232, DO; then the version's and the option data's octets. */
const opt = (version = 0, ...data: readonly number[]): readonly number[] => [
  ...[0, 0, TYPE.OPT, 4, 0xd0, 0, version, 0x80, 0, 0, data.length],
  ...data,
];

function compose(name: string, type: number, shape: Shape = {}): Uint8Array {
  const { edns = [], klass = CLASS.IN, flags = 0x0100, questions = 1, trailing = [] } = shape;
  const additionals = edns.length === 0 ? 0 : 1;
  const header = [0x12, 0x34, flags >> 8, flags & 0xff, 0, questions, 0, 0, 0, 0, 0, additionals];
  return Uint8Array.of(
    ...header,
    ...(questions === 0 ? [] : [...parseName(name), type >> 8, type & 0xff, 0, klass]),
    ...edns,
    ...trailing,
  );
}

const www = 'www.example.com';
/** COOKIE (RFC 7873 4): code 10, length, octets. */
const cookie = (octets: readonly number[]): readonly number[] => [
  0,
  10,
  0,
  octets.length,
  ...octets,
];
const CLIENT_COOKIE = [1, 2, 3, 4, 5, 6, 7, 8] as const;
/** With the server's part once it has been asked for. */
const withCookie = compose(www, TYPE.A, {
  edns: opt(0, ...cookie([...CLIENT_COOKIE, ...new Uint8Array(16)])),
});
const { NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED } = RCODE;
const A = TYPE.A;
const TXT = 16;

const KINDS: readonly MessageKind[] = [
  { title: 'hit', message: compose(www, A), rcode: NOERROR, counts: [1, 0, 0] },
  {
    title: 'hit in capitals with EDNS and DO',
    message: compose(www.toUpperCase(), A, { edns: opt() }),
    ...{ rcode: NOERROR, counts: [1, 0, 1] },
  },
  {
    title: 'hit with an option that nobody knows',
    message: compose(www, A, { edns: opt(0, 0xff, 0xf0, 0, 2, 1, 2) }),
    ...{ rcode: NOERROR, counts: [1, 0, 1] },
  },
  {
    title: "hit with a client's cookie",
    message: compose(www, A, { edns: opt(0, ...cookie(CLIENT_COOKIE)) }),
    ...{ rcode: NOERROR, counts: [1, 0, 1] },
  },
  {
    title: 'hit with a cookie of ours',
    message: withCookie,
    ...{ rcode: NOERROR, counts: [1, 0, 1] },
  },
  {
    title: "hit with somebody else's cookie",
    message: compose(www, A, { edns: opt(0, ...cookie([...CLIENT_COOKIE, ...CLIENT_COOKIE])) }),
    ...{ rcode: NOERROR, counts: [1, 0, 1] },
  },
  {
    title: 'several addresses in rotating order',
    message: compose('multi.example.com', A),
    ...{ rcode: NOERROR, counts: [8, 0, 0] },
  },
  {
    title: 'truncated',
    message: compose('large.example.com', A),
    ...{ rcode: NOERROR, counts: [0, 0, 0] },
  },
  {
    title: 'the same over a stream',
    message: compose('large.example.com', A),
    ...{ rcode: NOERROR, counts: [60, 0, 0], transport: TRANSPORT.STREAM },
  },
  {
    title: 'wildcard',
    message: compose('any.apps.example.com', A),
    ...{ rcode: NOERROR, counts: [1, 0, 0] },
  },
  {
    title: 'NODATA',
    message: compose(www, TYPE.AAAA),
    ...{ rcode: NOERROR, counts: [0, 1, 0] },
  },
  {
    title: 'NODATA of an empty non-terminal',
    message: compose('ent.example.com', A),
    ...{ rcode: NOERROR, counts: [0, 1, 0] },
  },
  {
    title: 'NXDOMAIN with EDNS',
    message: compose('no.example.com', A, { edns: opt() }),
    ...{ rcode: NXDOMAIN, counts: [0, 1, 1] },
  },
  {
    title: 'NXDOMAIN of many labels',
    message: compose(MANY_LABELS, A),
    ...{ rcode: NXDOMAIN, counts: [0, 1, 0] },
  },
  {
    title: 'SOA',
    message: compose('example.com', TYPE.SOA),
    ...{ rcode: NOERROR, counts: [1, 0, 0] },
  },
  {
    title: 'NS with addresses',
    message: compose('example.com', TYPE.NS),
    ...{ rcode: NOERROR, counts: [1, 0, 1] },
  },
  {
    title: 'ANY',
    message: compose(www, TYPE.ANY),
    ...{ rcode: NOERROR, counts: [1, 0, 0] },
  },
  {
    title: 'DS at an apex',
    message: compose('example.com', TYPE.DS),
    ...{ rcode: NOERROR, counts: [0, 1, 0] },
  },
  {
    title: 'a zone not read yet, with EDE',
    message: compose('www.example.org', A, { edns: opt() }),
    ...{ rcode: SERVFAIL, counts: [0, 0, 1] },
  },
  {
    title: 'no zone of ours, with EDE',
    message: compose('www.example.net', A, { edns: opt() }),
    ...{ rcode: REFUSED, counts: [0, 0, 1] },
  },
  {
    title: 'zone transfer',
    message: compose('example.com', TYPE.AXFR),
    ...{ rcode: REFUSED, counts: [0, 0, 0] },
  },
  {
    title: 'class CH',
    message: compose('version.bind', TXT, { klass: CLASS.CH }),
    ...{ rcode: REFUSED, counts: [0, 0, 0] },
  },
  {
    title: 'EDNS version 1',
    message: compose(www, A, { edns: opt(1) }),
    ...{ rcode: RCODE.BADVERS & 15, counts: [0, 0, 1] },
  },
  {
    title: 'opcode NOTIFY',
    message: compose(www, A, { flags: 0x2000 }),
    ...{ rcode: NOTIMP, counts: [0, 0, 0] },
  },
  {
    title: 'malformed: an option that is cut off',
    message: compose(www, A, { edns: opt(0, 0, 10, 0) }),
    ...{ rcode: FORMERR, counts: [0, 0, 1] },
  },
  {
    title: 'malformed: no question, but an OPT record',
    message: compose(www, A, { questions: 0, edns: opt() }),
    ...{ rcode: FORMERR, counts: [0, 0, 1] },
  },
  {
    title: 'malformed: octets behind the end',
    message: compose(www, A, { trailing: [1, 2, 3] }),
    ...{ rcode: FORMERR, counts: [0, 0, 0] },
  },
  { title: 'itself a reply', message: compose(www, A, { flags: 0x8000 }), rcode: undefined },
  { title: 'too short', message: Uint8Array.of(1, 2, 3), rcode: undefined },
];

/** Room for every record of a round. */
const queryLog = allocateQueryLog(2 ** Math.ceil(Math.log2(2 * QUERIES)));
const memory = new Uint8Array(8192);
const view = new DataView(memory.buffer);
const peer = composePeer('192.0.2.1', 5353) ?? new Uint8Array();
const source: PeerSource = { peer: () => peer, peerFamily: () => 4 };
const silent = (): void => {};
let handle: SnapshotHandle;
let plainPath: QueryPath;
/** The path of a listener with settings, of the same view. */
let setPath: QueryPath;
/** The same with limits, those that are scant used up. */
let limitedPath: QueryPath;
let path: QueryPath;

const SETTINGS: AnswerSettings = {
  udpLimit: 512,
  nsid: 'edge-1',
  chaos: { version: 'Seamark', hostname: 'edge-1', authors: [] },
  blocks: [
    {
      zones: ['.'],
      minimalAny: true,
      access: [
        { action: 'drop', types: [TXT], networks: ['192.0.2.0/24', '2001:db8::/32'] },
        { action: 'block', zones: ['multi.example.com.'], networks: ['192.0.2.1'] },
        { action: 'filter', zones: ['large.example.com.'] },
        { action: 'allow', networks: ['198.51.100.0/24', '192.0.2.1/32'] },
        { action: 'block' },
      ],
    },
  ],
};
const NSID = [0, 3, 0, 0] as const;

const SET_KINDS: readonly MessageKind[] = [
  { title: 'allowed', message: compose(www, A), rcode: NOERROR, counts: [1, 0, 0] },
  {
    title: 'asked for NSID',
    message: compose(www, A, { edns: opt(0, ...NSID) }),
    ...{ rcode: NOERROR, counts: [1, 0, 1] },
  },
  {
    title: 'blocked',
    message: compose('multi.example.com', A, { edns: opt() }),
    ...{ rcode: REFUSED, counts: [0, 0, 1] },
  },
  {
    title: 'filtered',
    message: compose('large.example.com', A, { edns: opt() }),
    ...{ rcode: NOERROR, counts: [0, 0, 1] },
  },
  { title: 'dropped', message: compose(www, TXT), rcode: undefined },
  { title: 'ANY', message: compose(www, TYPE.ANY), rcode: NOERROR, counts: [1, 0, 0] },
  {
    title: 'class CH',
    message: compose('version.bind', TXT, { klass: CLASS.CH }),
    rcode: undefined,
  },
  {
    title: 'class CH of another type',
    message: compose('version.bind', A, { klass: CLASS.CH }),
    ...{ rcode: REFUSED, counts: [0, 0, 0] },
  },
];

/** Enough for everybody. */
const AMPLE: RateLimits = {
  ...{ responses: 1e6, nodata: 1e6, nxdomains: 1e6, referrals: 1e6, errors: 1e6 },
  ...{ amplified: 1e6, requests: 1e6, window: 15, slip: 0, ipv4Prefix: 24, ipv6Prefix: 56 },
  ...{ exempt: ['198.51.100.0/24', '2001:db8::/32'], reportOnly: false },
};
/** Enough for one answer in a thousand seconds. */
const SCANT = { ...AMPLE, responses: 0.001, nxdomains: 0.001 };
const LIMITED_SETTINGS: AnswerSettings = {
  rateLimits: [
    { zones: ['www.example.com.', 'ent.example.com.'], limits: AMPLE },
    { zones: ['example.com.'], limits: SCANT },
    { zones: ['multi.example.com.'], limits: { ...SCANT, slip: 1 } },
    { zones: ['large.example.com.'] },
  ],
};
const LIMITED_KINDS: readonly MessageKind[] = [
  { title: 'within its rate', message: compose(www, A), rcode: NOERROR, counts: [1, 0, 0] },
  {
    title: 'with a cookie of ours',
    message: withCookie,
    ...{ rcode: NOERROR, counts: [1, 0, 1] },
  },
  {
    title: 'NODATA within its rate',
    message: compose('ent.example.com', A),
    ...{ rcode: NOERROR, counts: [0, 1, 0] },
  },
  {
    title: 'where there are no limits',
    message: compose('large.example.com', A),
    ...{ rcode: NOERROR, counts: [0, 0, 0] },
  },
  { title: 'dropped', message: compose('any.apps.example.com', A), rcode: undefined },
  { title: 'dropped NXDOMAIN', message: compose('no.example.com', A), rcode: undefined },
  {
    title: 'cut short',
    message: compose('multi.example.com', A, { edns: opt() }),
    ...{ rcode: NOERROR, counts: [0, 0, 1] },
  },
  {
    title: 'BADCOOKIE',
    message: compose('multi.example.com', A, { edns: opt(0, ...cookie(CLIENT_COOKIE)) }),
    ...{ rcode: RCODE.BADCOOKIE & 15, counts: [0, 0, 1] },
  },
  {
    title: 'as much as there is over a stream',
    message: compose('multi.example.com', A),
    ...{ rcode: NOERROR, counts: [8, 0, 0], transport: TRANSPORT.STREAM },
  },
];

const EVERYTHING = new QueryFilter();
const DENIALS = new QueryFilter([
  { zones: ['example.org.'], rules: [] },
  { zones: ['.'], rules: [{ zones: ['example.com.'], classes: ['denial'] }] },
]);

beforeAll(async () => {
  // Compiled here and now, not when another thread gets a core: how many rounds that takes is then the same
  // on every machine.
  setFlagsFromString('--no-concurrent-recompilation');
  const sinks: Sink[] = [];
  const gateway = {
    resources: ['Ingress', 'Service'],
    ttl: 60,
    nameServers: [{ name: 'ns1.kube-system', addresses: [] }],
  } as const;
  const watcher = new Watcher({
    readers: 1,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    views: [
      {
        gateways: ['example.com', 'example.org'].map((zone, i) => {
          return { ...gateway, zones: [zone], sources: [i] };
        }),
      },
    ],
    sources: ['read', 'never read'].map((label) => ({
      label,
      kinds: ['Ingress', 'Service'],
      source: { start: async (sink) => void sinks.push(sink), read: () => {}, keep: () => {} },
    })),
  });
  await watcher.run(new AbortController().signal);
  const [read] = sinks;
  if (read === undefined) throw new Error('no source was started');
  read.beginList('Ingress');
  const add = (name: string, addresses: number): void =>
    read.upsert('Ingress', `default/${name}`, {
      metadata: { name, namespace: 'default' },
      spec: { rules: [{ host: name }] },
      status: {
        loadBalancer: {
          ingress: Array.from({ length: addresses }, (_, i) => ({ ip: `198.51.100.${i + 1}` })),
        },
      },
    });
  for (const name of [www, '*.apps.example.com', 'host.ent.example.com']) add(name, 1);
  add('multi.example.com', 8);
  add('large.example.com', 60);
  read.endList('Ingress');
  read.beginList('Service');
  read.upsert('Service', 'kube-system/ns1', {
    spec: { type: 'LoadBalancer' },
    status: { loadBalancer: { ingress: [{ ip: '192.0.2.53' }] } },
  });
  read.endList('Service');
  read.flush();
  const counters = new Counters().memory;
  const [first] = watcher.handles;
  if (first === undefined) throw new Error('no snapshot');
  handle = first;
  const { memory: cookies } = new CookieKeeper();
  plainPath = new QueryPath(handle, 0, cookies, new Telemetry({ counters, queryLog }));
  setPath = plainPath.beside(SETTINGS);
  const rateLimits = allocateRateLimits(1024, Int32Array.of(1, 2));
  limitedPath = plainPath.beside(LIMITED_SETTINGS, rateLimits);
  path = limitedPath;
  for (const kind of LIMITED_KINDS) answer(kind, undefined);
  path = plainPath;
  const ask = (): Uint8Array => {
    const length = answer({ title: '', message: withCookie, rcode: NOERROR }, undefined);
    return memory.slice(length - 24, length);
  };
  withCookie.set(ask(), withCookie.length - 24);
  // A good one comes back as it is.
  expect(ask()).toEqual(withCookie.slice(-24));
});

const LISTENERS: ReadonlyMap<QueryFilter | undefined, AnsweringListener> = new Map(
  [undefined, EVERYTHING, DENIALS].map((log) => [
    log,
    { index: 0, stream: TRANSPORT.STREAM, log, detours: undefined, desk: undefined },
  ]),
);

/** Puts the message into the buffer, as a kernel would, and answers it there. */
function answer(
  { message, transport = TRANSPORT.UDP }: MessageKind,
  log: QueryFilter | undefined,
): number {
  for (let i = 0; i < message.length; i++) memory[i] = message[i] as number;
  const listener = LISTENERS.get(log) as AnsweringListener;
  return path.answer(memory, view, 0, message.length, 4096, transport, source, listener);
}

function serve(kind: MessageKind, log: QueryFilter | undefined): void {
  for (let i = 0; i < QUERIES; i++) answer(kind, log);
}

/** Octets that a round has added to the heap; undefined where something was collected meanwhile. */
function grownBy(round: () => void): number | undefined {
  const collections = new GCProfiler();
  collections.start();
  const before = used();
  const own = used() - before;
  round();
  const grown = used() - before - 2 * own;
  return collections.stop().statistics.length > 0 ? undefined : grown;
}

/** Exact to the octet, unlike `total_allocated_bytes`, which counts allocation buffers of 77 KB. */
function used(): number {
  return getHeapStatistics().used_heap_size;
}

/** @param prepare before each round, and not measured */
function growths(prepare: () => void, round: () => void): (number | undefined)[] {
  const rounds: (number | undefined)[] = [];
  while (rounds.length < ROUNDS && !isNothing(rounds.at(-1))) {
    prepare();
    rounds.push(grownBy(round));
  }
  return rounds;
}

function isNothing(octets: number | undefined): boolean {
  return octets !== undefined && octets >= 0 && octets <= OWN_OCTETS;
}

describe.each([
  ['without a log', KINDS, undefined, () => plainPath],
  ['with a log', KINDS, EVERYTHING, () => plainPath],
  ['with a log of some', KINDS, DENIALS, () => plainPath],
  ['with settings', SET_KINDS, undefined, () => setPath],
  ['with limits of rates', LIMITED_KINDS, undefined, () => limitedPath],
] as const)('%s', (_title, kinds, log, choose) => {
  const reader = new QueryLogReader(queryLog);
  beforeAll(() => {
    path = choose();
  });

  test.each(kinds)('$title', (kind) => {
    const length = answer(kind, log);
    const reply =
      length === 0
        ? undefined
        : {
            rcode: view.getUint16(2) & 15,
            counts: [view.getUint16(6), view.getUint16(8), view.getUint16(10)],
          };
    const { rcode, counts } = kind;
    expect(reply).toEqual(rcode === undefined ? undefined : { rcode, counts });

    serve(kind, log);
    const empty = (): void => void reader.drain(silent);
    const rounds = growths(empty, () => serve(kind, log));
    expect(rounds.at(-1), `octets in rounds of ${QUERIES}: ${rounds}`).toSatisfy(isNothing);
    expect(reader.dropped).toBe(0);
  });
});

test('a path beside another has its snapshot, and settings of its own', () => {
  path = setPath;
  const allowed = { title: '', message: compose(www, A), rcode: NOERROR };
  const filtered = { title: '', message: compose('large.example.com', A), rcode: NOERROR };
  for (const [kind, answers] of [
    [allowed, 1],
    [filtered, 0],
  ] as const) {
    expect(answer(kind, undefined)).toBeGreaterThan(0);
    expect([view.getUint16(2) & 15, view.getUint16(6)]).toEqual([NOERROR, answers]);
  }
});

describe('what is answered elsewhere', () => {
  const detours = new Detours({
    blocks: [
      {
        keys: ['.'],
        templates: [{ id: 0, type: TYPE.A, zones: ['example.com.'], literal: '_acme' }],
        fallthrough: [{ zone: 'example.com.', names: ['.'] }],
        forwards: [{ id: 0, from: '.', except: ['example.edu.'] }],
      },
    ],
  });
  const { UDP } = TRANSPORT;
  const wayBack = new Uint8Array(WAY_BACK_OCTETS);
  const counters = { received: 0, sent: 0, dropped: 0, sendErrors: 0, batches: 0, truncated: 0 };
  const sockets = { ...source, addresses: [], counters };

  test.each([
    ['no zone of ours', 'www.example.net'],
    ['a name that falls through', 'nope.example.com'],
    ['a name for a template', '_acme.example.com'],
  ])('%s', (_title, name) => {
    const ring = allocateDetourRing(2 ** Math.ceil(Math.log2(QUERIES)));
    const reader = new DetourRingReader(ring);
    const desk = new RingDesk({ rings: [ring], bell: new Bell().memory }, 0);
    desk.sockets = { ...sockets, wayBack: () => wayBack };
    const near = composePeer('10.0.0.1', 5353) ?? new Uint8Array();
    const client: PeerSource = { peer: () => near, peerFamily: () => 4 };
    const stream = TRANSPORT.STREAM;
    const listener: AnsweringListener = { index: 0, stream, log: undefined, detours, desk };
    const message = compose(name, TYPE.A);
    const round = (): void => {
      for (let i = 0; i < QUERIES; i++) {
        for (let k = 0; k < message.length; k++) memory[k] = message[k] as number;
        const { length } = message;
        const reply = plainPath.answer(memory, view, 0, length, 4096, UDP, client, listener);
        if (reply !== 0) throw new Error('it was not taken');
      }
    };
    const empty = (): void => {
      while (reader.take() !== undefined);
    };
    round();
    const rounds = growths(empty, round);
    expect(rounds.at(-1), `octets in rounds of ${QUERIES}: ${rounds}`).toSatisfy(isNothing);
  });
});
