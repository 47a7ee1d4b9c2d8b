import { TYPE } from '../constants.ts';
import { toALabels } from '../idn.ts';
import { typeNumber } from '../mnemonics.ts';
import { NameError, parseRelativeName } from '../name.ts';
import { parseTtl } from '../period.ts';
import { parseRdata } from '../rdata/rdata.ts';
import { RdataError } from '../rdata/rdata-error.ts';
import { fillIn, isTemplate, parseRange } from './generate.ts';
import { type Entry, type Token, ZoneLexer } from './lexer.ts';
import type { Place, ZoneFault, ZoneRecord } from './record.ts';

export interface ZoneFileOptions {
  /** What the file is called in places. */
  readonly file: string;
  /** What its relative names lie below before a $ORIGIN, in wire format. */
  readonly origin: Uint8Array;
  /**
   * Reads a file for $INCLUDE; a string says why it can't.
   *
   * @param from the file that names it
   */
  readonly include: (name: string, from: string) => IncludedFile | string;
}

export interface IncludedFile {
  readonly file: string;
  readonly text: string;
}

/** What a zone file says. */
export interface ZoneFile {
  /** In the order of the file; lines with faults are not among them. */
  readonly records: readonly ZoneRecord[];
  /** In the same order; none: the file is right. */
  readonly faults: readonly ZoneFault[];
}

/** A file that includes itself would go on for ever. */
const MOST_INCLUDES = 8;
/** Beyond these nobody reads on. */
const MOST_FAULTS = 20;

/** Words for classes; we know one. */
const CLASSES: ReadonlySet<string> = new Set(['IN', 'CS', 'CH', 'HS', 'ANY', 'NONE']);

/** Types that stand in questions and messages, and are no zone's (RFC 6895 3.1). */
const META_TYPES: ReadonlySet<number> = new Set([
  ...[0, TYPE.OPT, TYPE.TKEY, TYPE.TSIG, TYPE.IXFR],
  ...[TYPE.AXFR, TYPE.MAILB, TYPE.MAILA, TYPE.ANY],
]);

/**
 * Reads a zone file (RFC 1035 5, with $TTL of RFC 2308 4, the generic forms of RFC 3597 5 and BIND's $GENERATE): which
 * records are written in it, and not whether they make a zone. After a fault it goes on with the next line, so that
 * all are told at once.
 */
export function readZoneFile(text: string, options: ZoneFileOptions): ZoneFile {
  const reading: Reading = { records: [], faults: [], include: options.include };
  const { file, origin } = options;
  readEntries(text, reading, {
    file,
    origin,
    depth: 0,
    owner: undefined,
    ttl: undefined,
    isTtlSet: false,
  });
  return { records: reading.records, faults: reading.faults.slice(0, MOST_FAULTS) };
}

interface Reading {
  readonly records: ZoneRecord[];
  readonly faults: ZoneFault[];
  readonly include: ZoneFileOptions['include'];
}

/** What a line leaves to the next. */
interface State {
  readonly file: string;
  /** Files around this one. */
  readonly depth: number;
  origin: Uint8Array;
  /** The owner that was stated last. */
  owner: Uint8Array | undefined;
  /** Of records that state none: of the last $TTL, or, before any, the one that was stated last. */
  ttl: number | undefined;
  isTtlSet: boolean;
}

/** Ends the reading of a line. */
class LineFault extends Error {
  override readonly name = 'LineFault';
  readonly token: Token;
  readonly index: number;

  constructor(token: Token, reason: string, index = 0) {
    super(reason);
    this.token = token;
    this.index = index;
  }
}

function readEntries(text: string, reading: Reading, state: State): void {
  const { faults } = reading;
  const lexer = new ZoneLexer(text, state.file, faults);
  for (let entry = lexer.next(); entry !== undefined; entry = lexer.next()) {
    try {
      if (!entry.isIndented && entry.tokens[0].text.startsWith('$')) {
        readDirective(entry.tokens, reading, state);
      } else readRecord(entry, reading, state);
    } catch (error) {
      if (!(error instanceof LineFault)) throw error;
      // What $GENERATE has made of a word stands nowhere.
      const isMade = /^\$GENERATE$/i.test(entry.tokens[0].text);
      const place = placeOf(error.token, state, isMade ? 0 : error.index);
      faults.push({ place, reason: error.message });
    }
    if (faults.length >= MOST_FAULTS) return;
  }
}

function placeOf({ line, column }: Token, { file }: State, index = 0): Place {
  return { file, line, column: column + index };
}

function readDirective(tokens: Entry['tokens'], reading: Reading, state: State): void {
  const [directive, first, second, ...more] = tokens;
  const name = directive.text.toUpperCase();
  if (name === '$GENERATE') {
    generate(tokens, reading, state);
    return;
  }
  if (!['$ORIGIN', '$TTL', '$INCLUDE'].includes(name)) {
    throw new LineFault(
      directive,
      `${directive.text} is none of $ORIGIN, $TTL, $INCLUDE, $GENERATE`,
    );
  }
  if (first === undefined) throw new LineFault(directive, `${name} says nothing`);
  const excess = name === '$INCLUDE' ? more[0] : second;
  if (excess !== undefined) throw new LineFault(excess, `more than ${name} takes`);
  if (name === '$ORIGIN') state.origin = nameOf(first, state);
  else if (name === '$TTL') {
    state.ttl = ttlOf(first);
    state.isTtlSet = true;
  } else include(first, second, reading, state);
}

/**
 * The included file begins with what holds here, and what it changes ends with it: RFC 1035 5.1 says so of the origin,
 * and the rest is no different.
 */
