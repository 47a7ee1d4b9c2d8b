// Names of records that are passed on as they are: whatever follows their pointers comes to an end.

import { describe, expect, it } from 'vitest';
import { Random } from '../test-support/random.ts';
import { parseReply } from './client.ts';
import { readSections, withoutOpt } from './sections.ts';

const octets = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'));

/** `a. A`, and answers of these owner names; the first begins at 19. */
const reply = (...owners: readonly string[]): Uint8Array => {
  const records = owners.map((owner) => `${owner} 0001 0001 0000003c 0004 c0000201`).join('');
  const count = owners.length.toString(16).padStart(4, '0');
  return octets(`1234 8180 0001 ${count} 0000 0000 0161 00 0001 0001 ${records}`);
};

describe('an owner name', () => {
  it.each([
    ['a pointer to the question', 'c00c'],
    ['the root', '00'],
    ['a label, and a pointer to the question', '0162 c00c'],
    ['a pointer to the root of the question', 'c00e'],
  ])('may be %s', (_what, owner) => {
    expect(readSections(reply(owner, 'c013'))).toMatchObject({ answers: 2 });
  });

  it.each([
    ['itself', 'c013'],
    ['the label that it stands behind', '0162 c013'],
    ['what comes after it', 'c020'],
    ['what is beyond the message', 'ffff'],
    ['the header', 'c000'],
    ['the middle of its own label', '0162 c014'],
  ])('that points at %s is malformed', (_what, owner) => {
    expect(readSections(reply(owner, '00'))).toBeUndefined();
  });

  it('that is longer than 255 octets is malformed, with a pointer and without', () => {
    const label = `3f${'61'.repeat(63)}`;
    const most = `${label.repeat(3)}3d${'61'.repeat(61)}00`;
    expect(readSections(reply(most))).toMatchObject({ answers: 1 });
    expect(readSections(reply(most, '0162 c013'))).toBeUndefined();
    expect(readSections(reply(`${label.repeat(4)}00`))).toBeUndefined();
    // Of 255 with what it points at, and of one more.
    const shorter = `${label.repeat(3)}3b${'61'.repeat(59)}00`;
    expect(readSections(reply(shorter, '0162 c013'))).toMatchObject({ answers: 2 });
    expect(readSections(reply(shorter, '026263 c013'))).toBeUndefined();
  });

  it('of pointers to pointers ends after as many as a name has labels', () => {
    const chain = (length: number): Uint8Array => {
      // The first leads to the question, each further one to the one before.
      const pointers = Array.from({ length }, (_, i) => (i === 0 ? 0xc00c : 0xc01e + 2 * (i - 1)));
      const rdata = pointers.map((pointer) => pointer.toString(16)).join('');
      const size = (2 * length).toString(16).padStart(4, '0');
      const last = (0xc01e + 2 * (length - 1)).toString(16);
      return octets(
        `1234 8180 0001 0002 0000 0000 0161 00 0001 0001
         00 ffff 0001 0000003c ${size} ${rdata} ${last} 0001 0001 0000003c 0004 c0000201`,
      );
    };
    expect(readSections(chain(126))).toMatchObject({ answers: 2 });
    expect(readSections(chain(127))).toBeUndefined();
  });

  it('is one where the client finds one, whatever the octets', () => {
    const random = new Random(17);
    const good = reply('c00c', '0162 c00c', '00');
    let malformed = 0;
    for (let i = 0; i < 20_000; i++) {
      const mangled = good.slice();
      for (let n = random.below(3); n >= 0; n--) {
        mangled[12 + random.below(good.length - 12)] = random.below(256);
      }
      const sections = readSections(mangled);
      const read = parseReply(mangled);
      if (sections === undefined) malformed += 1;
      // The client minds what follows the last record, and does not mind addresses of other lengths, and some types.
      const records = [
        ...(read?.answer ?? []),
        ...(read?.authority ?? []),
        ...(read?.additional ?? []),
      ];
      if (
        read !== undefined &&
        records.every(({ type, rdata }) => type === 1 && rdata.length === 4)
      ) {
        expect(sections).toBeDefined();
      }
    }
    expect(malformed).toBeGreaterThan(1000);
  });
});

