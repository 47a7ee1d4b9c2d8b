import { LIMIT } from './constants.ts';

/**
 * Domain names. On the wire a name is a run of labels, each behind its length octet, closed by the
 * root's zero: `03 www 07 example 03 com 00`. Labels are octets, not text: any value may stand in
 * one, a dot included. Presentation format (RFC 1035 5.1) writes what is not plain as `\.` or `\DDD`.
 */

/** A name in wire format whose A-Z are folded to a-z (RFC 4343 3). Only `foldName` makes one. */
export type FoldedName = Uint8Array & { readonly __folded: unique symbol };

/** Each octet's folded value: lower case for A-Z, itself otherwise. */
export const FOLD: Uint8Array = Uint8Array.from({ length: 256 }, (_, octet) =>
  octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet,
);

/** Why a text is no domain name: `reason` is a phrase for people, `index` the place in `text`. */
export class NameError extends Error {
  override readonly name = 'NameError';
  readonly code = 'NAME_MALFORMED';
  readonly text: string;
  readonly index: number;
  readonly reason: string;

  constructor(text: string, index: number, reason: string) {
    super(`"${text}" is not a domain name: ${reason} at character ${index + 1}`);
    this.text = text;
    this.index = index;
    this.reason = reason;
  }
}

/**
 * Parses presentation format into wire format. A trailing dot makes no difference: every name here
 * is absolute. Characters beyond ASCII are refused; an IDN comes as its A-labels.
 *
 * @returns a new array of 1 to 255 octets, the root included; case as written.
 * @throws NameError for an empty label, one over 63 octets, a name over 255, a bad escape.
 */
export function parseName(text: string): Uint8Array {
  const wire = scratch;
  if (text === '.') return Uint8Array.of(0);
  if (text === '') throw new NameError(text, 0, 'it is empty');
  let lengthAt = 0;
  let at = 1;
  let index = 0;
  while (index < text.length) {
    const code = text.charCodeAt(index);
    if (code === 0x2e) {
      closeLabel(wire, lengthAt, at, text, index);
      lengthAt = at;
      at += 1;
      index += 1;
      continue;
    }
    let octet = code;
    let taken = 1;
    if (code === 0x5c) {
      [octet, taken] = readEscape(text, index);
    } else if (code > 0x7e || code < 0x21) {
      throw new NameError(text, index, 'a character that needs an escape (or an A-label)');
    }
    if (at >= LIMIT.NAME) throw new NameError(text, index, 'more than 255 octets');
    wire[at] = octet;
    at += 1;
    index += taken;
  }
  if (at > lengthAt + 1) {
    closeLabel(wire, lengthAt, at, text, text.length);
    lengthAt = at;
    at += 1;
  }
  if (at > LIMIT.NAME) throw new NameError(text, text.length, 'more than 255 octets');
  wire[lengthAt] = 0;
  return wire.slice(0, at);
}

/**
 * The same as a zone file has it (RFC 1035 5.1): without a final dot it lies below `origin`, which `@` stands for.
 *
 * @param origin in wire format.
 * @throws NameError
 */
export function parseRelativeName(text: string, origin: Uint8Array): Uint8Array {
  if (text === '@') return origin.slice();
  const name = parseName(text);
  if (isAbsolute(text)) return name;
  const length = name.length - 1 + origin.length;
  if (length > LIMIT.NAME) {
    throw new NameError(text, 0, `more than 255 octets below ${formatName(origin)}`);
  }
  const whole = new Uint8Array(length);
  whole.set(name);
  whole.set(origin, name.length - 1);
  return whole;
}

/** The last dot divides labels if no backslash is left over before it: `a\\\\.` ends in one, `a\\.` does not. */
function isAbsolute(text: string): boolean {
  if (!text.endsWith('.')) return false;
  let at = text.length - 1;
  while (at > 0 && text[at - 1] === '\\') at -= 1;
  return (text.length - 1 - at) % 2 === 0;
}

/** Where a name is composed before its length is known. */
const scratch: Uint8Array = new Uint8Array(LIMIT.NAME + 1);

function closeLabel(wire: Uint8Array, lengthAt: number, at: number, text: string, index: number) {
  const length = at - lengthAt - 1;
  if (length === 0) throw new NameError(text, index, 'an empty label');
  if (length > LIMIT.LABEL) throw new NameError(text, index, 'a label of more than 63 octets');
  wire[lengthAt] = length;
}

/** `\X` or `\DDD` at `index`: the octet and the number of characters it takes. */
function readEscape(text: string, index: number): [octet: number, taken: number] {
  const digits = text.slice(index + 1, index + 4);
  if (/^\d{3}$/.test(digits)) {
    const octet = Number(digits);
    if (octet > 255) throw new NameError(text, index, 'an escape over \\255');
    return [octet, 4];
  }
  const code = text.charCodeAt(index + 1);
  if (Number.isNaN(code) || code > 0x7e || code < 0x20 || /^\d/.test(digits)) {
    throw new NameError(text, index, 'an incomplete escape');
  }
  return [code, 2];
}

/**
 * Writes a wire-format name in presentation format, always with the trailing dot.
 *
 * @param wire octets that hold a valid uncompressed name at `offset`; not kept.
 */
export function formatName(wire: Uint8Array, offset = 0): string {
  let at = offset;
  let text = '';
  for (;;) {
    const length = wire[at] ?? 0;
    if (length === 0) return text === '' ? '.' : text;
    for (let i = at + 1; i <= at + length; i++) text += formatOctet(wire[i] ?? 0);
    text += '.';
    at += length + 1;
  }
}

function formatOctet(octet: number): string {
  if (octet < 0x21 || octet > 0x7e) return `\\${String(octet).padStart(3, '0')}`;
  const character = String.fromCharCode(octet);
  return '.\\"();@$'.includes(character) ? `\\${character}` : character;
}

/** A folded copy of a wire-format name. Length octets are at most 63 and so never fold. */
export function foldName(wire: Uint8Array): FoldedName {
  const folded = new Uint8Array(wire.length);
  for (let i = 0; i < wire.length; i++) folded[i] = FOLD[wire[i] as number] as number;
  return folded as FoldedName;
}

/** The number of labels of a wire-format name, the root not counted. */
export function countLabels(wire: Uint8Array): number {
  let labels = 0;
  for (let at = 0; (wire[at] ?? 0) !== 0; at += (wire[at] ?? 0) + 1) labels += 1;
  return labels;
}
