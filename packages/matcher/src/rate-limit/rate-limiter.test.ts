// Who is limited, when, and how, by a clock that the tests turn.

import { RCODE, ServerCookies, TYPE } from '@seamark/protocol';
import { describe, expect, it } from 'vitest';
import { parseMessage } from '../../../../test/support/dns/message.ts';
import { composeQuery, type EdnsSpec } from '../../../../test/support/dns/query.ts';
import { responderFor } from '../../test-support/asking.ts';
import { zone } from '../../test-support/zones.ts';
import {
  ANSWER_CLASS,
  allocateRateLimits,
  type Client,
  JUDGEMENT,
  type Judgement,
  LimitedBoard,
  QUIET_AFTER,
  RateLimiter,
  type RateLimitMemory,
  type RateLimits,
  TRANSPORT,
  viewRateLimits,
} from '../index.ts';

const NOW = 1_800_000_000;
const KEY = Int32Array.of(0x12345678, -0x12345678);
const LIMITS: RateLimits = {
  ...{ responses: 3, nodata: 3, nxdomains: 3, referrals: 3, errors: 3, amplified: 0, requests: 0 },
  ...{ window: 5, slip: 0, ipv4Prefix: 24, ipv6Prefix: 56, exempt: [], reportOnly: false },
};
const ZONES = [
  zone(
    'example.com.',
    `@ 60 SOA ns1.example.com. h.example.com. 1 2 3 4 5
     www 60 A 192.0.2.1
     www 60 AAAA 2001:db8::1
     other 60 A 192.0.2.2
     *.apps 60 A 192.0.2.3
     *.cname 60 CNAME www.example.com.
     alias 60 CNAME www.example.net.
     *.lost 60 CNAME nowhere.example.com.
     sub 60 NS ns1.sub.example.com.
     ns1.sub 60 A 192.0.2.4
     ${Array.from({ length: 20 }, (_, i) => `many 60 A 192.0.2.${i}`).join('\n')}
     ${Array.from({ length: 200 }, (_, i) => `most 60 A 198.51.100.${i}`).join('\n')}`,
  ),
  zone('example.org.', '@ 60 SOA ns1.example.org. h.example.org. 1 2 3 4 5'),
];
const { PASS, LET_PASS, DROP, DROP_REQUEST, TRUNCATE, BADCOOKIE } = JUDGEMENT;

function peerOf(address: string): Client {
  const [, , , last = '0'] = address.split('.');
  const octets = Uint8Array.of(...[4, 0, 0, 53], ...new Uint8Array(10), 0xff, 0xff, 0, 0, 0, 0);
  octets.set(address.split('.').map(Number), 16);
  expect(octets[19]).toBe(Number(last));
  return { peer: () => octets };
}

function ipv6Peer(...words: readonly number[]): Client {
  const octets = new Uint8Array(20);
  octets[0] = 6;
  for (const [i, word] of words.entries()) octets.set([word >> 8, word & 255], 4 + 2 * i);
  return { peer: () => octets };
}

const HOME = peerOf('192.0.2.7');

/** A responder with a limiter, as a worker has them. */
class Worker {
  readonly clock = Int32Array.of(NOW);
  readonly memory: RateLimitMemory;
  readonly responder;
  readonly limiter: RateLimiter;

  constructor(
    limits: Partial<RateLimits> = {},
    { memory = allocateRateLimits(1024, KEY), zones = ['.'] } = {},
  ) {
    this.memory = memory;
    const cookies = new ServerCookies(Buffer.from('a secret, shared'), this.clock);
    this.responder = responderFor(ZONES, { cookies, nsid: 'n'.repeat(200) });
    const rules = [{ zones, limits: { ...LIMITS, ...limits } }];
    this.limiter = new RateLimiter(rules, memory, this.clock);
  }