/** `a. A`, and one answer of this type and RDATA, whose owner is at 19 and which begins at 31. */
const replyOf = (type: string, rdata: string): Uint8Array => {
  const length = (rdata.replace(/\s/g, '').length / 2).toString(16).padStart(4, '0');
  return octets(
    `1234 8180 0001 0001 0000 0000 0161 00 0001 0001 c00c ${type} 0001 0000003c ${length} ${rdata}`,
  );
};

describe('RDATA', () => {
  it.each([
    ['an A', '0001', 'c0000201'],
    ['a CNAME by a pointer', '0005', '0162 c00c'],
    ['an MX', '000f', '000a c00c'],
    ['an SRV that is compressed', '0021', '0000 0000 0035 c00c'],
    ['a SOA', '0006', `c00c 0162 c00c ${'00'.repeat(20)}`],
    ['what any octets are', '0010', 'c01f'],
  ])('may be %s', (_what, type, rdata) => {
    expect(readSections(replyOf(type, rdata))).toMatchObject({ answers: 1 });
  });

  it.each([
    ['an A of three octets', '0001', 'c00002'],
    ['an AAAA of four', '001c', 'c0000201'],
    ['a CNAME without any', '0005', ''],
    ['a CNAME with more behind it', '0005', 'c00c 00'],
    ['a CNAME that ends beyond it', '0005', '0562'],
    ['a CNAME that points at itself', '0005', 'c01f'],
    ['a CNAME that points forward', '0005', '0162 c030'],
    ['an MX that points forward', '000f', '000a c030'],
    ['a SOA that is cut off', '0006', `c00c c00c ${'00'.repeat(19)}`],
  ])('is malformed: %s', (_what, type, rdata) => {
    expect(readSections(replyOf(type, rdata))).toBeUndefined();
  });
});

describe('a message without its OPT record', () => {
  const OPT = '00 0029 04d0 00000000 0000';
  /** Additional records behind a question for `a. A`: the first begins at 19. */
  const withAdditional = (...records: readonly string[]): Uint8Array =>
    octets(`1234 8180 0001 0000 0000 000${records.length} 0161 00 0001 0001 ${records.join('')}`);
  const shorten = (whole: Uint8Array): string | undefined => {
    const sections = readSections(whole);
    if (sections === undefined) throw new Error('malformed');
    const shorter = withoutOpt(whole, sections);
    return shorter && Buffer.from(shorter).toString('hex');
  };
  const hexOf = (whole: Uint8Array): string => Buffer.from(whole).toString('hex').slice(24);

  it('has what stands behind it, with pointers that lead where they led', () => {
    const before = '0162 c00c 0001 0001 0000003c 0004 c0000201';
    const cname = (target: number): string =>
      `0163 c013 0005 0001 0000003c 0004 0164 c0${target.toString(16)}`;
    // A CNAME whose target is below its own owner, then an A of that target.
    const first = 19 + 18;
    const a = (owner: number): string => `c0${owner.toString(16)} 0001 0001 0000003c 0004 c0000202`;
    const plain = withAdditional(before, cname(first), a(first + 14));
    const whole = withAdditional(before, OPT, cname(first + 11), a(first + 11 + 14));
    expect(readSections(whole)).toMatchObject({ additionals: 3, end: whole.length });
    expect(shorten(whole)?.slice(24)).toBe(hexOf(plain));
    expect(shorten(withAdditional(before, cname(first), a(first + 14), OPT))?.slice(24)).toBe(
      hexOf(plain),
    );
    expect(shorten(plain)?.slice(24)).toBe(hexOf(plain));
  });

  it('is none where a name points into it', () => {
    const whole = withAdditional(OPT, '0163 c013 0001 0001 0000003c 0004 c0000201');
    expect(shorten(whole)).toBeUndefined();
  });

  it('has one at the most', () => {
    expect(readSections(withAdditional(OPT, OPT))).toBeUndefined();
  });
});
