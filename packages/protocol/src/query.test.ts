import { describe, expect, it } from 'vitest';
import { composeQuery, composeRecord, query, question } from '../../../test/support/dns/query.ts';
import { dnsPacket } from '../test-support/dns-packet.ts';
import { established, parseAmid, parseAtEnd } from '../test-support/parsing.ts';
import { Random, seeds } from '../test-support/random.ts';
import { CLASS, formatName, LIMIT, OPCODE, TYPE, VERDICT } from './index.ts';

const { ANSWER, DROP, FORMERR, NOTIMP, BADVERS, COOKIE } = VERDICT;

const ROOT = Buffer.of(0);
const record = (owner: Uint8Array, type: number = TYPE.A, length?: number) =>
  composeRecord(owner, type, CLASS.IN, 0, Buffer.alloc(4), length);
/** A question for any octets in place of QNAME. */
const named = (...octets: number[]) =>
  composeQuery({ questions: [{ name: Uint8Array.from(octets), type: 1, class: 1 }] });
const label = (length: number): number[] => [length, ...Array<number>(length).fill(0x61)];

describe('a question', () => {
  it('is read as it stands, its name folded', () => {
    const { verdict, query: parsed } = parseAtEnd(query('WwW.Example.COM. CH TYPE65280'));
    expect(verdict).toBe(ANSWER);
    expect(parsed).toMatchObject({
      hasQuestion: true,
      hasEdns: false,
      nameLength: 17,
      labelCount: 3,
      type: 65_280,
      class: CLASS.CH,
      questionEnd: 12 + 17 + 4,
      udpSize: 512,
      opcode: OPCODE.QUERY,
    });
    expect(formatName(parsed.name)).toBe('www.example.com.');
    expect([...parsed.labels.subarray(0, 3)]).toEqual([0, 4, 12]);
  });

  it('may be for the root', () => {
    const { verdict, query: parsed } = parseAtEnd(query('. NS'));
    expect(verdict).toBe(ANSWER);
    expect(parsed).toMatchObject({ nameLength: 1, labelCount: 0, questionEnd: 17 });
  });

  it('folds A-Z and nothing else', () => {
    const octets = Array.from({ length: 256 }, (_, octet) => octet);
    for (let from = 0; from < 256; from += 32) {
      const some = octets.slice(from, from + 32);
      const { query: parsed } = parseAtEnd(named(32, ...some, 0));
      const folded = some.map((octet) => (octet > 64 && octet < 91 ? octet + 32 : octet));
      expect([...parsed.name.subarray(1, 33)]).toEqual(folded);
    }
  });
});

const names: readonly (readonly [string, readonly number[], number])[] = [
  ['a label of 63 octets', [...label(63), 0], ANSWER],
  ['a label of 64 octets', [...label(64), 0], FORMERR],
  ['an extended label type (RFC 6891 5)', [0x41, 0, 0], FORMERR],
  ['255 octets', [...label(63), ...label(63), ...label(63), ...label(61), 0], ANSWER],
  ['256 octets', [...label(63), ...label(63), ...label(63), ...label(62), 0], FORMERR],
  ['127 labels', [...Array.from({ length: 127 }, () => label(1)).flat(), 0], ANSWER],
  ['128 labels', [...Array.from({ length: 128 }, () => label(1)).flat(), 0], FORMERR],
  ['a pointer', [0xc0, 0x0c], FORMERR],
  ['a pointer behind a label', [1, 0x61, 0xc0, 0x0c], FORMERR],
  ['no root', [3, 0x77, 0x77, 0x77], FORMERR],
];