  /** @returns what becomes of the reply, and the reply as it would leave; none where it does not */
  ask(
    name: string,
    { type = TYPE.A, from = HOME, edns }: { type?: number; from?: Client; edns?: EdnsSpec } = {},
  ): { judgement: Judgement; reply: Uint8Array; asked: number } {
    const query = composeQuery({
      questions: [{ name: `${name}.`, type, class: 1 }],
      ...(edns === undefined ? {} : { edns }),
    });
    const memory = new Uint8Array(4096);
    memory.set(query);
    const view = new DataView(memory.buffer);
    const { responder } = this;
    const made = responder.answer(memory, view, 0, query.length, 4096, TRANSPORT.UDP, from);
    const judgement = this.limiter.judge(responder, from, query.length, made);
    let length = made;
    if (judgement === DROP || judgement === DROP_REQUEST) length = 0;
    if (judgement === TRUNCATE) length = responder.shorten(memory, view, 0);
    if (judgement === BADCOOKIE) length = responder.shorten(memory, view, 0, RCODE.BADCOOKIE);
    return { judgement, reply: memory.slice(0, length), asked: query.length };
  }

  /** What becomes of so many, one after the other. */
  say(
    count: number,
    name: string | ((i: number) => string),
    rest: Parameters<Worker['ask']>[1] = {},
  ) {
    const nameOf = typeof name === 'string' ? () => name : name;
    return Array.from({ length: count }, (_, i) => this.ask(nameOf(i), rest).judgement);
  }

  wait(seconds: number): void {
    this.clock[0] = (this.clock[0] ?? 0) + seconds;
  }
}

const passes = (judgements: readonly Judgement[]): number =>
  judgements.filter((judgement) => judgement === PASS).length;

describe('a rate', () => {
  it('lets so many pass in a second, and no more until it is over', () => {
    const worker = new Worker();
    expect(worker.say(5, 'www.example.com')).toEqual([PASS, PASS, PASS, DROP, DROP]);
    worker.wait(1);
    // Two of the three that it earns it owes for the two that were too much.
    expect(worker.say(3, 'www.example.com')).toEqual([PASS, DROP, DROP]);
  });

  it('is nothing to whoever keeps within it, for ever', () => {
    const worker = new Worker();
    for (let second = 0; second < 100; second++) {
      expect(passes(worker.say(3, 'www.example.com'))).toBe(3);
      worker.wait(1);
    }
  });

  it('saves up no more than a second', () => {
    const worker = new Worker();
    worker.say(1, 'www.example.com');
    worker.wait(4000);
    expect(passes(worker.say(10, 'www.example.com'))).toBe(3);
  });

  it('is owed for as long as the window, and not longer, whatever came', () => {
    const worker = new Worker();
    worker.say(10_000, 'www.example.com');
    for (let second = 1; second <= 5; second++) {
      worker.wait(1);
      // Each is one more to pay for.
      if (second < 5) expect(passes(worker.say(1, 'www.example.com'))).toBe(0);
    }
    worker.wait(5);
    expect(passes(worker.say(1, 'www.example.com'))).toBe(1);
  });

  it('of less than one a second', () => {
    const worker = new Worker({ responses: 0.5, window: 10 });
    expect(worker.say(2, 'www.example.com')).toEqual([PASS, DROP]);
    worker.wait(4);
    expect(worker.say(2, 'www.example.com')).toEqual([PASS, DROP]);
  });

  it.each([0.001, 1, 999_999, 1_000_000_000])('of %d a second goes by the same rules', (rate) => {
    const worker = new Worker({ responses: rate, window: 3600 });
    expect(passes(worker.say(2, 'www.example.com'))).toBe(rate > 1 ? 2 : 1);
    worker.wait(3600);
    expect(passes(worker.say(1, 'www.example.com'))).toBe(1);
  });

  it('of 0 is none', () => {
    const worker = new Worker({ responses: 0 });
    expect(passes(worker.say(1000, 'www.example.com'))).toBe(1000);
    expect(passes(worker.say(5, 'nope.example.com'))).toBe(3);
  });

  it.each([2 ** 31 - 1, 2 ** 32 - 1])('goes on as the clock passes %i', (end) => {
    const worker = new Worker();
    worker.clock[0] = end | 0;
    expect(passes(worker.say(5, 'www.example.com'))).toBe(3);
    worker.wait(6);
    expect(passes(worker.say(5, 'www.example.com'))).toBe(3);
  });

  it('gives nothing for a clock that is set back, and stops nobody for longer', () => {
    const worker = new Worker();
    worker.say(4, 'www.example.com');
    worker.wait(-1000);
    expect(passes(worker.say(1, 'www.example.com'))).toBe(0);
    worker.wait(6);
    expect(passes(worker.say(1, 'www.example.com'))).toBe(1);
  });
});

