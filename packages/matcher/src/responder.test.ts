import { EDE, RCODE, ServerCookies } from '@seamark/protocol';
import { describe, expect, it } from 'vitest';
import {
  CLASS as CLASSES,
  RCODE as RCODES,
  rcodeName,
  TYPE as TYPES,
} from '../../../test/support/dns/codes.ts';
import { presentRecord } from '../../../test/support/dns/format.ts';
import { type Message, parseMessage } from '../../../test/support/dns/message.ts';
import { composeQuery, type EdnsSpec, query, question } from '../../../test/support/dns/query.ts';
import { ask, exchange, responderFor } from '../test-support/asking.ts';
import { CASE_ZONES, CASES, type Case } from '../test-support/cases.ts';
import { present, zone } from '../test-support/zones.ts';
import { type Client, TRANSPORT } from './index.ts';
import {
  type ReferenceAnswer,
  ReferenceMatcher,
  type ReferenceRecord,
} from './reference/reference-matcher.ts';

const sorted = (texts: readonly string[] = []) => [...texts].sort();

function sectionsOf(message: Message): Omit<Case, 'ask' | 'why'> {
  const texts = (section: Message['answer']) =>
    sorted(section.map((record) => presentRecord(record).toLowerCase()));
  return {
    rcode: rcodeName(message.rcode),
    answer: texts(message.answer),
    authority: texts(message.authority),
    additional: texts(message.additional),
    ede: message.edns?.errors[0]?.code ?? -1,
  };
}

function referenceSections(answer: ReferenceAnswer): Omit<Case, 'ask' | 'why'> {
  const texts = (records: readonly ReferenceRecord[]) =>
    sorted(records.map((record) => present(record)));
  return {
    rcode: rcodeName(answer.rcode),
    answer: texts(answer.answer),
    authority: texts(answer.authority),
    additional: texts(answer.additional),
    ede: answer.ede,
  };
}

describe('shared cases', () => {
  const responder = responderFor(CASE_ZONES);
  const reference = new ReferenceMatcher(CASE_ZONES);

  it.each(CASES)('$ask: $why', ({ ask: text, why: _, ...expected }) => {
    const { name, type, class: qclass } = question(text);
    const sections = {
      rcode: expected.rcode,
      answer: sorted(expected.answer),
      authority: sorted(expected.authority),
      additional: sorted(expected.additional),
      ede: expected.ede ?? -1,
    };
    const said = reference.answer(String(name), type, qclass);
    expect(referenceSections(said)).toEqual(sections);
    const reply = ask(responder, String(name), type, { class: qclass, edns: {} });
    expect(sectionsOf(reply)).toEqual(sections);
    // A referral alone says nothing of its own.
    const isReferral = sections.answer.length === 0 && / in ns /.test(sections.authority[0] ?? '');
    const decided = ['NOERROR', 'NXDOMAIN'].includes(expected.rcode) && !isReferral;
    expect(reply.flags.includes('aa')).toBe(decided);
    expect(said.authoritative).toBe(decided);
  });
});

