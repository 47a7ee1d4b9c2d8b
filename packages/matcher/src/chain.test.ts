import { foldName, parseName, TYPE } from '@seamark/protocol';
import { composeRRset, mergeHere, NODE, Publisher, SnapshotReader } from '@seamark/snapshot';
import { describe, expect, it } from 'vitest';
import { CLASS, RCODE, TYPE as TYPES } from '../../../test/support/dns/codes.ts';
import { presentRecord } from '../../../test/support/dns/format.ts';
import type { Message } from '../../../test/support/dns/message.ts';
import { query } from '../../../test/support/dns/query.ts';
import { ask, exchange, responderFor } from '../test-support/asking.ts';
import { CASE_ZONES } from '../test-support/cases.ts';
import { zone } from '../test-support/zones.ts';
import { Responder, TRANSPORT } from './index.ts';

const answerOf = (message: Message) => message.answer.map(presentRecord);
const SOA = '@ 60 SOA ns1.example.org. h.example.org. 1 2 3 4 5';

describe('a chain of CNAMEs', () => {
  const responder = responderFor(CASE_ZONES);

  it('comes in order, in the case of the question and of the records', () => {
    const reply = ask(responder, 'aLiAs2.EXAMPLE.com.', TYPES.A);
    expect(reply.flags).toBe('qr aa');
    expect(answerOf(reply).slice(0, 2)).toEqual([
      'aLiAs2.EXAMPLE.com. 20 IN CNAME alias.EXAMPLE.com.',
      'alias.EXAMPLE.com. 20 IN CNAME WWW.EXAMPLE.com.',
    ]);
    expect(reply.answer.slice(2).map(({ name }) => name)).toEqual([
      'WWW.EXAMPLE.com.',
      'WWW.EXAMPLE.com.',
    ]);
    // Header, question, `alias` and `WWW` with a pointer each, two addresses; each owner is a pointer.
    expect(reply.size).toBe(12 + 24 + (12 + 8) + (12 + 6) + 2 * 16);
  });

  it('leaves the next answer as it was', () => {
    const id = 1;
    for (const name of ['alias2', 'ns1', 'cut', 'no.such'].map((host) => `${host}.example.com.`)) {
      const first = ask(responderFor(CASE_ZONES), name, TYPES.AAAA, { id });
      ask(responder, 'there.example.com.', TYPES.A);
      ask(responder, 'dangling.example.com.', TYPES.A);
      expect(ask(responder, name, TYPES.AAAA, { id })).toEqual(first);
    }
  });

  it('is not authoritative for QCLASS * (RFC 1034 3.7.1)', () => {
    for (const name of ['alias2.example.com.', 'dangling.example.com.', 'to-cut.example.com.']) {
      expect(ask(responder, name, TYPES.A, { class: CLASS.ANY }).flags).toBe('qr');
    }
  });
});

describe('a chain that has no room', () => {
  const label = 'x'.repeat(50);
  const links = [0, 1, 2, 3, 4, 5].map(
    (i) => `${label}${i} 30 CNAME ${label}${i + 1}.example.org.`,
  );
  const many = [...Array(20).keys()].map((i) => `many 30 AAAA 2001:db8::${(i + 1).toString(16)}`);
  const zones = [
    zone('example.org.', [SOA, ...many, 'alias 30 CNAME many.example.org.', ...links].join('\n')),
    zone('example.net.', `${SOA}\n${'y'.repeat(40)} 30 CNAME no.${label}.${label}.example.net.`),
  ];
  const responder = responderFor(zones);

  it('ends before the RRset that is cut off, with TC (RFC 2181 9)', () => {
    const reply = ask(responder, 'alias.example.org.', TYPES.AAAA);
    expect(answerOf(reply)).toEqual(['alias.example.org. 30 IN CNAME many.example.org.']);
    expect(reply.flags).toBe('qr aa tc');
    const whole = ask(responder, 'alias.example.org.', TYPES.AAAA, {
      transport: TRANSPORT.STREAM,
    });
    expect(whole.answer).toHaveLength(21);
    expect(whole.flags).toBe('qr aa');
  });

  it('ends before the CNAME that is cut off', () => {
    // 12 header, 68 question, 65 each.
    const reply = ask(responder, `${label}0.example.org.`, TYPES.A);
    expect(reply.answer).toHaveLength(6);
    const tight = ask(responderFor(zones, { udpLimit: 300 }), `${label}0.example.org.`, TYPES.A);
    expect(answerOf(tight)).toEqual(answerOf(reply).slice(0, tight.answer.length));
    expect(tight.answer).toHaveLength(3);
    expect(tight.flags).toBe('qr aa tc');
    expect(tight.rcode).toBe(RCODE.NOERROR);
  });

  it('says TC where the SOA of its end has no room', () => {
    const tight = responderFor(zones, { udpLimit: 190 });
    const reply = ask(tight, `${'y'.repeat(40)}.example.net.`, TYPES.A);
    expect(reply).toMatchObject({ rcode: RCODE.NXDOMAIN, flags: 'qr aa tc', authority: [] });
    expect(reply.answer).toHaveLength(1);
  });
});