describe('answers are alike', () => {
  it.each<[what: string, name: (i: number) => string, type?: number]>([
    ['of names that are not there', (i) => `n${i}.example.com`],
    ['of names that are not there, whatever the type', (i) => `n${i}.example.com`, TYPE.TXT],
    ['of a wildcard', (i) => `n${i}.apps.example.com`],
    ['of a wildcard, deeper', (i) => `a.b.n${i}.apps.example.com`],
    ['of a wildcard that has another type', (i) => `n${i}.apps.example.com`, TYPE.AAAA],
    ['of a wildcard CNAME', (i) => `n${i}.cname.example.com`],
    ['of a wildcard CNAME to nothing', (i) => `n${i}.lost.example.com`],
    ['of a delegation', (i) => `n${i}.sub.example.com`],
    ['of names that are not ours', (i) => `n${i}.example.net`],
    ['of names in any case', (i) => (i % 2 === 0 ? 'www.example.com' : 'WWW.example.COM')],
  ])('%s', (_, name, type = TYPE.A) => {
    expect(passes(new Worker().say(50, name, { type }))).toBe(3);
  });

  it.each(['x.cname.example.com', 'x.lost.example.com', 'alias.example.com'])(
    'of an alias, whatever type is asked for: %s',
    (name) => {
      const worker = new Worker();
      const types = Array.from({ length: 50 }, (_, i) => 1 + i).filter((type) => type !== TYPE.OPT);
      const judgements = types.flatMap((type) => worker.say(1, name, { type }));
      // CNAME itself, which is where it ends, is one more.
      expect(passes(judgements)).toBeLessThanOrEqual(4);
    },
  );

  it('of one name and type alone', () => {
    const worker = new Worker();
    worker.say(50, 'www.example.com');
    expect(passes(worker.say(50, 'www.example.com', { type: TYPE.AAAA }))).toBe(3);
    expect(passes(worker.say(50, 'other.example.com'))).toBe(3);
    expect(passes(worker.say(50, 'x.apps.example.com'))).toBe(3);
    // NODATA: of one name, whatever the type.
    expect(passes(worker.say(50, 'www.example.com', { type: TYPE.TXT }))).toBe(3);
    expect(passes(worker.say(50, 'www.example.com', { type: TYPE.MX }))).toBe(0);
    expect(passes(worker.say(50, 'other.example.com', { type: TYPE.TXT }))).toBe(3);
    // NXDOMAIN: of one zone.
    expect(passes(worker.say(50, (i) => `n${i}.example.com`))).toBe(3);
    expect(passes(worker.say(50, (i) => `n${i}.example.org`))).toBe(3);
  });

  it('to one network alone', () => {
    const worker = new Worker();
    worker.say(50, 'www.example.com');
    const say = (from: Client): number => passes(worker.say(50, 'www.example.com', { from }));
    expect(say(peerOf('192.0.2.255'))).toBe(0);
    expect(say(peerOf('192.0.3.7'))).toBe(3);
    expect(say(ipv6Peer(0x2001, 0xdb8, 1, 0x1ff, 0, 0, 0, 1))).toBe(3);
    expect(say(ipv6Peer(0x2001, 0xdb8, 1, 0x100, 9, 9, 9, 9))).toBe(0);
    expect(say(ipv6Peer(0x2001, 0xdb8, 1, 0x200, 0, 0, 0, 1))).toBe(3);
  });

  it('to one network of another size', () => {
    const worker = new Worker({ ipv4Prefix: 32, ipv6Prefix: 64 });
    worker.say(50, 'www.example.com');
    const say = (from: Client): number => passes(worker.say(50, 'www.example.com', { from }));
    expect(say(peerOf('192.0.2.8'))).toBe(3);
    expect(say(ipv6Peer(0x2001, 0xdb8, 1, 1, 1))).toBe(3);
    expect(say(ipv6Peer(0x2001, 0xdb8, 1, 1, 2))).toBe(0);
    expect(say(ipv6Peer(0x2001, 0xdb8, 1, 2))).toBe(3);
  });
});