const messages: readonly (readonly [string, Uint8Array, number])[] = [
  ['nothing', Buffer.alloc(0), DROP],
  ['eleven octets', Buffer.alloc(11), DROP],
  ['a header alone', Buffer.alloc(12), FORMERR],
  ['a reply', query('example.com. A', { flags: 'qr' }), DROP],
  ['a reply of another opcode', query('example.com. A', { flags: 'qr', opcode: 5 }), DROP],
  ['no question', composeQuery({}), FORMERR],
  ['no question but OPT', composeQuery({ edns: {} }), FORMERR],
  ['no question but EDNS 1', composeQuery({ edns: { version: 1 } }), BADVERS],
  ['QDCOUNT 2 (RFC 9619)', query('example.com. A', { counts: { qd: 2 } }), FORMERR],
  ['QDCOUNT 65535', query('example.com. A', { counts: { qd: 65_535 } }), FORMERR],
  ['QNAME without QTYPE', query('example.com. A').subarray(0, 25), FORMERR],
  ['QTYPE without QCLASS', query('example.com. A').subarray(0, 27), FORMERR],
  ['half of QCLASS', query('example.com. A').subarray(0, 28), FORMERR],
  ['one octet left over', query('example.com. A', { trailing: ROOT }), FORMERR],
  ['an answer', query('example.com. A', { answer: [record(ROOT)] }), FORMERR],
  ['an authority', query('example.com. A', { authority: [record(ROOT)] }), FORMERR],
  ['IXFR with its SOA', query('example.com. IXFR', { authority: [record(ROOT, 6)] }), ANSWER],
  [
    'IXFR with two',
    query('example.com. IXFR', { authority: [record(ROOT), record(ROOT)] }),
    FORMERR,
  ],
  ['IXFR, its SOA cut', query('example.com. IXFR', { authority: [record(ROOT, 6, 5)] }), FORMERR],
  ['an additional record', query('example.com. A', { additional: [record(ROOT)] }), ANSWER],
  [
    'one with a pointer',
    query('example.com. A', { additional: [record(Buffer.of(0xc0, 12))] }),
    ANSWER,
  ],
  ['one with half a pointer', query('example.com. A', { additional: [Buffer.of(0xc0)] }), FORMERR],
  [
    'one with an odd label',
    query('example.com. A', { additional: [record(Buffer.of(0x80))] }),
    FORMERR,
  ],
  [
    'one cut in its header',
    query('example.com. A', { additional: [record(ROOT).subarray(0, 8)] }),
    FORMERR,
  ],
  ['one cut in its RDATA', query('example.com. A', { additional: [record(ROOT, 1, 5)] }), FORMERR],
  ['one record too few', query('example.com. A', { counts: { ar: 1 } }), FORMERR],
  ['one record too many', query('example.com. A', { edns: {}, counts: { ar: 0 } }), FORMERR],
  ['another opcode', query('example.com. SOA', { opcode: 4 }), NOTIMP],
  ['another opcode, no sense', composeQuery({ opcode: 15, trailing: Buffer.alloc(3) }), NOTIMP],
];

const cookie = (length: number) => ({ options: [{ code: 10, data: Buffer.alloc(length) }] });
const opts: readonly (readonly [string, Parameters<typeof query>[1], number, object])[] = [
  ['plain', { edns: { udpSize: 1400 } }, ANSWER, { udpSize: 1400, dnssecOk: false }],
  ['DO', { edns: { dnssecOk: true } }, ANSWER, { dnssecOk: true }],
  ['other flags', { edns: { flags: 0x7fff } }, ANSWER, { dnssecOk: false }],
  [
    'an unknown option',
    { edns: { options: [{ code: 65_001, data: Buffer.alloc(9) }] } },
    ANSWER,
    {},
  ],
  ['a record before it', { additional: [record(ROOT)], edns: {} }, ANSWER, {}],
  ['version 1', { edns: { version: 1 } }, BADVERS, { ednsVersion: 1 }],
  ['version 255', { edns: { version: 255, udpSize: 700 } }, BADVERS, { udpSize: 700 }],
  [
    'version 1 and senseless options',
    { edns: { version: 1, rdata: Buffer.alloc(3) } },
    BADVERS,
    {},
  ],
  ['two', { edns: [{}, {}] }, FORMERR, {}],
  ['two, one of version 1', { edns: [{ version: 1 }, {}] }, FORMERR, {}],
  ['an owner name', { edns: { owner: Buffer.of(1, 0x61, 0) } }, FORMERR, {}],
  ['a pointer for an owner', { edns: { owner: Buffer.of(0xc0, 12) } }, FORMERR, {}],
  ['RDLENGTH beyond the end', { edns: { rdlength: 1 } }, FORMERR, {}],
  ['half an option header', { edns: { rdata: Buffer.of(0, 10, 0) } }, FORMERR, {}],
  ['an option cut off', { edns: { rdata: Buffer.of(0, 3, 0, 2, 1) } }, FORMERR, {}],
  ['octets behind it', { edns: {}, trailing: ROOT }, FORMERR, {}],
  ...[8, 16, 17, 39, 40].map(
    (length) => [`a cookie of ${length}`, { edns: cookie(length) }, ANSWER, {}] as const,
  ),
  ...[0, 1, 7, 9, 15, 41, 100].map(
    (length) => [`a cookie of ${length}`, { edns: cookie(length) }, FORMERR, {}] as const,
  ),
];

/** Octets that can be told from any others here. */
const cookies = (...lengths: readonly number[]) => ({
  options: lengths.map((length, i) => ({ code: 10, data: Buffer.alloc(length, 0xc0 + i) })),
});

