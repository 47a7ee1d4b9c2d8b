import { formatAddress, parseAddress } from '../address.ts';
import { quoteOctets } from './character-string.ts';
import type { OctetReader } from './octet-reader.ts';
import { keyName, keyNumber, SVC_KEYS } from './svc-keys.ts';

/** What the value of a parameter is, both ways between its two forms. */
export interface SvcValue {
  /**
   * @param text the octets that its character-string stands for
   * @returns the value's octets, or a phrase that goes on after the parameter's name
   */
  parse(text: Uint8Array): Uint8Array | string;
  /** Reads all of a value; empty where the parameter has none. */
  format(octets: OctetReader): string;
}

const COMMA = 0x2c;
const BACKSLASH = 0x5c;

const asText = (octets: Uint8Array): string => Buffer.from(octets).toString('latin1');

/** Keys that a client has to know: sorted, each once, itself not among them (RFC 9460 8). */
const mandatory: SvcValue = {
  parse(text) {
    const names = asText(text).split(',');
    const keys = names.map((name) => keyNumber(name) ?? -1).sort((one, other) => one - other);
    if (keys[0] === -1) return 'has to name parameters';
    if (new Set(keys).size < keys.length) return 'names a parameter twice';
    const octets = Buffer.alloc(2 * keys.length);
    keys.forEach((key, i) => {
      octets.writeUInt16BE(key, 2 * i);
    });
    return octets;
  },
  format(octets) {
    const names: string[] = [];
    let last = 0;
    do {
      const key = octets.u16();
      if (key === SVC_KEYS.mandatory) octets.fail('names itself');
      else if (key <= last) octets.fail('names parameters that are not in the order of their keys');
      last = key;
      names.push(keyName(key));
    } while (!octets.isAtEnd);
    return names.join(',');
  },
};

/** Protocol IDs of 1 to 255 octets, with an escape of its own for a comma in one (RFC 9460 7.1.1, A.1). */
const alpn: SvcValue = {
  parse(text) {
    const ids: number[][] = [[]];
    for (let at = 0; at < text.length; at++) {
      const octet = text[at] as number;
      if (octet === COMMA) {
        ids.push([]);
        continue;
      }
      if (octet === BACKSLASH) at += 1;
      if (at === text.length) return 'ends within an escape';
      ids.at(-1)?.push(text[at] as number);
    }
    if (ids.some(({ length }) => length === 0)) return 'has an empty protocol';
    if (ids.some(({ length }) => length > 255)) return 'has a protocol of more than 255 octets';
    return Uint8Array.from(ids.flatMap((id) => [id.length, ...id]));
  },
  format(octets) {
    const ids: string[] = [];
    do {
      const id = asText(octets.take(octets.u8()));
      if (id === '') octets.fail('has an empty protocol');
      ids.push(id.replaceAll(/[,\\]/g, '\\$&'));
    } while (!octets.isAtEnd);
    return quoteOctets(Buffer.from(ids.join(','), 'latin1'));
  },
};

/** A parameter that says all by being there. */
const nothing: SvcValue = {
  parse: (text) => (text.length === 0 ? text : 'takes no value'),
  format: () => '',
};

const port: SvcValue = {
  parse(text) {
    const digits = asText(text);
    const value = /^\d{1,5}$/.test(digits) ? Number(digits) : -1;
    if (value < 0 || value > 0xffff) return 'has to be 0 to 65535';
    return Uint8Array.of(value >> 8, value & 0xff);
  },
  format: (octets) => String(octets.u16()),
};

const addresses = (length: 4 | 16): SvcValue => ({
  parse(text) {
    const parts: Uint8Array[] = [];
    for (const address of asText(text).split(',')) {
      const octets = parseAddress(address);
      if (octets?.length !== length) return `has to be IPv${length === 4 ? 4 : 6} addresses`;
      parts.push(octets);
    }
    return Buffer.concat(parts);
  },
  format(octets) {
    const texts: string[] = [];
    do texts.push(formatAddress(octets.take(length)));
    while (!octets.isAtEnd);
    return texts.join(',');
  },
});

/** Keys to encrypt a ClientHello to; what is in them is TLS's business. */
const ech: SvcValue = {
  parse(text) {
    const base64 = asText(text);
    const octets = Buffer.from(base64, 'base64');
    return octets.length > 0 && octets.toString('base64') === base64 ? octets : 'has to be Base64';
  },
  format(octets) {
    const list = octets.rest();
    if (list.length === 0) octets.fail('is empty');
    return Buffer.from(list).toString('base64');
  },
};

/** A URI template (RFC 9461 5). */
const dohpath: SvcValue = {
  parse: (text) => text,
  format(octets) {
    const template = octets.rest();
    if (template.length === 0) octets.fail('is empty');
    return quoteOctets(template);
  },
};

/** By key; the others' values are octets. */
export const SVC_VALUES: Readonly<Record<number, SvcValue>> = {
  [SVC_KEYS.mandatory]: mandatory,
  [SVC_KEYS.alpn]: alpn,
  [SVC_KEYS['no-default-alpn']]: nothing,
  [SVC_KEYS.port]: port,
  [SVC_KEYS.ipv4hint]: addresses(4),
  [SVC_KEYS.ech]: ech,
  [SVC_KEYS.ipv6hint]: addresses(16),
  [SVC_KEYS.dohpath]: dohpath,
  [SVC_KEYS.ohttp]: nothing,
};

/** The value of a key that has no name here. */
export const OPAQUE_VALUE: SvcValue = {
  parse: (text) => text,
  format(octets) {
    const value = octets.rest();
    return value.length === 0 ? '' : quoteOctets(value);
  },
};
