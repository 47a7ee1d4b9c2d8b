// The instrument is tested before anything is measured with it: names, queries, and a parser that
// must refuse what no server may send.

import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import {
  CLASS,
  composeName,
  composeQuery,
  composeRecord,
  labelsOf,
  parseMessage,
  presentMessage,
  presentName,
  presentRecord,
  query,
  question,
  TYPE,
} from '../support/dns/index.ts';

const ROOT = Uint8Array.of(0);
/** The second opinion, which comes without types: the little that is used of it. */
const dnsPacket = createRequire(import.meta.url)('dns-packet') as {
  encode(message: { readonly type: 'response'; readonly answers: readonly object[] }): Buffer;
  decode(octets: Buffer): { readonly id: number; readonly questions: readonly object[] };
};

/** A pointer to the QNAME right behind the header. */
const QNAME = Buffer.from([0xc0, 12]);

const reply = (...answer: Uint8Array[]): Buffer =>
  query('www.example.com. A', { id: 7, flags: 'qr aa', answer });

const record = (type: number, rdata: Uint8Array, rdlength?: number): Buffer =>
  composeRecord(QNAME, type, CLASS.IN, 30, rdata, rdlength);

describe('names', () => {
  test.each([
    ['.', '00'],
    ['a.', '016100'],
    ['www.Example.com.', '03777777074578616d706c6503636f6d00'],
    ['a\\.b.', '03612e6200'],
    ['\\000\\255.', '0200ff00'],
    ['\\\\\\;.', '025c3b00'],
  ])('%s is %s', (name, hex) => {
    expect(Buffer.from(composeName(name)).toString('hex')).toBe(hex);
    expect(presentName(labelsOf(name))).toBe(name);
  });

  test.each(['www', '..', 'a..b.', ''])('%j is no absolute name', (name) => {
    expect(() => labelsOf(name)).toThrow(RangeError);
  });

  test('every octet survives presentation format', () => {
    const label = Uint8Array.from({ length: 256 }, (_, octet) => octet);
    const labels = [0, 64, 128, 192].map((from) => label.slice(from, from + 63));
    expect(labelsOf(presentName(labels))).toEqual(labels);
  });
});

describe('queries', () => {
  test('the header, the question and an OPT are where RFC 1035 and RFC 6891 put them', () => {
    const edns = { udpSize: 4096, dnssecOk: true, options: [{ code: 10, data: Buffer.of(1, 2) }] };
    const octets = composeQuery({
      id: 0x1234,
      flags: 'rd cd',
      questions: [question('a. CH TXT')],
      edns,
    });
    expect(octets.toString('hex')).toBe(
      '123401100001000000000001' + '01610000100003' + '0000291000000080000006000a00020102',
    );
  });

  test('dns-packet reads the same question', () => {
    const decoded = dnsPacket.decode(query('www.example.com. AAAA', { id: 9, flags: 'rd' }));
    expect(decoded.id).toBe(9);
    expect(decoded.questions).toEqual([{ name: 'www.example.com', type: 'AAAA', class: 'IN' }]);
  });

  test.each(['www.example.com.', 'a. IN A B', 'a. NOSUCHTYPE'])('%j is no question', (text) => {
    expect(() => question(text)).toThrow(RangeError);
  });
});