describe('the COOKIE that counts', () => {
  /** Its octets, in hex. */
  const cookieOf = (message: Uint8Array): { verdict: number; cookie: string } => {
    const { verdict, query: parsed, offset } = parseAtEnd(message);
    const start = parsed.cookieAt - offset;
    const octets = message.subarray(start, start + parsed.cookieLength);
    return {
      verdict,
      cookie: parsed.cookieLength === 0 ? '' : Buffer.from(octets).toString('hex'),
    };
  };
  const other = { code: 65_001, data: Buffer.alloc(5) };
  const { options: both } = cookies(24, 8);

  it.each([
    ['the only one', cookies(8), 'c0'.repeat(8)],
    ['between others', { options: [other, ...cookies(24).options, other] }, 'c0'.repeat(24)],
    ['the first of two (RFC 7873 5.2)', { options: both }, 'c0'.repeat(24)],
    ['the first, be a second malformed', cookies(40, 9), 'c0'.repeat(40)],
    ['none', { options: [other] }, ''],
    ['none at all', {}, ''],
  ])('is %s', (_, edns, expected) => {
    expect(cookieOf(query('example.com. A', { edns }))).toEqual({
      verdict: ANSWER,
      cookie: expected,
    });
  });

  it.each([
    ['malformed', query('example.com. A', { edns: cookies(9, 8) }), FORMERR, 0],
    ['cut off', query('example.com. A', { edns: cookies(8) }).subarray(0, -1), FORMERR, 0],
    [
      'of another EDNS version',
      query('example.com. A', { edns: { version: 1, ...cookies(8) } }),
      BADVERS,
      0,
    ],
    [
      'before options that are not',
      query('example.com. A', {
        edns: { rdata: Buffer.from(`000a0008${'c0'.repeat(8)}00`, 'hex') },
      }),
      FORMERR,
      8,
    ],
    [
      'in the first of two OPT',
      query('example.com. A', { edns: [cookies(8), cookies(24)] }),
      FORMERR,
      8,
    ],
    [
      'behind two questions',
      composeQuery({ questions: [question('example.com. A'), question('. NS')], edns: cookies(8) }),
      FORMERR,
      8,
    ],
    [
      'behind an answer',
      query('example.com. A', { answer: [record(ROOT)], edns: cookies(24) }),
      FORMERR,
      24,
    ],
    ['of another opcode', query('example.com. SOA', { opcode: 4, edns: cookies(8) }), NOTIMP, 8],
  ])('is read as far as can be: %s', (_, message, verdict, length) => {
    expect(cookieOf(message)).toEqual({ verdict, cookie: 'c0'.repeat(length) });
  });

  it.each([
    ['a client cookie', composeQuery({ edns: cookies(8) }), COOKIE],
    ['both parts', composeQuery({ edns: cookies(24) }), COOKIE],
    ['a record before it', composeQuery({ additional: [record(ROOT)], edns: cookies(8) }), COOKIE],
    ['a malformed one', composeQuery({ edns: cookies(7) }), FORMERR],
    ['an answer', composeQuery({ answer: [record(ROOT)], edns: cookies(8) }), FORMERR],
    ['an authority', composeQuery({ authority: [record(ROOT)], edns: cookies(8) }), FORMERR],
    ['octets left over', composeQuery({ edns: cookies(8), trailing: ROOT }), FORMERR],
    ['another opcode', composeQuery({ opcode: 5, edns: cookies(8) }), NOTIMP],
  ])('may be all there is (RFC 7873 5.4): %s', (_, message, verdict) => {
    const { verdict: said, query: parsed } = parseAtEnd(message);
    expect(said).toBe(verdict);
    expect(parsed).toMatchObject({ hasQuestion: false, hasEdns: true, questionEnd: 12 });
  });
});

describe('verdicts', () => {
  it.each(names)('QNAME: %s', (_, octets, verdict) => {
    expect(parseAtEnd(named(...octets)).verdict).toBe(verdict);
  });

  it.each(messages)('message: %s', (_, octets, verdict) => {
    expect(parseAtEnd(octets).verdict).toBe(verdict);
  });

  it.each(opts)('OPT: %s', (_, rest, verdict, fields) => {
    const { verdict: said, query: parsed } = parseAtEnd(query('example.com. A', rest));
    expect(said).toBe(verdict);
    expect(parsed).toMatchObject({ hasQuestion: true, hasEdns: true, ...fields });
  });

  it.each([
    ['no question', '000100000000000000000001', ''],
    ['two questions', '000100000002000000000001', '00000100010000010001'],
    ['an answer', '000100000001000100000001', '000001000100000100010000000000040a000001'],
    ['an opcode that gives its sections a meaning', '000128000001000000000001', '0000060001'],
  ])('sees the OPT behind %s', (_, header, sections) => {
    const { verdict, query: parsed } = parseAtEnd(
      Buffer.from(`${header}${sections}00002904d0000080000000`, 'hex'),
    );
    expect([FORMERR, VERDICT.NOTIMP]).toContain(verdict);
    expect(parsed).toMatchObject({ hasEdns: true, dnssecOk: true, udpSize: 1232 });
  });

  it('says a question was read only where all of it was', () => {
    const whole = query('example.com. A');
    for (let length = 0; length < whole.length; length++) {
      expect(parseAtEnd(whole.subarray(0, length)).query.hasQuestion).toBe(false);
    }
    expect(parseAtEnd(whole).query.hasQuestion).toBe(true);
  });
});

