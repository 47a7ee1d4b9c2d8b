// Properties of everything here that reads what strangers send: whatever it is, nothing is thrown and nothing else read.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMessage } from '../../../test/support/dns/message.ts';
import { parseLeniently } from '../../../test/support/dns/reply-laws.ts';
import { anyMessage, label, name, nearlyMessage, octets, runs } from '../test-support/arbitrary.ts';
import { guarded, OutsideRead } from '../test-support/guarded.ts';
import {
  countLabels,
  foldName,
  formatName,
  formatRdata,
  NameError,
  parseName,
  parseQuery,
  parseRdata,
  parseReply,
  Query,
  RdataError,
  readOptions,
  readSections,
  readZoneFile,
  ServerCookies,
  VERDICT,
} from './index.ts';

const parseGuarded = (message: Uint8Array): { verdict: number; query: Query } => {
  const { memory, view, offset } = guarded(message);
  const query = new Query();
  const verdict = parseQuery(query, memory, view, offset, message.length);
  return { verdict, query };
};

describe('a query of any octets', () => {
  it('is read within its length, and not written', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        parseGuarded(message);
      }),
      runs(5000),
    );
  });

  it('that is good is one to a strict reader, or has more than it looks at in a record', () => {
    fc.assert(
      fc.property(nearlyMessage, (message) => {
        const { verdict, query } = parseGuarded(message);
        const strict = parseLeniently(message);
        const isQuery = message.length >= 12 && ((message[2] as number) & 0xf8) === 0;
        fc.pre(strict !== undefined && isQuery);
        const [asked] = strict.question;
        const isPlain = strict.answer.length + strict.authority.length === 0;
        fc.pre(asked !== undefined && strict.question.length === 1 && isPlain);
        if (verdict === VERDICT.FORMERR) {
          // Of options a strict reader looks at no lengths: cookies (RFC 7873 5.2.2), Client Subnets (RFC 7871 7.1.2).
          expect(strict.edns?.options.some(({ code }) => code === 10 || code === 8)).toBe(true);
          return;
        }
        expect([VERDICT.ANSWER, VERDICT.BADVERS]).toContain(verdict);
        expect(formatName(query.name)).toBe(formatName(foldName(parseName(asked.name))));
        expect(query).toMatchObject({
          type: asked.type,
          class: asked.class,
          hasEdns: strict.edns !== undefined,
        });
      }),
      runs(800),
    );
  });

  it('is read alike wherever it lies, and by whoever has read another before', () => {
    const used = new Query();
    fc.assert(
      fc.property(anyMessage, fc.integer({ min: 0, max: 40 }), (message, offset) => {
        const memory = new Uint8Array(offset + message.length + 8).fill(0xc0);
        memory.set(message, offset);
        const view = new DataView(memory.buffer);
        const verdict = parseQuery(used, memory, view, offset, message.length);
        const { verdict: fresh, query } = parseGuarded(message);
        expect(verdict).toBe(fresh);
        expect(used.questionEnd).toBe(query.questionEnd);
        expect(used.hasEdns).toBe(query.hasEdns);
        expect(used.cookieLength).toBe(query.cookieLength);
        if (used.cookieLength > 0) expect(used.cookieAt - offset).toBe(query.cookieAt - 16);
        // What is no question says nothing of a name.
        expect(used.hasQuestion).toBe(query.hasQuestion);
        if (!used.hasQuestion) return;
        const name = (of: Query): string =>
          Buffer.from(of.name.subarray(0, of.nameLength)).toString('hex');
        expect(name(used)).toBe(name(query));
      }),
      runs(3000),
    );
  });
});

describe('the guard', () => {
  it('tells of reads before, behind and across the end of a message', () => {
    const { memory, view, offset } = guarded(Uint8Array.of(1, 2, 3));
    expect(view.getUint16(offset + 1)).toBe(0x0203);
    expect(memory[offset + 2]).toBe(3);
    for (const read of [
      () => memory[offset - 1],
      () => memory[offset + 3],
      () => view.getUint16(offset + 2),
      () => view.getInt32(offset),
      () => {
        memory[offset] = 0;
      },
    ]) {
      expect(read).toThrow(OutsideRead);
    }
  });
});

describe('a reply of any octets', () => {
  it('is read or refused, and what it holds can be written', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        const reply = parseReply(message);
        const strict = parseLeniently(message);
        if (strict !== undefined) expect(reply).toBeDefined();
        for (const { name, type, rdata } of reply?.answer ?? []) {
          expect(countLabels(name)).toBeLessThan(128);
          expect(formatName(name)).toMatch(/\.$/);
          expect(Buffer.from(parseRdata(type, formatRdata(type, rdata)).octets)).toEqual(
            Buffer.from(rdata),
          );
        }
      }),
      runs(4000),
    );
  });

  it('divides into sections that lie within it', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        const sections = readSections(message);
        if (sections === undefined) return;
        const { questionEnd, end, opt } = sections;
        expect(questionEnd).toBeGreaterThanOrEqual(12);
        expect(end).toBeGreaterThanOrEqual(questionEnd);
        expect(end).toBeLessThanOrEqual(message.length);
        if (opt === undefined) return;
        expect(opt.at).toBeGreaterThanOrEqual(questionEnd);
        expect(opt.end).toBeLessThanOrEqual(end);
        for (const { octets } of readOptions(message, opt)) {
          expect(octets.byteOffset + octets.length).toBeLessThanOrEqual(
            message.byteOffset + opt.end,
          );
        }
      }),
      runs(4000),
    );
  });
});

