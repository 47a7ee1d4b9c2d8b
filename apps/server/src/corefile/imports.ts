import { dirname, isAbsolute, join, resolve } from 'node:path';
import { replaceEnvironment } from './environment.ts';
import type { Problems } from './errors.ts';
import { expandGlob, isGlob } from './glob.ts';
import { lex } from './lexer.ts';
import { nearest } from './nearest.ts';
import type { ParseHost } from './parse-host.ts';
import { formatPosition, type Notice, type Position, type Token } from './token.ts';
import { isImportedBy, type Origin, type TokenStream } from './token-stream.ts';

/** `(name) { … }`: tokens kept as they stand, to be read where they are imported. */
export interface Snippet {
  readonly position: Position;
  readonly tokens: readonly Token[];
}

/** Reads files into tokens, and puts those of files and snippets where an `import` asks for them. */
export class Imports {
  readonly sources: Map<string, string>;
  readonly notices: Notice[] = [];
  readonly snippets: Map<string, Snippet> = new Map();
  readonly #host: ParseHost;
  readonly #problems: Problems;
  readonly #files = new Map<string, readonly Token[]>();

  constructor(host: ParseHost, sources: Map<string, string>, problems: Problems) {
    this.#host = host;
    this.sources = sources;
    this.#problems = problems;
  }

  /** The tokens of a file's text, environment variables replaced. */
  tokenize(text: string, file: string): readonly Token[] {
    const source = text.startsWith('\ufeff') ? text.slice(1) : text;
    this.sources.set(file, source);
    return lex(source, file, this.#problems).map((token) => this.#replace(token));
  }

  /** Expands the directive `import TARGET`, which `word` begins and `origin` brought. */
  expand(word: Token, target: Token, origin: Origin, stream: TokenStream): void {
    const snippet = this.snippets.get(target.text);
    if (snippet !== undefined) {
      this.#insert(word, `(${target.text})`, snippet.tokens, origin, stream);
      return;
    }
    const files = this.#filesOf(target);
    // The stream reads what was inserted last first.
    for (const file of files.toReversed()) {
      const tokens = this.#read(file, target);
      if (tokens !== undefined) this.#insert(word, resolve(file), tokens, origin, stream);
    }
  }

  #insert(
    word: Token,
    name: string,
    tokens: readonly Token[],
    origin: Origin,
    stream: TokenStream,
  ): void {
    if (isImportedBy(origin, name)) {
      this.#problems.report(word, `this import leads back to itself: ${cycle(origin, name)}`);
      return;
    }
    stream.insert(tokens, { name, importedBy: origin });
  }

  #filesOf(target: Token): string[] {
    const pattern = isAbsolute(target.text)
      ? target.text
      : join(dirname(target.position.file), target.text);
    if (isGlob(pattern)) {
      const files = expandGlob(pattern, (directory) => this.#host.listDirectory(directory));
      if (files.length === 0) {
        this.notices.push({ position: target.position, text: `no file matches "${pattern}"` });
      }
      return files;
    }
    return [pattern];
  }

  #read(file: string, target: Token): readonly Token[] | undefined {
    const known = this.#files.get(file);
    if (known !== undefined) return known;
    try {
      const tokens = this.tokenize(this.#host.readFile(file), file);
      this.#files.set(file, tokens);
      return tokens;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      this.#problems.report(
        target,
        `can't import "${target.text}": no snippet of this name is defined above, and ` +
          `as a file, ${file}: ${reason}`,
        { suggestion: nearest(target.text, this.snippets.keys()) },
      );
      return undefined;
    }
  }

  #replace(token: Token): Token {
    if (!token.text.includes('{')) return token;
    const { text, unset } = replaceEnvironment(token.text, this.#host.environment);
    for (const name of unset) {
      this.notices.push({
        position: token.position,
        text: `the environment variable "${name}" is not set and reads as nothing`,
      });
    }
    return { ...token, text };
  }
}

/** Tells of a snippet declared twice; the first one stands. */
export function declareSnippet(
  imports: Imports,
  name: string,
  key: Token,
  tokens: readonly Token[],
  problems: Problems,
): void {
  const first = imports.snippets.get(name);
  if (first === undefined) {
    imports.snippets.set(name, { position: key.position, tokens });
    return;
  }
  problems.report(
    key,
    `the snippet "${name}" is already declared at ${formatPosition(first.position)}`,
  );
}

function cycle(origin: Origin, name: string): string {
  const names = [name];
  for (let link: Origin | undefined = origin; link !== undefined; link = link.importedBy) {
    names.unshift(link.name);
    if (link.name === name) break;
  }
  return names.join(' > ');
}