describe('what is too much', () => {
  it.each([
    [0, [DROP, DROP, DROP, DROP]],
    [1, [TRUNCATE, TRUNCATE, TRUNCATE, TRUNCATE]],
    [2, [DROP, TRUNCATE, DROP, TRUNCATE]],
    [3, [DROP, DROP, TRUNCATE, DROP]],
    [10, [DROP, DROP, DROP, DROP]],
  ])('is cut short every %i times', (slip, expected) => {
    const worker = new Worker({ slip });
    expect(worker.say(7, 'www.example.com').slice(3)).toEqual(expected);
  });

  it.each([
    ['www.example.com', RCODE.NOERROR, undefined],
    ['nope.example.com', RCODE.NXDOMAIN, undefined],
    ['www.example.com', RCODE.NOERROR, {}],
  ])('has nothing but the question and TC: %s', (name, rcode, edns) => {
    const worker = new Worker({ slip: 1 });
    worker.say(3, name);
    const { reply } = worker.ask(name, edns === undefined ? {} : { edns });
    const message = parseMessage(reply);
    expect(message).toMatchObject({ rcode, answer: [], authority: [] });
    expect(message.flags).toContain('tc');
    expect(message.question).toHaveLength(1);
    expect(message.edns === undefined).toBe(edns === undefined);
  });

  it('is BADCOOKIE to a client with a cookie of its own, and what that learns lets it pass', () => {
    const worker = new Worker({ slip: 1 });
    const cookie = Buffer.from('0123456789abcdef', 'hex');
    const withCookie = (data: Uint8Array): EdnsSpec => ({ options: [{ code: 10, data }] });
    worker.say(3, 'www.example.com');
    const { judgement, reply } = worker.ask('www.example.com', { edns: withCookie(cookie) });
    expect(judgement).toBe(BADCOOKIE);
    const message = parseMessage(reply);
    expect(message).toMatchObject({ rcode: RCODE.BADCOOKIE, answer: [] });
    expect(message.flags).not.toContain('tc');
    const learnt = message.edns?.options.find(({ code }) => code === 10)?.data ?? Buffer.of();
    expect(learnt).toHaveLength(24);
    const edns = withCookie(learnt);
    expect(passes(worker.say(100, 'www.example.com', { edns }))).toBe(100);
    // Of one address alone.
    const from = peerOf('192.0.2.8');
    expect(worker.ask('www.example.com', { edns, from }).judgement).toBe(BADCOOKIE);
  });

  it('passes as it is where it is an error, for nobody asks for it over TCP', () => {
    const worker = new Worker({ slip: 2 });
    const judgements = worker.say(6, 'www.example.net');
    expect(judgements).toEqual([PASS, PASS, PASS, DROP, LET_PASS, DROP]);
  });

  it('is counted, and sent, with reportOnly', () => {
    const worker = new Worker({ reportOnly: true, slip: 1 });
    expect(worker.say(4, 'www.example.com').slice(3)).toEqual([LET_PASS]);
  });

  it('is nothing to networks that are exempt', () => {
    const worker = new Worker({ exempt: ['192.0.2.0/29', '2001:db8::/48'] });
    expect(passes(worker.say(50, 'www.example.com'))).toBe(50);
    expect(passes(worker.say(50, 'www.example.com', { from: peerOf('192.0.2.8') }))).toBe(3);
    expect(passes(worker.say(50, 'www.example.com', { from: ipv6Peer(0x2001, 0xdb8, 0, 1) }))).toBe(
      50,
    );
  });

  it('is so of all sorts together, for requests', () => {
    const worker = new Worker({ responses: 0, nxdomains: 0, requests: 4, slip: 1 });
    const judgements = worker.say(6, (i) => `n${i}.example.com`);
    expect(judgements).toEqual([PASS, PASS, PASS, PASS, DROP_REQUEST, DROP_REQUEST]);
  });
});