function include(file: Token, origin: Token | undefined, reading: Reading, state: State): void {
  if (state.depth === MOST_INCLUDES) {
    throw new LineFault(file, `${MOST_INCLUDES} files are included in one another already`);
  }
  const included = reading.include(unquoted(file), state.file);
  if (typeof included === 'string') throw new LineFault(file, included);
  readEntries(included.text, reading, {
    ...state,
    file: included.file,
    origin: origin === undefined ? state.origin : nameOf(origin, state),
    depth: state.depth + 1,
  });
}

function generate(tokens: Entry['tokens'], reading: Reading, state: State): void {
  const [directive, bounds, ...template] = tokens;
  if (bounds === undefined || template.length < 3) {
    throw new LineFault(
      directive,
      '$GENERATE takes START-STOP[/STEP] OWNER [TTL] [CLASS] TYPE RDATA',
    );
  }
  const range = parseRange(bounds.text);
  if (range === undefined) {
    throw new LineFault(bounds, 'no range such as 1-254 or 0-100/2, of 65536 numbers at the most');
  }
  const odd = template.find((token) => !isTemplate(token));
  if (odd !== undefined)
    throw new LineFault(
      odd,
      'no {OFFSET[,WIDTH[,BASE]]} behind $, with a base of d, o, x, X, n or N',
    );
  for (let number = range.start; number <= range.stop; number += range.step) {
    const filled = template.map((token) => fillIn(token, number)) as [Token, ...Token[]];
    readRecord({ tokens: filled, isIndented: false }, reading, state);
  }
}

/** `[OWNER] [TTL] [CLASS] TYPE RDATA`, TTL and class in either order. */
function readRecord({ tokens, isIndented }: Entry, reading: Reading, state: State): void {
  let at = 0;
  const [start] = tokens;
  if (!isIndented) {
    state.owner = undefined;
    state.owner = nameOf(start, state);
    at = 1;
  }
  const { owner } = state;
  let ttl: number | undefined;
  let hasClass = false;
  for (; at < tokens.length; at++) {
    const token = tokens[at] as Token;
    // No class and no type begins with a digit.
    if (ttl === undefined && /^\d/.test(token.text)) ttl = ttlOf(token);
    else if (!hasClass && isClass(token.text)) {
      if (!/^(?:IN|CLASS0*1)$/i.test(token.text))
        throw new LineFault(token, `the class ${token.text}; only IN is served`);
      hasClass = true;
    } else break;
  }
  const word = tokens[at];
  if (word === undefined) throw new LineFault(tokens.at(-1) ?? start, 'a record without a type');
  const type = typeNumber(word.text);
  if (type === undefined) throw new LineFault(word, `"${word.text}" is no type, class or TTL`);
  if (META_TYPES.has(type))
    throw new LineFault(word, `${word.text} is a type of questions, not of records`);
  if (owner === undefined)
    throw new LineFault(start, 'a record without an owner, and no usable one before it');
  const rdata = rdataOf(type, tokens.slice(at + 1), word, state);
  if (ttl !== undefined && !state.isTtlSet) state.ttl = ttl;
  reading.records.push({
    ...{ owner, type, rdata },
    ttl: ttl ?? state.ttl ?? defaultTtl(type, rdata, start, state),
    place: placeOf(start, state),
  });
}

/** RFC 1035 has no default and RFC 2308 only $TTL; BIND and CoreDNS take the negative TTL of a SOA that states none. */
function defaultTtl(type: number, rdata: Uint8Array, token: Token, state: State): number {
  if (type !== TYPE.SOA) {
    throw new LineFault(
      token,
      'a record without a TTL, and none before it: write $TTL at the head of the file',
    );
  }
  const minimum = Buffer.from(rdata.buffer, rdata.byteOffset, rdata.length).readUInt32BE(
    rdata.length - 4,
  );
  state.ttl = Math.min(minimum, 2 ** 31 - 1);
  return state.ttl;
}

function isClass(text: string): boolean {
  return CLASSES.has(text.toUpperCase()) || /^CLASS\d{1,5}$/i.test(text);
}

function ttlOf(token: Token): number {
  const ttl = parseTtl(token.text);
  if (ttl === undefined)
    throw new LineFault(token, 'no TTL (seconds up to 2147483647, or such as 1h30m)');
  return ttl;
}

function nameOf(token: Token, { origin }: State): Uint8Array {
  if (token.text.startsWith('"')) throw new LineFault(token, 'a name in quotes');
  const ascii = toALabels(token.text);
  try {
    return parseRelativeName(ascii, origin);
  } catch (error) {
    if (!(error instanceof NameError)) throw error;
    throw new LineFault(
      token,
      `"${token.text}" is no name: ${error.reason}`,
      ascii === token.text ? error.index : 0,
    );
  }
}

function rdataOf(type: number, tokens: readonly Token[], word: Token, state: State): Uint8Array {
  const text = tokens.map((token) => token.text).join(' ');
  try {
    return parseRdata(type, text, state.origin).octets;
  } catch (error) {
    if (!(error instanceof RdataError)) throw error;
    let { index } = error;
    for (const token of tokens) {
      if (index <= token.text.length)
        throw new LineFault(token, `${word.text}: ${error.reason}`, index);
      index -= token.text.length + 1;
    }
    throw new LineFault(tokens.at(-1) ?? word, `${word.text}: ${error.reason}`);
  }
}

function unquoted({ text }: Token): string {
  return /^".*"$/s.test(text) ? text.slice(1, -1) : text;
}