function mutated(random: Random): Uint8Array {
  if (random.oneIn(8)) return random.octets(random.below(80));
  if (random.oneIn(8)) return composeQuery({ edns: cookies(random.below(42), random.below(42)) });
  const sane = query(random.pick(['www.example.com. A', '. IXFR', 'a.b.c.d.example.org. AAAA']), {
    ...(random.oneIn(3) ? { additional: [record(ROOT)] } : {}),
    ...(random.oneIn(3) ? {} : { edns: cookie(random.below(42)) }),
  });
  const octets = [...sane];
  for (let changes = random.below(4); changes > 0; changes--) {
    const at = random.below(octets.length);
    if (random.oneIn(3)) octets.splice(at, random.below(3), ...random.octets(random.below(3)));
    else octets[at] = random.pick([0, 1, 0x3f, 0x40, 0xc0, 0xff, random.below(256)]);
  }
  if (random.oneIn(4)) octets.length = random.below(octets.length + 1);
  // Most keep an ordinary header, so that what follows is looked at.
  if (!random.oneIn(4)) octets.splice(0, 6, 1, 2, 0, 0, 0, 1);
  return Uint8Array.from(octets);
}

describe('any octets', () => {
  it.each(seeds(20))('neither throw nor make what is around them matter, seed %i', (seed) => {
    const random = new Random(seed);
    for (let i = 0; i < 2000; i++) {
      const message = mutated(random);
      const note = `SEED=${seed} ${Buffer.from(message).toString('hex')}`;
      const parsed = parseAtEnd(message);
      const said = established(parsed);
      expect(established(parseAmid(message, 0)), note).toEqual(said);
      expect(established(parseAmid(message, 0xc0)), note).toEqual(said);
      const { query: read } = parsed;
      expect(read.nameLength, note).toBeLessThanOrEqual(LIMIT.NAME);
      expect(read.questionEnd, note).toBeLessThanOrEqual(Math.max(message.length, LIMIT.HEADER));
      if (parsed.verdict === ANSWER) expect(read.hasQuestion, note).toBe(true);
      if (parsed.verdict === COOKIE) expect(read.hasQuestion, note).toBe(false);
      if (read.cookieLength !== 0) {
        const end = read.cookieAt - parsed.offset + read.cookieLength;
        expect(end, note).toBeLessThanOrEqual(message.length);
      }
    }
  });
});

describe('dns-packet composes', () => {
  const types = ['A', 'AAAA', 'NS', 'SOA', 'TXT', 'CNAME', 'MX', 'SRV', 'CAA', 'DS'] as const;
  const numbers = [1, 28, 2, 6, 16, 5, 15, 33, 257, 43];

  it.each(seeds(5))('what is read as it was meant, seed %i', (seed) => {
    const random = new Random(seed);
    for (let i = 0; i < 300; i++) {
      const labels = Array.from({ length: random.below(6) }, () =>
        Buffer.from(random.octets(1 + random.below(12)))
          .toString('hex')
          .slice(0, 1 + random.below(20)),
      );
      const name = labels.join('.');
      const which = random.below(types.length);
      const edns = random.oneIn(2);
      const udpPayloadSize = 512 + random.below(4096);
      const message = dnsPacket.encode({
        type: 'query',
        id: random.below(65_536),
        questions: [{ name, type: types[which] as string }],
        ...(edns
          ? {
              additionals: [{ type: 'OPT', name: '.', udpPayloadSize, flags: 0x8000, options: [] }],
            }
          : {}),
      });
      const { verdict, query: read } = parseAtEnd(message);
      expect(verdict).toBe(ANSWER);
      expect(formatName(read.name)).toBe(name === '' ? '.' : `${name}.`);
      expect(read).toMatchObject({ type: numbers[which], class: CLASS.IN, hasEdns: edns });
      if (edns) expect(read).toMatchObject({ udpSize: udpPayloadSize, dnssecOk: true });
    }
  });
});
