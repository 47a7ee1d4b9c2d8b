import { CLASS, NameError, parseName, parseRdata, RdataError, typeNumber } from '@seamark/protocol';
import { TemplateError } from './record-text.ts';

/** Where a record says none, as Go's zone reader has it. */
const DEFAULT_TTL = 3600;
const MOST_TTL = 0x7fffffff;

/**
 * One resource record of a zone file (RFC 1035 5.1), all names absolute with or without the final dot, to wire
 * format: `OWNER [TTL] [CLASS] TYPE RDATA`, TTL and class in either order.
 *
 * @throws TemplateError
 */
export function parseRecord(text: string): Uint8Array {
  const [owner = '', ...words] = text.trim().split(/\s+/);
  let ttl = DEFAULT_TTL;
  let at = 0;
  for (; at < 2; at++) {
    const word = words[at] ?? '';
    if (/^\d+$/.test(word)) ttl = Number(word);
    else if (word.toUpperCase() !== 'IN') break;
  }
  const mnemonic = words[at] ?? '';
  const type = typeNumber(mnemonic);
  if (type === undefined) throw new TemplateError(`"${text}": "${mnemonic}" is no type`);
  if (ttl > MOST_TTL) throw new TemplateError(`"${text}": ${ttl} is no TTL`);
  try {
    const name = parseName(owner);
    const { octets } = parseRdata(type, withoutParentheses(behindWords(text.trim(), at + 2)));
    const record = new Uint8Array(name.length + 10 + octets.length);
    const view = new DataView(record.buffer);
    record.set(name);
    view.setUint16(name.length, type);
    view.setUint16(name.length + 2, CLASS.IN);
    view.setUint32(name.length + 4, ttl);
    view.setUint16(name.length + 8, octets.length);
    record.set(octets, name.length + 10);
    return record;
  } catch (cause) {
    if (!(cause instanceof NameError || cause instanceof RdataError)) throw cause;
    throw new TemplateError(`"${text}": ${cause.message}`, { cause });
  }
}

/** RDATA as it is written: white space in quotes counts. */
function behindWords(text: string, count: number): string {
  return new RegExp(`^(?:\\S+\\s*){${count}}`).exec(text) === null
    ? ''
    : text.replace(new RegExp(`^(?:\\S+(?:\\s+|$)){${count}}`), '');
}

/** They group lines, and here there is one. */
function withoutParentheses(text: string): string {
  return text.replace(
    /("(?:[^"\\]|\\.)*"|\\.)|[()]/gs,
    (_, kept: string | undefined) => kept ?? ' ',
  );
}