describe('the message', () => {
  const responder = responderFor(CASE_ZONES);

  it('keeps ID, RD and the question as they came', () => {
    const sent = query('wWw.ExaMPLE.com. A', { id: 0xbeef, flags: 'rd ad cd' });
    const reply = exchange(responder, sent) ?? Buffer.alloc(0);
    const message = parseMessage(reply);
    expect(message.id).toBe(0xbeef);
    expect(message.flags.split(' ').sort()).toEqual(['aa', 'qr', 'rd']);
    expect(Buffer.from(reply.subarray(12, sent.length))).toEqual(sent.subarray(12));
    expect(message.answer.map(({ name }) => name)).toEqual([
      'wWw.ExaMPLE.com.',
      'wWw.ExaMPLE.com.',
    ]);
    expect(message.edns).toBeUndefined();
  });

  it('sets no AA for QCLASS * (RFC 1034 3.7.1)', () => {
    const reply = ask(responder, 'www.example.com.', TYPES.A, { class: CLASSES.ANY });
    expect(reply.rcode).toBe(RCODE.NOERROR);
    expect(reply.answer).toHaveLength(2);
    expect(reply.flags).toBe('qr');
  });

  it('answers ANY with one RRset (RFC 8482 4.1)', () => {
    const { answer } = ask(responder, 'www.example.com.', TYPES.ANY);
    expect(new Set(answer.map(({ type }) => type)).size).toBe(1);
  });

  it('lets the addresses take turns, for whoever asks both families as well', () => {
    const firsts = new Map<string, number>();
    for (let i = 0; i < 400; i++) {
      const [first] = ask(responder, 'www.example.com.', TYPES.A).answer;
      const text = first === undefined ? '' : presentRecord(first);
      firsts.set(text, (firsts.get(text) ?? 0) + 1);
      ask(responder, 'www.example.com.', TYPES.AAAA);
    }
    expect(firsts.size).toBe(2);
    // The generator starts from a constant: this can't fail by chance.
    for (const count of firsts.values()) expect(count).toBeGreaterThan(150);
  });

  it.each([
    ['a reply', query('www.example.com. A', { flags: 'qr' })],
    ['eleven octets', Buffer.alloc(11)],
    ['nothing', Buffer.alloc(0)],
  ])('says nothing to %s', (_, octets) => {
    expect(exchange(responder, octets)).toBeUndefined();
  });

  it.each([
    ['another opcode', query('www.example.com. A', { opcode: 4 }), 'NOTIMP', 1],
    [
      'another opcode and no sense',
      composeQuery({ opcode: 5, trailing: Buffer.alloc(7) }),
      'NOTIMP',
      0,
    ],
    ['no question', composeQuery({}), 'FORMERR', 0],
    ['octets left over', query('www.example.com. A', { trailing: Buffer.of(0) }), 'FORMERR', 1],
    ['EDNS 1', query('www.example.com. A', { edns: { version: 1 } }), 'BADVERS', 1],
    ['two OPT', query('www.example.com. A', { edns: [{}, {}] }), 'FORMERR', 1],
  ])('answers %s', (_, octets, rcode, questions) => {
    const message = parseMessage(exchange(responder, octets) ?? Buffer.alloc(0));
    expect(message.rcode).toBe(RCODES[rcode as keyof typeof RCODES]);
    expect(message.question).toHaveLength(questions);
    expect(message.flags).toBe('qr');
    expect(message.answer).toHaveLength(0);
  });

  it('carries OPT if and only if the query did', () => {
    const edns = { dnssecOk: true, flags: 0x1234, udpSize: 4096 };
    const reply = ask(responder, 'www.example.com.', TYPES.A, { edns });
    expect(reply.edns).toMatchObject({ version: 0, dnssecOk: true, flags: 0, udpSize: 1232 });
    expect(ask(responder, 'nope.example.org.', TYPES.A).edns).toBeUndefined();
  });

  it('carries OPT where the OPT was malformed (RFC 6891 7)', () => {
    const malformed = query('www.example.com. A', { edns: { rdlength: 9 } });
    const message = parseMessage(exchange(responder, malformed) ?? Buffer.alloc(0));
    expect(message.rcode).toBe(RCODE.FORMERR);
    expect(message.edns).toBeDefined();
  });
});

