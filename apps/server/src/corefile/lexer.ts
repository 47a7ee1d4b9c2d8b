import type { Problems } from './errors.ts';
import type { Position, Token } from './token.ts';

/**
 * Splits a Corefile into words as CoreDNS does: words are separated by white space; a word that
 * begins with `"` ends at the next `"`, may hold line ends, and knows one escape, `\"`; a `#` outside
 * quotes begins a comment, in the middle of a word too. A backquote is a letter like any other.
 *
 * Unlike CoreDNS, a quoted brace is a word, and a quote that never closes is reported.
 *
 * @param text the file, its byte order mark removed.
 */
export function lex(text: string, file: string, problems: Problems): Token[] {
  return new Lexer(text, file, problems).run();
}

class Lexer {
  readonly #text: string;
  readonly #file: string;
  readonly #problems: Problems;
  readonly #tokens: Token[] = [];
  #at = 0;
  #line = 1;
  #lineStart = 0;
  #startsLine = true;

  constructor(text: string, file: string, problems: Problems) {
    this.#text = text;
    this.#file = file;
    this.#problems = problems;
  }

  run(): Token[] {
    while (this.#at < this.#text.length) {
      const character = this.#text.charAt(this.#at);
      if (character === '\n') this.#endLine();
      else if (character === '#') this.#skipComment();
      else if (character === '"') this.#quotedWord();
      else if (isSpace(character)) this.#at += 1;
      else this.#word();
    }
    return this.#tokens;
  }

  #endLine(): void {
    this.#newLineAt(this.#at);
    this.#startsLine = true;
    this.#at += 1;
  }

  #newLineAt(at: number): void {
    this.#line += 1;
    this.#lineStart = at + 1;
  }

  #skipComment(): void {
    const end = this.#text.indexOf('\n', this.#at);
    this.#at = end === -1 ? this.#text.length : end;
  }

  #word(): void {
    const position = this.#position();
    const start = this.#at;
    while (this.#at < this.#text.length) {
      const character = this.#text.charAt(this.#at);
      if (character === '#' || isSpace(character)) break;
      this.#at += 1;
    }
    const text = this.#text.slice(start, this.#at);
    const kind = text === '{' ? 'open' : text === '}' ? 'close' : 'word';
    this.#push({ text, kind, position, startsLine: this.#startsLine });
  }

  #quotedWord(): void {
    const position = this.#position();
    let text = '';
    for (this.#at += 1; this.#at < this.#text.length; this.#at += 1) {
      const character = this.#text.charAt(this.#at);
      if (character === '"') {
        this.#at += 1;
        this.#push({ text, kind: 'word', position, startsLine: this.#startsLine });
        return;
      }
      if (character === '\\') {
        const next = this.#text.charAt(this.#at + 1);
        text += next === '"' ? next : character + next;
        this.#at += 1;
        if (next === '\n') this.#newLineAt(this.#at);
        continue;
      }
      if (character === '\n') this.#newLineAt(this.#at);
      text += character;
    }
    this.#problems.report({ position, text: `"${text}` }, 'this quotation mark is never closed');
  }

  #position(): Position {
    return { file: this.#file, line: this.#line, column: this.#at - this.#lineStart + 1 };
  }

  #push(token: Token): void {
    this.#tokens.push(token);
    this.#startsLine = false;
  }
}

/** Go's unicode.IsSpace, which CoreDNS asks: JavaScript's \s with U+0085 and without U+FEFF. */
function isSpace(character: string): boolean {
  return character === '\u0085' || (character !== '\ufeff' && /\s/.test(character));
}
