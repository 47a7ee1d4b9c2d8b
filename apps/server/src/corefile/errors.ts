import { formatPosition, type Position, type Token } from './token.ts';

/** What a report says beside its sentence. */
export interface ErrorDetails {
  /** The words as they stand in the file; '' for something that is missing. */
  readonly text?: string;
  /** What could stand there instead. */
  readonly allowed?: readonly string[];
  /** The nearest known word. */
  readonly suggestion?: string | undefined;
}

/**
 * One thing wrong with a configuration. `message` is a single line that begins with the place:
 * `Corefile:3:5: unknown directive "k8s_gatway"; did you mean "k8s_gateway"? Allowed here: bind, …`
 */
export class CorefileError extends Error {
  override readonly name = 'CorefileError';
  readonly code = 'COREFILE_INVALID';
  readonly position: Position;
  readonly text: string;
  readonly allowed: readonly string[];
  readonly suggestion: string | undefined;
  /** The line of the file, without its line end. */
  readonly sourceLine: string;

  constructor(sentence: string, position: Position, sourceLine: string, details: ErrorDetails) {
    super(onOneLine(`${formatPosition(position)}: ${sentence}${formatHelp(details)}`));
    this.position = position;
    this.text = details.text ?? '';
    this.allowed = details.allowed ?? [];
    this.suggestion = details.suggestion;
    this.sourceLine = sourceLine;
  }

  /** The message, the line it speaks of, and a caret under the place. */
  render(): string {
    // Tabs stay, so that the caret keeps its place at any tab width; others take one column each.
    const before = this.sourceLine.slice(0, this.position.column - 1);
    const indent = Array.from(before, (character) => (character === '\t' ? '\t' : ' ')).join('');
    return `${this.message}\n  ${this.sourceLine}\n  ${indent}^`;
  }
}

/** Everything wrong that could be found in one reading, in the order of the file. Never empty. */
export class CorefileErrors extends Error {
  override readonly name = 'CorefileErrors';
  readonly code = 'COREFILE_INVALID';
  readonly errors: readonly CorefileError[];

  constructor(errors: readonly CorefileError[]) {
    super(errors.map((error) => error.message).join('\n'));
    this.errors = errors;
  }

  /** What `seamark check` prints. */
  render(): string {
    return this.errors.map((error) => error.render()).join('\n');
  }
}

/** Collects errors while reading goes on, so that an operator sees all of them at once. */
export class Problems {
  readonly #sources: ReadonlyMap<string, string>;
  readonly #errors = new Map<string, CorefileError>();

  /** @param sources the text of each file; read when an error is reported, so it may still grow. */
  constructor(sources: ReadonlyMap<string, string>) {
    this.#sources = sources;
  }

  /** Reports at a token, whose text is taken as the offending one, or at a bare position. */
  report(
    at: { readonly position: Position; readonly text?: string },
    sentence: string,
    details: ErrorDetails = {},
  ): void {
    const line = this.#sources.get(at.position.file)?.split('\n')[at.position.line - 1] ?? '';
    const error = new CorefileError(sentence, at.position, line.replace(/\r$/, ''), {
      text: at.text ?? '',
      ...details,
    });
    // A snippet that is imported twice would say everything twice.
    if (!this.#errors.has(error.message)) this.#errors.set(error.message, error);
  }

  /**
   * Where a character of a token stands. Where escapes, variables or line ends come between the text and the
   * file, the place of the token.
   *
   * @param index into the token's text.
   */
  placeIn({ text, position }: Token, index: number): Position {
    const line = this.#sources.get(position.file)?.split('\n')[position.line - 1] ?? '';
    for (const quote of ['', '"']) {
      if (!line.startsWith(quote + text, position.column - 1)) continue;
      return { ...position, column: position.column + quote.length + index };
    }
    return position;
  }

  /** @throws CorefileErrors when anything was reported. */
  throwIfAny(): void {
    if (this.#errors.size > 0) throw new CorefileErrors([...this.#errors.values()]);
  }
}

/** Quoted words may hold line ends, and what a terminal takes for orders: of them, escapes are shown. */
function onOneLine(text: string): string {
  return text.replaceAll(CONTROLS, (character) => {
    if (character === '\n') return '\\n';
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be written as they are.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

function formatHelp({ suggestion, allowed = [] }: ErrorDetails): string {
  const question = suggestion === undefined ? '' : `; did you mean "${suggestion}"?`;
  if (allowed.length === 0) return question;
  return `${question}${question === '' ? '.' : ''} Allowed here: ${allowed.join(', ')}`;
}