describe('room', () => {
  const many = Array.from(
    { length: 100 },
    (_, i) => `many 30 AAAA 2001:db8::${(i + 1).toString(16)}`,
  );
  const some = Array.from(
    { length: 20 },
    (_, i) => `some 30 AAAA 2001:db8::${(i + 1).toString(16)}`,
  );
  const long = `${'n'.repeat(63)}.${'s'.repeat(63)}.${'x'.repeat(63)}.example.org.`;
  const zones = [
    zone(
      'example.com.',
      `@ 60 SOA ns1.example.com. h.example.com. 1 2 3 4 5
       ${many.join('\n')}
       ${some.join('\n')}`,
    ),
    zone('example.net.', `@ 60 SOA ${long} ${long.replaceAll(/[nsx]{2}/g, 'qq')} 1 2 3 4 5`),
  ];
  const responder = responderFor(zones);

  it.each([
    ['512 octets without EDNS', 'some.example.com.', undefined, true],
    ['512 octets for less', 'some.example.com.', { udpSize: 100 }, true],
    ['what EDNS says', 'some.example.com.', { udpSize: 700 }, false],
    ['1232 octets at most', 'many.example.com.', { udpSize: 65_535 }, true],
  ])('grants %s', (_, name, edns, truncated) => {
    const reply = ask(responder, name, TYPES.AAAA, edns === undefined ? {} : { edns });
    expect(reply.flags.includes('tc')).toBe(truncated);
    expect(responder.truncated).toBe(truncated);
    // RFC 2181 9: never a part of an RRset. RFC 6891 7: OPT stays.
    expect(reply.answer).toHaveLength(truncated ? 0 : 20);
    expect(reply.edns === undefined).toBe(edns === undefined);
    expect(reply.size).toBeLessThanOrEqual(Math.max(edns?.udpSize ?? 512, 512));
  });

  it('has room for all of it on a stream', () => {
    const reply = ask(responder, 'many.example.com.', TYPES.AAAA, { transport: TRANSPORT.STREAM });
    expect(reply.answer).toHaveLength(100);
    expect(reply.flags).toBe('qr aa');
  });

  it('takes the limit it is given', () => {
    const tight = responderFor(zones, { udpLimit: 512 });
    const reply = ask(tight, 'some.example.com.', TYPES.AAAA, { edns: { udpSize: 4096 } });
    expect(reply.flags).toContain('tc');
    expect(reply.edns?.udpSize).toBe(512);
  });

  it('says TC where a negative answer has no room for its SOA', () => {
    const name = `${'q'.repeat(63)}.${'q'.repeat(63)}.${'q'.repeat(63)}.example.net.`;
    const reply = ask(responder, name, TYPES.A);
    expect(reply.rcode).toBe(RCODE.NXDOMAIN);
    expect(reply.authority).toHaveLength(0);
    expect(reply.flags).toContain('tc');
    const roomy = ask(responder, name, TYPES.A, { edns: {} });
    expect(roomy.authority).toHaveLength(1);
    expect(roomy.flags).not.toContain('tc');
  });
});