describe('a referral', () => {
  const server = (label: string) => `cut 60 NS ${label}.cut.example.org.`;
  const far = [...Array(6).keys()].map((i) => server(`${'n'.repeat(60)}${i}`));
  const zones = [
    zone(
      'example.org.',
      [
        `${SOA}\n${server('ns')}\nns.cut 60 A 192.0.2.1\nns.cut 60 AAAA 2001:db8::1`,
        ...far.map((line) => line.replace('cut 60', 'wide 60')),
      ].join('\n'),
    ),
  ];
  const responder = responderFor(zones);

  it('is owned by the cut, and has no AA', () => {
    const reply = ask(responder, 'A.b.CUT.example.org.', TYPES.A);
    expect(reply).toMatchObject({ rcode: RCODE.NOERROR, flags: 'qr', answer: [] });
    expect(reply.authority.map(presentRecord)).toEqual([
      'CUT.example.org. 60 IN NS ns.CUT.example.org.',
    ]);
    // 12 header, 25 question, NS with `ns` and a pointer, two owners that are pointers to it with their addresses.
    expect(reply.size).toBe(12 + 25 + (12 + 5) + (2 + 14) + (2 + 26));
  });

  it('says TC where addresses have no room (RFC 9471 3)', () => {
    const tight = responderFor(zones, { udpLimit: 90 });
    const reply = ask(tight, 'a.b.cut.example.org.', TYPES.A);
    expect(reply.flags).toBe('qr tc');
    expect(reply.authority).toHaveLength(1);
    expect(reply.additional).toHaveLength(0);
  });

  it('says TC where the NS RRset has none', () => {
    const tight = responderFor(zones, { udpLimit: 300 });
    const reply = ask(tight, 'wide.example.org.', TYPES.A);
    expect(reply).toMatchObject({ rcode: RCODE.NOERROR, flags: 'qr tc', authority: [] });
    const whole = ask(responder, 'wide.example.org.', TYPES.A, { transport: TRANSPORT.STREAM });
    expect(whole.authority).toHaveLength(6);
  });
});

describe('a CNAME that a snapshot should not hold', () => {
  const responderOf = (...aliases: readonly [owner: string, rdata: Uint8Array][]): Responder => {
    const publisher = new Publisher({ readers: 1, merge: async (task) => mergeHere(task) });
    const node = { zone: 0, apexLabels: 2, flags: 0, rrsets: [] };
    publisher.add({ ...node, name: foldName(parseName('example.org')), flags: NODE.APEX });
    for (const [owner, rdata] of aliases) {
      const rrsets = [composeRRset(TYPE.CNAME, 60, [rdata])];
      publisher.add({ ...node, name: foldName(parseName(owner)), rrsets });
    }
    publisher.publish();
    const reader = new SnapshotReader(publisher.handle, 0);
    reader.refresh();
    return new Responder(reader);
  };

  /** Whatever the octets, the answer has the record and ends there. */
  const askFor = (rdata: Uint8Array) => {
    const question = query('alias.example.org. A');
    const responder = responderOf(['alias.example.org', rdata]);
    const reply = Buffer.from(exchange(responder, question) ?? []);
    expect([reply.readUInt16BE(6), reply.readUInt16BE(8), reply[3]]).toEqual([1, 0, RCODE.NOERROR]);
    expect(reply.subarray(question.length + 12)).toEqual(Buffer.from(rdata));
  };
  const [HERE, BEFORE] = [0xc0 + (47 >> 8), 47];

  it.each([
    ['nothing', []],
    ['a label that is cut off', [5, 97, 98]],
    ['no root', [1, 97]],
    ['half a pointer', [1, 97, 0xc0]],
    ['a pointer to itself', [HERE, BEFORE]],
    ['a pointer behind itself', [0xc0, 60, 1, 97, 0]],
    ['a pointer to itself behind a label', [1, 97, HERE, BEFORE]],
    [
      'a name of 256 octets',
      [
        ...Array(3)
          .fill([63, ...Array(63).fill(97)])
          .flat(),
        62,
        ...Array(62).fill(97),
        0,
      ],
    ],
    [
      'pointers that make a name too long',
      [
        ...Array(3)
          .fill([63, ...Array(63).fill(97)])
          .flat(),
        60,
        ...Array(60).fill(97),
        0xc0,
        12,
      ],
    ],
  ])('%s', (_, octets) => {
    askFor(Uint8Array.from(octets));
  });

  it('is not read beyond its end, which may be the end of all memory', () => {
    const [first = '', second = ''] = ['a', 'b'].map(
      (letter) => `${`${letter.repeat(63)}.`.repeat(3)}example.org.`,
    );
    const responder = responderOf(
      ['alias.example.org', parseName(first)],
      [first, parseName(second)],
      [second, Uint8Array.of(63, 97)],
    );
    const memory = new Uint8Array(512);
    const question = query('alias.example.org. A');
    memory.set(question);
    const view = new DataView(memory.buffer);
    // 205 octets of a name, 12 before each RDATA: 30 octets are left, and the label says 63.
    const length = responder.answer(memory, view, 0, question.length, 512, TRANSPORT.UDP);
    expect(length).toBe(question.length + 2 * (12 + 205) + 12 + 2);
    expect(view.getUint16(6)).toBe(3);
  });

  it('is not one of 255 octets, nor one of 127 labels', () => {
    const long = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(49)}.example.org.`;
    const deep = `${'a.'.repeat(121)}example.org.`;
    const responder = responderFor([
      zone(
        'example.org.',
        [
          SOA,
          `@ 1 A 192.0.2.9`,
          `l 1 CNAME ${long}`,
          `d 1 CNAME ${deep}`,
          `${long} 1 A 192.0.2.1`,
          `${deep} 1 A 192.0.2.2`,
        ].join('\n'),
      ),
    ]);
    for (const [name, target, address] of [
      ['l', long, '192.0.2.1'],
      ['d', deep, '192.0.2.2'],
    ]) {
      expect(answerOf(ask(responder, `${name}.example.org.`, TYPES.A))).toEqual([
        `${name}.example.org. 1 IN CNAME ${target}`,
        `${target} 1 IN A ${address}`,
      ]);
    }
  });
});