describe('answers of more than twice their question', () => {
  const none = { responses: 0, nodata: 0, nxdomains: 0, referrals: 0, errors: 0 };

  it('are cut short beyond their rate, whatever they are of', () => {
    const worker = new Worker({ ...none, amplified: 2, slip: 0 });
    const edns = { udpSize: 4096 };
    expect(worker.say(4, 'many.example.com', { edns })).toEqual([PASS, PASS, TRUNCATE, TRUNCATE]);
    // An answer that is short goes on.
    expect(passes(worker.say(10, 'www.example.com', { edns }))).toBe(10);
    worker.wait(6);
    expect(worker.ask('many.example.com', { edns }).judgement).toBe(PASS);
  });

  it('are never sent beyond it, whatever is asked how: to the octet', () => {
    const cookie = { code: 10, data: Buffer.from('0123456789abcdef', 'hex') };
    const nsid = { code: 3, data: new Uint8Array() };
    const specs: readonly (EdnsSpec | undefined)[] = [
      undefined,
      {},
      { options: [nsid] },
      { options: [cookie] },
      { options: [cookie, nsid] },
      { dnssecOk: true, options: [nsid] },
    ];
    const worker = new Worker({ ...none, amplified: 1, slip: 0 });
    worker.ask('many.example.com', { edns: { udpSize: 4096 } });
    const names = [
      'many.example.com',
      'most.example.com',
      'nope.example.com',
      '',
      'sub.example.com',
      'x.org',
    ];
    let cut = 0;
    for (const name of names) {
      for (const type of [TYPE.A, TYPE.ANY, TYPE.SOA, TYPE.NS]) {
        for (const edns of specs) {
          const asking = edns === undefined ? {} : { edns };
          const { judgement, reply, asked } = worker.ask(name, { type, ...asking });
          expect([name, type, edns, reply.length <= 2 * asked]).toEqual([name, type, edns, true]);
          if (judgement !== PASS) cut += 1;
        }
      }
    }
    expect(cut).toBeGreaterThan(10);
  });
});

describe('the table', () => {
  it('is one for several threads', () => {
    const one = new Worker();
    const two = new Worker({}, { memory: one.memory });
    expect([...one.say(2, 'www.example.com'), ...two.say(2, 'www.example.com')]).toEqual([
      PASS,
      PASS,
      PASS,
      DROP,
    ]);
  });

  it('tells names of one snapshot from those of another; errors are those of both', () => {
    const worker = new Worker();
    worker.say(9, 'www.example.com');
    worker.say(9, 'nope.example.com');
    worker.say(9, 'www.example.net');
    const rules = [{ zones: ['.'], limits: LIMITS }];
    Object.assign(worker, { limiter: new RateLimiter(rules, worker.memory, worker.clock, 1) });
    expect(passes(worker.say(9, 'www.example.com'))).toBe(3);
    expect(passes(worker.say(9, 'nope.example.com'))).toBe(3);
    expect(passes(worker.say(9, 'www.example.net'))).toBe(0);
  });

  it('keeps whoever is limited, whatever sources a flood has', () => {
    const worker = new Worker({}, { memory: allocateRateLimits(64, KEY) });
    worker.say(10, 'www.example.com');
    for (let i = 0; i < 20_000; i++) {
      worker.ask('www.example.com', { from: peerOf(`10.${i >> 8}.${i & 255}.1`) });
      if (i % 100 === 0) {
        worker.wait(i % 1000 === 0 ? 1 : 0);
        expect(passes(worker.say(4, 'www.example.com'))).toBeLessThan(4);
      }
    }
  });

  it.each([1, NOW, 2 ** 31 + 10_000_000, 2 ** 32 - 1])(
    'has room for as many as it has accounts at second %i',
    (second) => {
      const worker = new Worker({}, { memory: allocateRateLimits(4, KEY) });
      worker.clock[0] = second | 0;
      const asked = [
        ['www.example.com', TYPE.A],
        ['www.example.com', TYPE.AAAA],
        ['other.example.com', TYPE.A],
        ['x.apps.example.com', TYPE.A],
      ] as const;
      for (const [name, type] of asked) worker.say(3, name, { type });
      for (const [name, type] of asked) expect(passes(worker.say(1, name, { type }))).toBe(0);
    },
  );

  it('has a fixed size, a power of two of accounts', () => {
    const size = (accounts: number): number =>
      viewRateLimits(allocateRateLimits(accounts, KEY)).table.length / 4;
    expect([1, 4, 5, 100_000, 131_072].map(size)).toEqual([4, 4, 8, 131_072, 131_072]);
  });
});

