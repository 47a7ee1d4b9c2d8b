import {
  CLASS,
  NameError,
  parseName,
  parseRdata,
  parseTtl,
  RdataError,
  typeNumber,
} from '@seamark/protocol';
import { TemplateError } from './record-text.ts';

/** Where a record says none, as Go's zone reader has it. */
const DEFAULT_TTL = 3600;

/** Stands for what is not known before a question is asked. */
export const GAP = '\0';

interface Head {
  readonly owner: string;
  readonly ttl: number;
  readonly type: number;
  readonly rdata: string;
}

/**
 * One resource record of a zone file (RFC 1035 5.1), all names absolute with or without the final dot, to wire
 * format: `OWNER [TTL] [CLASS] TYPE RDATA`, TTL and class in either order.
 *
 * @throws TemplateError
 */
export function parseRecord(text: string): Uint8Array {
  const { owner, ttl, type, rdata } = readHead(text);
  try {
    const name = parseName(owner);
    const { octets } = parseRdata(type, withoutParentheses(rdata));
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
    throw asTemplateError(text, cause);
  }
}

/**
 * Looks at all of a record that has no {@link GAP}, up to the one whose place tells what stands behind it.
 *
 * @throws TemplateError where no question could make a record of it
 */
export function checkRecord(text: string): void {
  const { owner, type, rdata } = readHead(text);
  try {
    if (!owner.includes(GAP)) parseName(owner);
    if (type !== UNKNOWN_TYPE && !rdata.includes(GAP)) parseRdata(type, withoutParentheses(rdata));
  } catch (cause) {
    throw asTemplateError(text, cause);
  }
}

const UNKNOWN_TYPE = -1;

function readHead(whole: string): Head {
  const text = withoutComments(whole).trim();
  const [owner = '', ...words] = text.split(/\s+/);
  let ttl = DEFAULT_TTL;
  let at = 0;
  for (; at < 2; at++) {
    const word = words[at] ?? '';
    if (/^\d/.test(word) && !word.includes(GAP)) ttl = readTtl(whole, word);
    else if (word.toUpperCase() !== 'IN') break;
  }
  const mnemonic = words[at] ?? '';
  if (mnemonic.includes(GAP)) return { owner, ttl, type: UNKNOWN_TYPE, rdata: '' };
  const type = typeNumber(mnemonic);
  if (type === undefined) throw faultIn(whole, `"${mnemonic}" is no type`);
  return { owner, ttl, type, rdata: behindWords(text, at + 2) };
}

function readTtl(text: string, word: string): number {
  const ttl = parseTtl(word);
  if (ttl !== undefined) return ttl;
  throw faultIn(text, `${word} is no TTL (seconds up to 2147483647, or such as 1h30m)`);
}

function asTemplateError(text: string, cause: unknown): unknown {
  if (!(cause instanceof NameError || cause instanceof RdataError)) return cause;
  return faultIn(text, cause.message, { cause });
}

function faultIn(text: string, why: string, options?: ErrorOptions): TemplateError {
  return new TemplateError(`"${text.replaceAll(GAP, '{{ … }}')}": ${why}`, options);
}

/** RDATA as it is written: white space in quotes counts. */
function behindWords(text: string, count: number): string {
  return new RegExp(`^(?:\\S+\\s*){${count}}`).exec(text) === null
    ? ''
    : text.replace(new RegExp(`^(?:\\S+(?:\\s+|$)){${count}}`), '');
}

/** To the end of the line (RFC 1035 5.1), unless it stands in quotes or behind a backslash. */
function withoutComments(text: string): string {
  return text.replace(
    /("(?:[^"\\]|\\.)*"|\\.)|;[^\n]*/gs,
    (_, kept: string | undefined) => kept ?? '',
  );
}

/** They group lines, and here there is one. */
function withoutParentheses(text: string): string {
  return text.replace(
    /("(?:[^"\\]|\\.)*"|\\.)|[()]/gs,
    (_, kept: string | undefined) => kept ?? ' ',
  );
}
