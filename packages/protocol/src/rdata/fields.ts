import { formatAddress, parseAddress } from '../address.ts';
import { toALabels } from '../idn.ts';
import { formatName, NameError, parseName, parseRelativeName } from '../name.ts';
import { parsePeriod } from '../period.ts';
import { quoteOctets } from './character-string.ts';
import type { Field } from './field.ts';
import type { TextReader } from './text-reader.ts';

/** The fields of which most types are made; those of SVCB and HTTPS are in `svc-params.ts`. */

const LONGEST_STRING = 255;

/** A whole number of 8, 16 or 32 bits. */
export function number(bits: 8 | 16 | 32, what: string): Field {
  const most = 2 ** bits - 1;
  const range = `${what} (0 to ${most})`;
  return {
    parse(text) {
      const word = text.plain(range);
      const value = /^\d{1,10}$/.test(word.text) ? Number(word.text) : most + 1;
      if (value > most) text.fail(word.index, `no ${range.replace(/^an? /, '')}`);
      const octets = Buffer.alloc(bits / 8);
      octets.writeUIntBE(value, 0, octets.length);
      return octets;
    },
    format(octets) {
      if (bits === 8) return String(octets.u8());
      return String(bits === 16 ? octets.u16() : octets.u32());
    },
  };
}

/** Seconds in 32 bits, written as a number or with units: `1d`. */
export function period(what: string): Field {
  const range = `${what} (0 to ${2 ** 32 - 1} seconds, or such as 1h30m)`;
  return {
    parse(text) {
      const word = text.plain(range);
      const seconds = parsePeriod(word.text) ?? 2 ** 32;
      if (seconds >= 2 ** 32) text.fail(word.index, `no ${range.replace(/^an? /, '')}`);
      const octets = Buffer.alloc(4);
      octets.writeUInt32BE(seconds);
      return octets;
    },
    format: (octets) => String(octets.u32()),
  };
}

/**
 * A domain name, its case kept, an IDN as its A-labels: below the origin where there is one, else absolute with or
 * without the final dot.
 */
export function name(what: string): Field {
  return {
    parse(text) {
      const word = text.plain(what);
      const { origin } = text;
      if (word.text === '@' && origin === undefined) {
        text.fail(word.index, 'there is no origin that @ could stand for');
      }
      const ascii = toALabels(word.text);
      try {
        return origin === undefined ? parseName(ascii) : parseRelativeName(ascii, origin);
      } catch (error) {
        if (!(error instanceof NameError)) throw error;
        const { index, reason } = error;
        return text.fail(word.index + (ascii === word.text ? index : 0), reason);
      }
    },
    format: (octets) => formatName(octets.name()),
  };
}

/** An address of 4 or 16 octets. */
export function address(length: 4 | 16): Field {
  const what = length === 4 ? 'IPv4 address' : 'IPv6 address';
  return {
    parse(text) {
      const word = text.plain(`an ${what}`);
      const octets = parseAddress(word.text);
      if (octets?.length !== length) return text.fail(word.index, `no ${what}`);
      return octets;
    },
    format: (octets) => formatAddress(octets.take(length)),
  };
}

/** One character-string. */
export function string(what: string): Field {
  return {
    parse(text) {
      const { index } = text;
      const octets = text.octets(what);
      if (octets.length > LONGEST_STRING) text.fail(index, `${what} of more than 255 octets`);
      return Buffer.concat([Uint8Array.of(octets.length), octets]);
    },
    format: (octets) => quoteOctets(octets.take(octets.u8())),
  };
}

/** A field that may be left out, where it is the last. */
export function optional(field: Field): Field {
  return {
    parse: (text) => (text.isAtEnd ? new Uint8Array(0) : field.parse(text)),
    format: (octets) => (octets.isAtEnd ? '' : field.format(octets)),
  };
}

/**
 * Character-strings up to the end. One of more than 255 octets becomes several, as those who write keys and
 * policies in TXT expect: a reader puts them together again (RFC 7208 3.3).
 */
export const strings: Field = {
  parse(text) {
    const parts: Uint8Array[] = [];
    do {
      const octets = text.octets('a text');
      let from = 0;
      do {
        const part = octets.subarray(from, from + LONGEST_STRING);
        parts.push(Uint8Array.of(part.length), part);
        from += LONGEST_STRING;
      } while (from < octets.length);
    } while (!text.isAtEnd);
    return Buffer.concat(parts);
  },
  format(octets) {
    const texts: string[] = [];
    do texts.push(quoteOctets(octets.take(octets.u8())));
    while (!octets.isAtEnd);
    return texts.join(' ');
  },
};

/**
 * Octets up to the end, written as one character-string of any length.
 *
 * @param least how many octets there are at least
 */
export function longString(what: string, least: 0 | 1): Field {
  return {
    parse: (text) => text.octets(what),
    format(octets) {
      const rest = octets.rest();
      if (rest.length < least) octets.fail(`${what} that is empty`);
      return quoteOctets(rest);
    },
  };
}

/** The tag of a property: letters and digits behind their length (RFC 8659 4.1). */
export const tag: Field = {
  parse(text) {
    const word = text.plain('a tag');
    if (!isTag(word.text)) text.fail(word.index, 'no tag (letters and digits)');
    return Buffer.concat([Uint8Array.of(word.text.length), Buffer.from(word.text, 'latin1')]);
  },
  format(octets) {
    const text = Buffer.from(octets.take(octets.u8())).toString('latin1');
    if (!isTag(text)) octets.fail('no tag');
    return text;
  },
};

const isTag = (text: string): boolean => /^[a-z0-9]{1,255}$/i.test(text);

/**
 * Octets up to the end in hexadecimal, at least one; white space may stand between digits.
 *
 * @param kindAt where the record has the octet that says what kind of digest it is
 * @param lengths of the kinds that are known, in octets
 */
export function digest(kindAt: number, lengths: Readonly<Record<number, number>>): Field {
  return {
    parse: (text) => parseHex(text, 'a digest'),
    format(octets) {
      const expected = lengths[octets.octets[kindAt] ?? -1];
      const rest = octets.rest();
      if (rest.length !== (expected ?? Math.max(rest.length, 1))) {
        octets.fail(`a digest of ${rest.length} octets, not ${expected ?? 'of one or more'}`);
      }
      return formatHex(rest);
    },
  };
}

/** Reads digits up to the end of the text. */
export function parseHex(text: TextReader, what: string): Uint8Array {
  const first = text.index;
  let digits = '';
  do {
    const word = text.plain(`${what} in hexadecimal`);
    const odd = word.text.search(/[^0-9a-f]/i);
    if (odd >= 0) text.fail(word.index + odd, 'no hexadecimal digit');
    digits += word.text;
  } while (!text.isAtEnd);
  if (digits.length % 2 === 1) text.fail(first, 'an odd number of hexadecimal digits');
  return Buffer.from(digits, 'hex');
}

export function formatHex(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('hex').toUpperCase();
}