describe('names', () => {
  it('come back from presentation format, folded once and for all', () => {
    fc.assert(
      fc.property(name, (wire) => {
        const text = formatName(wire);
        expect(text).toMatch(/^[\x21-\x7e]+$/);
        expect(Buffer.from(parseName(text))).toEqual(Buffer.from(wire));
        const folded = foldName(wire);
        expect(foldName(folded)).toEqual(folded);
        expect(countLabels(folded)).toBe(countLabels(wire));
      }),
      runs(2000),
    );
  });

  it('of any text are names or refused at a place in it', () => {
    const character = fc.constantFrom(...'a.\\0129*-_ @"é\u0000\ud800', '\\.', '\\255', '\\256');
    const text = fc.array(character, { maxLength: 300 }).map((all) => all.join(''));
    fc.assert(
      fc.property(text, (text) => {
        try {
          const wire = parseName(text);
          expect(wire.length).toBeLessThanOrEqual(255);
          expect(Buffer.from(parseName(formatName(wire)))).toEqual(Buffer.from(wire));
        } catch (error) {
          if (!(error instanceof NameError)) throw error;
          expect(error.index).toBeGreaterThanOrEqual(0);
          expect(error.index).toBeLessThanOrEqual(text.length);
        }
      }),
      runs(3000),
    );
  });
});

describe('RDATA', () => {
  it('of any octets and type can be written, and read again if it is no generic form', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), octets(60), (type, rdata) => {
        const text = formatRdata(type, rdata);
        try {
          expect(Buffer.from(parseRdata(type, text).octets)).toEqual(Buffer.from(rdata));
        } catch (error) {
          if (!(error instanceof RdataError)) throw error;
          expect(text).toMatch(/^\\#/);
        }
      }),
      runs(3000),
    );
  });
});

describe('a cookie of any octets', () => {
  it('is not good, unless it was given', () => {
    const clock = Int32Array.of(1_700_000_000);
    const cookies = new ServerCookies(
      Uint8Array.from({ length: 16 }, (_, i) => i),
      clock,
    );
    const peer = Uint8Array.from([4, 0, 0xd4, 0x31, ...Array(10).fill(0), 255, 255, 192, 0, 2, 1]);
    const option = fc
      .tuple(fc.uint8Array({ minLength: 40, maxLength: 40 }), fc.constantFrom(8, 16, 24, 24, 40))
      .map(([octets, length]) => octets.subarray(0, length));
    fc.assert(
      fc.property(option, fc.boolean(), (octets, hasStamp) => {
        const memory = new Uint8Array(48);
        memory.set(octets);
        const view = new DataView(memory.buffer);
        if (hasStamp && octets.length === 24) {
          view.setUint32(8, 0x01000000);
          view.setInt32(12, 1_700_000_000);
        }
        expect(cookies.receive(view, 0, octets.length, peer)).toBe(false);
      }),
      runs(2000),
    );
  });
});

describe('a zone file', () => {
  const origin = parseName('example.org.');
  const read = (text: string) =>
    readZoneFile(text, { file: 'db', origin, include: () => 'there is no such file' });
  const token = fc.constantFrom(
    ...[
      '@',
      'a',
      '*',
      '$TTL 5',
      '$ORIGIN b',
      '$GENERATE 1-3',
      '60',
      'IN',
      'CH',
      '\n',
      '\n',
      ' ',
      '\t',
    ],
    ...[
      'A',
      'AAAA',
      'MX',
      'TXT',
      'SOA',
      'CAA',
      'HTTPS',
      'TYPE1',
      '192.0.2.1',
      '::1',
      '"',
      '"x;"',
      '10',
    ],
    ...[
      '(',
      ')',
      ';',
      '\\',
      '\\032',
      '\\# 1 00',
      '\u00fc',
      '\ufeff',
      '\u0000',
      'issue',
      '1 .',
      'alpn=h2',
    ],
  );
  const text = fc
    .tuple(fc.array(token, { maxLength: 40 }), fc.constantFrom('', ' '))
    .map(([tokens, between]) => tokens.join(between));

  it('of any text is read to its end, faults within it, and comes back when it is written', () => {
    fc.assert(
      fc.property(text, (text) => {
        const { records, faults } = read(text);
        const lines = text.split('\n');
        for (const { place } of faults) {
          expect(lines[place.line - 1]?.length).toBeGreaterThanOrEqual(place.column - 1);
        }
        const write = (all: typeof records): string =>
          all
            .map(
              ({ owner, ttl, type, rdata }) =>
                `${formatName(owner)} ${ttl} IN TYPE${type} ${formatRdata(type, rdata)}\n`,
            )
            .join('');
        const again = read(write(records));
        expect(again.faults).toEqual([]);
        expect(write(again.records)).toBe(write(records));
      }),
      runs(3000),
    );
  });

  it('whose labels are of any octets has them as they are', () => {
    fc.assert(
      fc.property(label, (octets) => {
        const owner = Uint8Array.of(octets.length, ...octets, 0);
        const { records, faults } = read(`${formatName(owner)} 60 IN A 192.0.2.1\n`);
        expect(faults).toEqual([]);
        expect(Buffer.from(records[0]?.owner ?? [])).toEqual(Buffer.from(owner));
      }),
      runs(1000),
    );
  });
});

it('the strict reader is strict', () => {
  expect(() => parseMessage(Uint8Array.of(0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0))).toThrow();
});