describe('replies', () => {
  const soa = {
    mname: 'ns.example.com',
    rname: 'h.example.com',
    ...{ serial: 1, refresh: 2, retry: 3, expire: 4, minimum: 5 },
  };
  test.each([
    [{ type: 'A', data: '192.0.2.1' }, '192.0.2.1'],
    [{ type: 'AAAA', data: '2001:db8::1:0:0:1' }, '2001:db8::1:0:0:1'],
    [{ type: 'AAAA', data: '::' }, '::'],
    [{ type: 'AAAA', data: '1:0:0:2::' }, '1:0:0:2::'],
    [{ type: 'NS', data: 'ns.example.com' }, 'ns.example.com.'],
    [{ type: 'PTR', data: 'p.example.com' }, 'p.example.com.'],
    [{ type: 'CNAME', data: 'c.example.com' }, 'c.example.com.'],
    [{ type: 'MX', data: { preference: 10, exchange: 'mx.example.com' } }, '10 mx.example.com.'],
    [{ type: 'TXT', data: ['one', 'two'] }, '"one" "two"'],
    [{ type: 'SRV', data: { priority: 1, weight: 2, port: 53, target: 'x.' } }, '1 2 53 x.'],
    [{ type: 'SOA', data: soa }, 'ns.example.com. h.example.com. 1 2 3 4 5'],
  ])('what dns-packet encodes is read alike: %j', (given, rdata) => {
    const answer = { name: 'WWW.example.com', ttl: 30, class: 'IN', ...given };
    const message = parseMessage(dnsPacket.encode({ type: 'response', answers: [answer] }));
    const [parsed] = message.answer;
    if (parsed === undefined) throw new Error('no answer');
    expect(presentRecord(parsed)).toBe(`WWW.example.com. 30 IN ${given.type} ${rdata}`);
  });

  test('an unknown type keeps its octets, an EDE its code and text', () => {
    const ede = { code: 15, data: Buffer.from('\0\x0enot yet', 'latin1') };
    const message = parseMessage(
      query('a. A', { flags: 'qr', edns: { extendedRcode: 1, options: [ede] } }),
    );
    expect(message.rcode).toBe(16);
    expect(message.edns?.errors).toEqual([{ code: 14, text: 'not yet' }]);
    const unknown = parseMessage(reply(record(65280, Buffer.of(1, 2)))).answer.map(presentRecord);
    expect(unknown).toEqual(['www.example.com. 30 IN TYPE65280 \\# 2 0102']);
  });

  test('it is printed in the manner of dig', () => {
    const shown = presentMessage(parseMessage(reply(record(TYPE.A, Buffer.of(192, 0, 2, 1)))));
    expect(shown.split('\n')).toEqual([
      ';; opcode QUERY, status NOERROR, id 7, flags qr aa, 49 octets',
      ';; QUESTION www.example.com. IN A',
      ';; ANSWER',
      'www.example.com. 30 IN A 192.0.2.1',
    ]);
  });
});

describe('what no server may send is refused', () => {
  const A = Buffer.of(192, 0, 2, 1);
  const NAME_HERE = 12 + 21;
  const toName = (name: Uint8Array): Buffer => composeRecord(name, TYPE.A, CLASS.IN, 30, A);
  const long = Buffer.concat([...Array.from({ length: 4 }, () => Buffer.alloc(64, 63)), ROOT]);
  test.each<[string, Buffer]>([
    ['a pointer to itself', reply(toName(Buffer.of(0xc0, NAME_HERE)))],
    ['a pointer forwards', reply(toName(Buffer.of(0xc0, NAME_HERE + 2)))],
    ['a pointer into the header', reply(toName(Buffer.of(0xc0, 4)))],
    ['a pointer into a label', reply(toName(Buffer.of(0xc0, 13)))],
    ['a loop', reply(toName(Buffer.of(1, 0x61, 0xc0, NAME_HERE)))],
    ['a label type of RFC 2673', reply(toName(Buffer.of(0x41, 1, 0)))],
    ['a name of 257 octets', reply(toName(long))],
    ['octets left over', Buffer.concat([reply(), Buffer.of(0)])],
    ['a record that is not there', query('a. A', { counts: { an: 1 } })],
    ['a header cut short', reply().subarray(0, 11)],
    ['an A of three octets', reply(record(TYPE.A, A.subarray(0, 3)))],
    ['an A of five octets', reply(record(TYPE.A, Buffer.concat([A, ROOT])))],
    ['an RDLENGTH past the end', reply(record(65280, A, 5))],
    ['a TTL with its top bit', reply(composeRecord(QNAME, TYPE.A, CLASS.IN, 2 ** 31, A))],
    ['an OPT in the answer', reply(composeRecord(ROOT, TYPE.OPT, 1232, 0, Buffer.alloc(0)))],
    ['two OPT', query('a. A', { edns: [{}, {}] })],
    ['an OPT with an owner', query('a. A', { edns: { owner: composeName('a.') } })],
    ['an option past its OPT', query('a. A', { edns: { rdata: Buffer.of(0, 10, 0, 9, 1) } })],
    ['a compressed SRV', reply(record(TYPE.SRV, Buffer.of(0, 1, 0, 1, 0, 53, 0xc0, 12)))],
  ])('%s', (_what, octets) => {
    expect(() => parseMessage(octets)).toThrow();
  });
});
