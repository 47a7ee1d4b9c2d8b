import { unescapeText } from './character-string.ts';
import { RdataError } from './rdata-error.ts';

/** A part of the text between white space, or between quotes. */
export interface Word {
  /** Without the quotes; escapes stand as written. */
  readonly text: string;
  readonly isQuoted: boolean;
  /** Where `text` begins in the whole. */
  readonly index: number;
}

/** `name`, `name=value` or `name="va lue"`. */
export interface Pair {
  readonly key: Word;
  readonly value: Word | undefined;
}

const QUOTED = /"((?:[^"\\]|\\.)*)"/suy;
const UNQUOTED = /(?:[^ \t\r\n"\\]|\\.)+/suy;
const KEY = /[^ \t\r\n"\\=]+/suy;
const SPACE = /[ \t\r\n]*/suy;
/** What may come after a quoted text: another one, white space, or nothing more. */
const AFTER_QUOTED = /(?=[" \t\r\n])|$/suy;

/**
 * RDATA in presentation format, read word by word: one line of a zone file behind the type (RFC 1035 5.1). It
 * is one record's already, so that parentheses and semicolons have nothing to group or to comment.
 */
export class TextReader {
  readonly type: number;
  readonly text: string;
  /** What relative names lie below, and `@` stands for, in wire format; undefined: every name is absolute. */
  readonly origin: Uint8Array | undefined;
  #at = 0;

  constructor(type: number, text: string, origin?: Uint8Array) {
    this.type = type;
    this.text = text;
    this.origin = origin;
  }

  /** Where the next word begins, or the end. */
  get index(): number {
    this.#take(SPACE);
    return this.#at;
  }

  get isAtEnd(): boolean {
    return this.index === this.text.length;
  }

  /**
   * The next word.
   *
   * @param what what it should be, for the error when there is none
   */
  word(what: string): Word {
    if (this.isAtEnd) this.fail(this.#at, `${what} is missing`);
    return this.#quoted() ?? this.#unquoted() ?? this.fail(this.#at, this.#oddity());
  }

  /** The next word, which may not be quoted: no name, number or digest is. */
  plain(what: string): Word {
    const word = this.word(what);
    if (word.isQuoted) this.fail(word.index - 1, `${what} in quotes`);
    return word;
  }

  /** What the next word stands for: a character-string, of any length. */
  octets(what: string): Uint8Array {
    return this.resolve(this.word(what));
  }

  /** A key with or without a value (RFC 9460 2.1). */
  pair(what: string): Pair {
    const index = this.index;
    const key = this.#take(KEY)?.[0];
    if (key === undefined) this.fail(index, `${what} is missing`);
    const word = { text: key, isQuoted: false, index };
    if (this.text[this.#at] !== '=') {
      if (!this.#endsHere()) this.fail(this.#at, this.#oddity());
      return { key: word, value: undefined };
    }
    this.#at += 1;
    const nothing = { text: '', isQuoted: false, index: this.#at };
    const value = this.#quoted() ?? this.#unquoted() ?? nothing;
    if (!this.#endsHere()) this.fail(this.#at, this.#oddity());
    return { key: word, value };
  }

  /** The octets that a word stands for. */
  resolve(word: Word): Uint8Array {
    const octets = unescapeText(word.text);
    if (octets instanceof Uint8Array) return octets;
    return this.fail(word.index + octets.index, octets.reason);
  }

  /** @throws RdataError if there is anything left */
  expectEnd(): void {
    if (!this.isAtEnd) this.fail(this.#at, 'more than belongs to it');
  }

  fail(index: number, reason: string): never {
    throw new RdataError(this.type, this.text, index, reason);
  }

  #quoted(): Word | undefined {
    const index = this.#at + 1;
    const text = this.#take(QUOTED)?.[1];
    if (text === undefined) return undefined;
    if (this.#take(AFTER_QUOTED) === undefined) this.fail(this.#at, 'no space after a quote');
    return { text, isQuoted: true, index };
  }

  #unquoted(): Word | undefined {
    const index = this.#at;
    const text = this.#take(UNQUOTED)?.[0];
    if (text === undefined) return undefined;
    if (!this.#endsHere()) this.fail(this.#at, this.#oddity());
    return { text, isQuoted: false, index };
  }

  #endsHere(): boolean {
    return this.#at === this.text.length || ' \t\r\n'.includes(this.text[this.#at] as string);
  }

  /** Why no word goes on here: what stops one is a quote or a backslash. */
  #oddity(): string {
    if (this.text[this.#at] === '\\') return 'an incomplete escape';
    QUOTED.lastIndex = this.#at;
    return QUOTED.test(this.text) ? 'a quote within a word' : 'a quote that is not closed';
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text) ?? undefined;
    if (found !== undefined) this.#at = pattern.lastIndex;
    return found;
  }
}