describe('rules', () => {
  it('are of the names in their zones; where there are none, none limits; strays count with the first', () => {
    const worker = new Worker();
    const clock = Int32Array.of(NOW);
    const rules = [
      { zones: ['example.com.'], limits: LIMITS },
      { zones: ['apps.example.com.'] },
      { zones: ['example.org.'], limits: { ...LIMITS, nxdomains: 1 } },
    ];
    const limiter = new RateLimiter(rules, worker.memory, clock);
    Object.assign(worker, { limiter });
    expect(passes(worker.say(9, 'www.example.com'))).toBe(3);
    expect(passes(worker.say(9, 'x.apps.example.com'))).toBe(9);
    expect(passes(worker.say(9, 'x.example.org'))).toBe(1);
    expect(passes(worker.say(9, 'x.example.net'))).toBe(3);
  });
});

describe('the board', () => {
  it('has each network that is limited, from its first answer to a minute after its last', () => {
    const worker = new Worker();
    const board = new LimitedBoard(viewRateLimits(worker.memory).board);
    worker.say(3, 'www.example.com');
    expect(board.read(NOW)).toEqual([]);
    worker.say(5, 'www.example.com');
    worker.say(4, 'nope.example.com', { from: ipv6Peer(0x2001, 0xdb8, 1, 0x1ff, 7) });
    const ipv4 = { prefix: 120, count: 5, answerClass: ANSWER_CLASS.RESPONSE, isOver: false };
    const ipv6 = { prefix: 56, count: 1, answerClass: ANSWER_CLASS.NXDOMAIN, isOver: false };
    const found = board.read(NOW + QUIET_AFTER - 1);
    expect(found).toHaveLength(2);
    expect(found).toEqual(
      expect.arrayContaining([ipv4, ipv6].map((one) => expect.objectContaining(one))),
    );
    const addresses = found.map(({ address }) => Buffer.from(address).toString('hex')).sort();
    expect(addresses).toEqual([
      '00000000000000000000ffffc0000200',
      '20010db8000101000000000000000000',
    ]);
    expect(board.read(NOW + QUIET_AFTER).map(({ isOver }) => isOver)).toEqual([true, true]);
    expect(board.read(NOW + QUIET_AFTER)).toEqual([]);
  });

  it('has no more than 32, whatever a flood comes from', () => {
    const worker = new Worker({ errors: 1 });
    for (let i = 0; i < 2000; i++)
      worker.say(3, 'x.example.net', { from: peerOf(`10.${i >> 8}.${i & 255}.1`) });
    const board = new LimitedBoard(viewRateLimits(worker.memory).board);
    expect(board.read(NOW).length).toBeLessThanOrEqual(32);
    expect(board.read(NOW).length).toBeGreaterThan(16);
  });
});
