import type { Place, ZoneFault } from './record.ts';

/** A word of a zone file as it stands there, quotes and escapes included. */
export interface Token {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** What stands on a line, or on the several that parentheses make one. */
export interface Entry {
  /** At least one. */
  readonly tokens: readonly [Token, ...Token[]];
  /** The line begins with white space: it has the owner of the one before (RFC 1035 5.1). */
  readonly isIndented: boolean;
}

/** Quoted texts end on their line, as in BIND: whoever forgets a quote is told of that line, not of the last. */
const WORD = /(?:"(?:[^"\\\n]|\\[^\n])*"|\\[^\n]|[^ \t\r\n"\\;()])+/suy;
const LINE_END = '\n';

/**
 * Divides a zone file into entries and these into words (RFC 1035 5.1): comments, parentheses, quotes. Knows nothing
 * of what words mean.
 */
export class ZoneLexer {
  readonly #text: string;
  readonly #file: string;
  readonly #faults: ZoneFault[];
  #at = 0;
  #line = 1;
  #lineStart = 0;

  /** @param faults gets what is wrong; the line is then left out. */
  constructor(text: string, file: string, faults: ZoneFault[]) {
    this.#text = text;
    this.#file = file;
    this.#faults = faults;
    // A byte order mark is no part of the first owner.
    if (text.startsWith('\ufeff')) {
      this.#at = 1;
      this.#lineStart = 1;
    }
  }

  /** The next entry; undefined at the end. */
  next(): Entry | undefined {
    const text = this.#text;
    while (this.#at < text.length) {
      const isIndented = text[this.#at] === ' ' || text[this.#at] === '\t';
      const [first, ...rest] = this.#readLine();
      if (first !== undefined) return { tokens: [first, ...rest], isIndented };
    }
    return undefined;
  }

  /** Words up to the end of the line, or of that on which the last parenthesis is closed. */
  #readLine(): Token[] {
    const text = this.#text;
    const tokens: Token[] = [];
    const open: Place[] = [];
    while (this.#at < text.length) {
      const character = text[this.#at] as string;
      switch (character) {
        case ' ':
        case '\t':
        case '\r':
          this.#at += 1;
          continue;
        case LINE_END:
          this.#endLine();
          if (open.length === 0) return tokens;
          continue;
        case ';':
          this.#skipComment();
          continue;
        case '(':
          open.push(this.#place());
          this.#at += 1;
          continue;
        case ')':
          if (open.pop() === undefined) return this.#fail('a parenthesis that was not opened');
          this.#at += 1;
          continue;
        default: {
          const token = this.#word();
          if (token === undefined) {
            const isQuote = character === '"' || text.slice(this.#at).startsWith('\\') === false;
            return this.#fail(isQuote ? 'a quote that is not closed' : 'an incomplete escape');
          }
          tokens.push(token);
        }
      }
    }
    const [unclosed] = open;
    if (unclosed === undefined) return tokens;
    this.#faults.push({ place: unclosed, reason: 'a parenthesis that is not closed' });
    return [];
  }

  #word(): Token | undefined {
    WORD.lastIndex = this.#at;
    const [text] = WORD.exec(this.#text) ?? [];
    if (text === undefined) return undefined;
    const token = { text, line: this.#line, column: this.#at - this.#lineStart + 1 };
    this.#at = WORD.lastIndex;
    return token;
  }

  #fail(reason: string): [] {
    this.#faults.push({ place: this.#place(), reason });
    this.#skipComment();
    return [];
  }

  #skipComment(): void {
    const end = this.#text.indexOf(LINE_END, this.#at);
    this.#at = end === -1 ? this.#text.length : end;
  }

  #endLine(): void {
    this.#at += 1;
    this.#line += 1;
    this.#lineStart = this.#at;
  }

  #place(): Place {
    return { file: this.#file, line: this.#line, column: this.#at - this.#lineStart + 1 };
  }
}
