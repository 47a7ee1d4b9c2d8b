import { RCODE } from '@seamark/protocol';
import { mergeHere, Publisher, SnapshotReader } from '@seamark/snapshot';
import { describe, expect, it } from 'vitest';
import {
  CLASS as CLASSES,
  RCODE as RCODES,
  rcodeName,
  TYPE as TYPES,
} from '../../../test/support/dns/codes.ts';
import { presentRecord } from '../../../test/support/dns/format.ts';
import { type Message, parseMessage } from '../../../test/support/dns/message.ts';
import { composeQuery, query, question } from '../../../test/support/dns/query.ts';
import { ask, exchange } from '../test-support/asking.ts';
import { CASE_ZONES, CASES, type Case } from '../test-support/cases.ts';
import { compile, present, publishChange, zone } from '../test-support/zones.ts';
import { Responder, type ResponderOptions, TRANSPORT } from './index.ts';
import {
  type ReferenceAnswer,
  ReferenceMatcher,
  type ReferenceRecord,
} from './reference/reference-matcher.ts';

function responderFor(zones = CASE_ZONES, options: ResponderOptions = {}): Responder {
  const publisher = new Publisher({ readers: 1, merge: async (task) => mergeHere(task) });
  publishChange(publisher, new Map(), compile(zones));
  const reader = new SnapshotReader(publisher.handle, 0);
  reader.refresh();
  return new Responder(reader, options);
}

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
  const responder = responderFor();
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
    const decided = expected.rcode === 'NOERROR' || expected.rcode === 'NXDOMAIN';
    expect(reply.flags.includes('aa')).toBe(decided);
    expect(said.authoritative).toBe(decided);
  });
});

describe('the message', () => {
  const responder = responderFor();

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
    zone('example.net.', `@ 60 SOA ${long} ${long} 1 2 3 4 5`),
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