describe('cookies (RFC 7873)', () => {
  const NOW = 1_800_000_000;
  const clock = Int32Array.of(NOW);
  const cookies = () => new ServerCookies(Buffer.from('a secret, shared'), clock);
  const many = Array.from(
    { length: 29 },
    (_, i) => `many 30 AAAA 2001:db8::${(i + 1).toString(16)}`,
  );
  const zones = [
    ...CASE_ZONES,
    zone(
      'example.info.',
      `@ 60 SOA ns1.example.info. h.example.info. 1 2 3 4 5
       ${many.join('\n')}`,
    ),
  ];
  const responder = responderFor(zones, { cookies: cookies() });

  /** A client at 192.0.2.7 that counts how often it was asked. */
  class Counted implements Client {
    asked = 0;

    peer(): Uint8Array {
      this.asked += 1;
      return Uint8Array.of(4, 0, 0, 53, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7);
    }
  }

  const CLIENT = Buffer.from('0123456789abcdef', 'hex');
  const client = new Counted();
  const withCookie = (data: Uint8Array, rest: EdnsSpec = {}): EdnsSpec => ({
    ...rest,
    options: [{ code: 10, data }, ...(rest.options ?? [])],
  });
  const say = (octets: Uint8Array, who = responder, from: Client | undefined = client): Message =>
    parseMessage(exchange(who, octets, TRANSPORT.UDP, from) ?? Buffer.alloc(0));
  /** The whole option of the reply, in hex; undefined for none. */
  const cookieOf = ({ edns }: Message): string | undefined => {
    const data = edns?.options.find(({ code }) => code === 10)?.data;
    return data === undefined ? undefined : Buffer.from(data).toString('hex');
  };
  const asked = (data: Uint8Array, rest?: EdnsSpec): Buffer =>
    query('www.example.com. A', { edns: withCookie(data, rest) });
  const given = Buffer.from(cookieOf(say(asked(CLIENT))) ?? '', 'hex');

  it('are completed for whoever sends one, and believed when they come back', () => {
    expect(given.toString('hex')).toMatch(/^0123456789abcdef01000000[0-9a-f]{24}$/);
    expect(given.readUInt32BE(12)).toBe(NOW);
    expect(responder.hasGoodCookie).toBe(false);
    const reply = say(asked(given));
    expect(responder.hasGoodCookie).toBe(true);
    expect(cookieOf(reply)).toBe(given.toString('hex'));
    expect(reply.answer).toHaveLength(2);
    // By every thread that has the secret.
    const another = responderFor(zones, { cookies: cookies() });
    say(asked(given), another);
    expect(another.hasGoodCookie).toBe(true);
  });

  it('are replaced where they are not ours, and the answer is the same (5.2.4)', () => {
    const forged = Buffer.concat([given.subarray(0, 23), Buffer.of((given[23] ?? 0) ^ 1)]);
    const reply = say(asked(forged));
    expect(responder.hasGoodCookie).toBe(false);
    expect(cookieOf(reply)).toBe(given.toString('hex'));
    expect(reply).toMatchObject({ rcode: RCODE.NOERROR, flags: 'qr aa' });
    expect(reply.answer).toHaveLength(2);
  });

  it('are of no query but the last', () => {
    say(asked(given));
    expect(responder.hasGoodCookie).toBe(true);
    for (const next of [
      query('www.example.com. A'),
      query('www.example.com. A', { edns: {} }),
      asked(CLIENT),
      query('www.example.com. A', { flags: 'qr' }),
    ]) {
      exchange(responder, next, TRANSPORT.UDP, client);
      expect(responder.hasGoodCookie).toBe(false);
      say(asked(given));
    }
  });

  it('are asked for by a COOKIE option and nothing else, and only then is the client looked at', () => {
    client.asked = 0;
    expect(cookieOf(say(query('www.example.com. A')))).toBeUndefined();
    const other = { options: [{ code: 65_001, data: CLIENT }] };
    expect(cookieOf(say(query('www.example.com. A', { edns: other })))).toBeUndefined();
    expect(client.asked).toBe(0);
    say(asked(CLIENT));
    expect(client.asked).toBe(1);
  });

  it('are ignored without a secret, and where it is not known who asks', () => {
    for (const [who, from] of [
      [responderFor(zones), client],
      [responder, undefined],
    ] as const) {
      for (const data of [CLIENT, given]) {
        const octets = exchange(who, asked(data), TRANSPORT.UDP, from) ?? Buffer.alloc(0);
        const reply = parseMessage(octets);
        expect(reply.edns?.options).toEqual([]);
        expect(reply.answer).toHaveLength(2);
        const alone = composeQuery({ edns: withCookie(data) });
        const refused = exchange(who, alone, TRANSPORT.UDP, from) ?? Buffer.alloc(0);
        expect(parseMessage(refused)).toMatchObject({
          rcode: RCODE.FORMERR,
          edns: { options: [] },
        });
      }
      expect(who.hasGoodCookie).toBe(false);
    }
  });

  it.each([
    ['NXDOMAIN', query('nope.example.com. A', { edns: withCookie(given) }), RCODE.NXDOMAIN],
    ['REFUSED', query('nope.example. A', { edns: withCookie(given) }), RCODE.REFUSED],
    ['NOTIMP', query('example.com. SOA', { opcode: 4, edns: withCookie(given) }), RCODE.NOTIMP],
    [
      'FORMERR for what is left over',
      query('www.example.com. A', { edns: withCookie(given), trailing: Buffer.of(0) }),
      RCODE.FORMERR,
    ],
    [
      'FORMERR for two questions',
      composeQuery({
        questions: [question('www.example.com. A'), question('example.com. A')],
        edns: withCookie(given),
      }),
      RCODE.FORMERR,
    ],
  ])(
    'are in errors as well, which a client that expects one would discard (5.3): %s',
    (_, octets, rcode) => {
      const reply = say(octets);
      expect(reply.rcode).toBe(rcode);
      expect(cookieOf(reply)).toBe(given.toString('hex'));
      expect(responder.hasGoodCookie).toBe(true);
    },
  );

  it.each([
    ['they can not be read (5.2.2)', asked(Buffer.alloc(9)), RCODE.FORMERR],
    [
      'another EDNS version may mean something else (RFC 6891 6.1.3)',
      asked(given, { version: 1 }),
      RCODE.BADVERS,
    ],
  ])('are in no reply where %s', (_, octets, rcode) => {
    const reply = say(octets);
    expect(reply.rcode).toBe(rcode);
    expect(reply.edns?.options).toEqual([]);
  });

  it.each([
    ['a client cookie', CLIENT, 'NOERROR'],
    ['a good one', given, 'NOERROR'],
    ['another server’s', Buffer.concat([CLIENT, Buffer.alloc(16, 7)]), 'BADCOOKIE'],
    ['one of another length', Buffer.concat([given, Buffer.alloc(4)]), 'BADCOOKIE'],
  ])('may be all that is asked for (5.4): %s', (_, data, rcode) => {
    const reply = say(composeQuery({ edns: withCookie(data) }));
    expect(rcodeName(reply.rcode)).toBe(rcode);
    expect(reply).toMatchObject({ flags: 'qr', question: [], answer: [], authority: [] });
    expect(cookieOf(reply)).toBe(given.toString('hex'));
  });

  it('are renewed after half an hour (RFC 9018 4.3)', () => {
    clock[0] = NOW + 1801;
    const renewed = cookieOf(say(asked(given))) ?? '';
    expect(responder.hasGoodCookie).toBe(true);
    expect(Buffer.from(renewed, 'hex').readUInt32BE(12)).toBe(NOW + 1801);
    clock[0] = NOW;
  });

  it('take their room off the reply, before the Extended DNS Error takes what is left', () => {
    // 12 header, 23 question, 29 x 28 addresses, 11 OPT, 28 cookie.
    const whole = 12 + 23 + 29 * 28 + 11 + 28;
    for (const [udpSize, count] of [
      [whole, 29],
      [whole - 1, 0],
    ] as const) {
      const edns = withCookie(CLIENT, { udpSize });
      const reply = say(query('many.example.info. AAAA', { edns }));
      expect(reply.answer).toHaveLength(count);
      expect(reply.flags.includes('tc')).toBe(count === 0);
      expect(cookieOf(reply)).toBe(given.toString('hex'));
      expect(reply.size).toBeLessThanOrEqual(udpSize);
    }
    // Without one, the same size has room to spare.
    const plain = say(query('many.example.info. AAAA', { edns: { udpSize: whole - 28 } }));
    expect(plain.answer).toHaveLength(29);
    const refused = say(query('nope.example. A', { edns: withCookie(CLIENT) }));
    expect(refused.edns?.errors).toEqual([
      { code: EDE.NOT_AUTHORITATIVE, text: 'name in no zone here' },
    ]);
    expect(cookieOf(refused)).toBe(given.toString('hex'));
  });

  it('are read before the answer is written over them', () => {
    // The COOKIE option lies 15 octets behind the question; the answer is longer than that.
    const reply = say(
      query('many.example.info. AAAA', { edns: withCookie(given, { udpSize: 1232 }) }),
    );
    expect(reply.answer).toHaveLength(29);
    expect(responder.hasGoodCookie).toBe(true);
    expect(cookieOf(reply)).toBe(given.toString('hex'));
  });
});
