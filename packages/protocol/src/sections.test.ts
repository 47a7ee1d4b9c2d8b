// Names of records that are passed on as they are: whatever follows their pointers comes to an end.

import { describe, expect, it } from 'vitest';
import { Random } from '../test-support/random.ts';
import { parseReply } from './client.ts';
import { readSections } from './sections.ts';

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
      // The client reads RDATA, too, and minds what follows the last record.
      if (read !== undefined) expect(sections).toBeDefined();
    }
    expect(malformed).toBeGreaterThan(1000);
  });
});
