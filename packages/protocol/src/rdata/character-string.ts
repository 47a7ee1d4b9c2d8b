/**
 * Text and octets (RFC 1035 5.1): `\DDD` is an octet, `\X` is X itself. Text beyond ASCII stands for its
 * UTF-8, as in any zone file that is written in it.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** A place within the text, and what is wrong there. */
export interface TextFault {
  readonly index: number;
  readonly reason: string;
}

/** The octets that `text` stands for, its escapes resolved; or what is wrong with it. */
export function unescapeText(text: string): Uint8Array | TextFault {
  if (!text.includes('\\')) return Buffer.from(text, 'utf8');
  const parts: Uint8Array[] = [];
  let index = 0;
  for (const { 0: whole, 1: digits, 2: character, index: at } of text.matchAll(ESCAPE)) {
    parts.push(Buffer.from(text.slice(index, at), 'utf8'));
    index = at + whole.length;
    if (digits !== undefined) {
      if (Number(digits) > 255) return { index: at, reason: 'an escape over \\255' };
      parts.push(Uint8Array.of(Number(digits)));
    } else if (character !== undefined) parts.push(Buffer.from(character, 'utf8'));
    else return { index: at, reason: 'an incomplete escape' };
  }
  parts.push(Buffer.from(text.slice(index), 'utf8'));
  return Buffer.concat(parts);
}

const ESCAPE = /\\(?:(\d{3})|([^\d])|)/gsu;

/** Octets as a quoted text, from which {@link unescapeText} makes them again. */
export function quoteOctets(octets: Uint8Array): string {
  let text = '"';
  for (const octet of octets) {
    if (octet === QUOTE || octet === BACKSLASH) text += `\\${String.fromCharCode(octet)}`;
    else if (octet < 0x20 || octet > 0x7e) text += `\\${String(octet).padStart(3, '0')}`;
    else text += String.fromCharCode(octet);
  }
  return `${text}"`;
}
