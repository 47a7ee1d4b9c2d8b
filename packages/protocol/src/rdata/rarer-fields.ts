import { typeMnemonic, typeNumber } from '../mnemonics.ts';
import { quoteOctets } from './character-string.ts';
import type { Field } from './field.ts';
import { formatHex } from './fields.ts';

/** Fields of types that few zones have. */

/** Octets up to the end in base64 (RFC 4648 4), at least one; white space may stand anywhere in it. */
export function base64(what: string): Field {
  return {
    parse(text) {
      const first = text.index;
      let digits = '';
      do {
        const word = text.plain(`${what} in base64`);
        const odd = word.text.search(/[^A-Za-z0-9+/=]/);
        if (odd >= 0) text.fail(word.index + odd, 'no digit of base64');
        digits += word.text;
      } while (!text.isAtEnd);
      const octets = Buffer.from(digits, 'base64');
      // Node passes over what is left at the end; to say it again tells whether there was anything.
      if (octets.toString('base64') !== digits) {
        text.fail(first, `${what} that is cut off, or ends in bits that mean nothing`);
      }
      return octets;
    },
    format(octets) {
      const rest = octets.rest();
      if (rest.length === 0) octets.fail(`${what} that is empty`);
      return Buffer.from(rest).toString('base64');
    },
  };
}

/** A fixed number of octets in hexadecimal, in groups with something between. */
export function groups(what: string, length: number, inEach: 1 | 2, between: '-' | ':'): Field {
  const count = length / inEach;
  // RFC 6742 2.1.1 leaves leading zeros out as IPv6 does, though never a group; RFC 7043 3.2 has two digits.
  const digits = inEach === 1 ? '[0-9a-f]{2}' : '[0-9a-f]{1,4}';
  const whole = new RegExp(`^${digits}(?:${between}${digits}){${count - 1}}$`, 'i');
  const shape = Array(count).fill('xx'.repeat(inEach)).join(between);
  return {
    parse(text) {
      const word = text.plain(`${what} (${shape})`);
      if (!whole.test(word.text)) {
        text.fail(word.index, `no ${what.replace(/^an? /, '')} (${shape})`);
      }
      const parts = word.text.split(between).map((part) => part.padStart(2 * inEach, '0'));
      return Buffer.from(parts.join(''), 'hex');
    },
    format(octets) {
      const taken = octets.take(length);
      return Array.from({ length: count }, (_, i) =>
        formatHex(taken.subarray(i * inEach, (i + 1) * inEach)).toLowerCase(),
      ).join(between);
    },
  };
}

/** Four digits or more in a character-string (RFC 1183 3.1). */
export const phoneNumber: Field = {
  parse(text) {
    const { index } = text;
    const octets = text.octets('a PSDN address');
    if (!isPhoneNumber(octets)) text.fail(index, 'no PSDN address (4 to 255 digits)');
    return Buffer.concat([Uint8Array.of(octets.length), octets]);
  },
  format(octets) {
    const taken = octets.take(octets.u8());
    if (!isPhoneNumber(taken)) octets.fail('no PSDN address');
    return quoteOctets(taken);
  },
};

const isPhoneNumber = (octets: Uint8Array): boolean =>
  /^\d{4,255}$/.test(Buffer.from(octets).toString('latin1'));

/** Octets of a window: one bit for each of 256 types. */
const WINDOW = 32;

/** RR types up to the end, none at the least: a bitmap in windows of 256 types (RFC 4034 4.1.2). */
export const typeList: Field = {
  parse(text) {
    const windows = new Map<number, Uint8Array>();
    while (!text.isAtEnd) {
      const word = text.plain('a type');
      const type = typeNumber(word.text);
      if (type === undefined) return text.fail(word.index, `no type "${word.text}"`);
      const window = windows.get(type >> 8) ?? new Uint8Array(WINDOW);
      windows.set(type >> 8, window);
      const low = type & 0xff;
      window[low >> 3] = (window[low >> 3] ?? 0) | (0x80 >> (low & 7));
    }
    const inOrder = [...windows].sort(([one], [other]) => one - other);
    return Buffer.concat(
      inOrder.map(([number, bits]) => {
        const used = bits.findLastIndex((octet) => octet !== 0) + 1;
        return Buffer.from([number, used, ...bits.subarray(0, used)]);
      }),
    );
  },
  format(octets) {
    const types: string[] = [];
    let last = -1;
    while (!octets.isAtEnd) {
      const number = octets.u8();
      const bits = octets.take(octets.u8());
      if (number <= last || bits.length === 0 || bits.length > WINDOW || bits.at(-1) === 0) {
        octets.fail('a list of types that is malformed');
      }
      last = number;
      bits.forEach((octet, i) => {
        for (let bit = 0; bit < 8; bit++) {
          if ((octet & (0x80 >> bit)) !== 0) types.push(typeMnemonic(256 * number + 8 * i + bit));
        }
      });
    }
    return types.join(' ');
  },
};
