import { describe, expect, it } from 'vitest';
import { Random, seeds } from '../../test-support/random.ts';
import { damage, randomRdata } from '../../test-support/rdata.ts';
import { compressibleNames, formatRdata, parseRdata, RdataError } from '../index.ts';

describe.each(seeds(5))('seed %i', (seed) => {
  it('RDATA comes back from its presentation form', () => {
    const random = new Random(seed);
    for (let i = 0; i < 1000; i++) {
      const { type, octets } = randomRdata(random);
      const text = formatRdata(type, octets);
      const note = `SEED=${seed} ${type} ${text}`;
      expect(text, note).toMatch(/^[\x20-\x7e]+$/);
      // Only what is of no known type needs the generic form: if what is right did, the rest would prove little.
      expect(text.startsWith('\\#'), note).toBe(type === 65_280);
      const parsed = parseRdata(type, text);
      expect(Buffer.from(parsed.octets).equals(octets), note).toBe(true);
      expect(parsed.names, note).toEqual(compressibleNames(type, octets));
      const generic = `\\# ${octets.length} ${Buffer.from(octets).toString('hex')}`;
      expect(Buffer.from(parseRdata(type, generic).octets).equals(octets), note).toBe(true);
    }
  });

  it('any octets have one, and what is refused is what needs the generic form', () => {
    const random = new Random(seed);
    let refused = 0;
    for (let i = 0; i < 1000; i++) {
      const { type, octets: right } = randomRdata(random);
      const octets = damage(random, right);
      const text = formatRdata(type, octets);
      const note = `SEED=${seed} ${type} ${text}`;
      let back: Uint8Array | undefined;
      try {
        back = parseRdata(type, text).octets;
      } catch (error) {
        expect(error, note).toBeInstanceOf(RdataError);
        refused += 1;
      }
      if (back === undefined) expect(text.startsWith('\\#'), note).toBe(true);
      else expect(Buffer.from(back).equals(octets), note).toBe(true);
    }
    expect(refused).toBeGreaterThan(100);
  });

  it('any text is RDATA or refused with a place in it', () => {
    const random = new Random(seed);
    for (let i = 0; i < 1000; i++) {
      const { type, octets } = randomRdata(random);
      const characters = [...formatRdata(type, octets)];
      for (let changes = 1 + random.below(3); changes > 0; changes--) {
        const odd = random.pick([...'"\\ 0a=,.@#\u00e9\ud83d']);
        characters.splice(random.below(characters.length + 1), random.below(2), odd);
      }
      const text = characters.join('');
      const note = `SEED=${seed} ${type} ${text}`;
      try {
        const parsed = parseRdata(type, text).octets;
        const back = parseRdata(type, formatRdata(type, parsed)).octets;
        expect(Buffer.from(back).equals(parsed), note).toBe(true);
      } catch (error) {
        expect(error, note).toBeInstanceOf(RdataError);
        if (!(error instanceof RdataError)) continue;
        expect(error.index, note).toBeGreaterThanOrEqual(0);
        expect(error.index, note).toBeLessThanOrEqual(text.length);
        expect(error.text).toBe(text);
      }
    }
  });
});
