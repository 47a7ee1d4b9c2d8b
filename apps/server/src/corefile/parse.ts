import { resolve } from 'node:path';
import { Problems } from './errors.ts';
import { declareSnippet, Imports } from './imports.ts';
import type { ParseHost } from './parse-host.ts';
import type { Token } from './token.ts';
import { TokenStream } from './token-stream.ts';
import type { Block, CorefileTree, Directive, ServerBlock } from './tree.ts';

/** Far beyond any real file; a few snippets that import each other twice reach it at once. */
const MAX_TOKENS = 100_000;
const MAX_DEPTH = 32;

/**
 * Parses a Corefile: the grammar alone, for which every directive is a word like any other.
 *
 * @param text the file's text, with or without a byte order mark.
 * @param file the path that positions name, and that imports are relative to.
 * @throws CorefileErrors with everything that is wrong in the grammar.
 */
export function parseCorefile(text: string, file: string, host: ParseHost): CorefileTree {
  const sources = new Map<string, string>();
  const problems = new Problems(sources);
  const imports = new Imports(host, sources, problems);
  const tokens = imports.tokenize(text, file);
  const parser = new Parser(new TokenStream(tokens, { name: resolve(file) }), imports, problems);
  const blocks = parser.parseFile();
  if (tokens.length === 0) {
    problems.report({ position: { file, line: 1, column: 1 } }, 'this file has no server block');
  }
  problems.throwIfAny();
  return { file, blocks, notices: imports.notices, sources };
}

class Parser {
  readonly #stream: TokenStream;
  readonly #imports: Imports;
  readonly #problems: Problems;
  #depth = 0;

  constructor(stream: TokenStream, imports: Imports, problems: Problems) {
    this.#stream = stream;
    this.#imports = imports;
    this.#problems = problems;
  }

  parseFile(): ServerBlock[] {
    const blocks: ServerBlock[] = [];
    while (this.#stream.peek() !== undefined) {
      const block = this.#serverBlock();
      if (block !== undefined) blocks.push(block);
    }
    return blocks;
  }

  /** One server block; undefined for a snippet, and where there were imports and nothing else. */
  #serverBlock(): ServerBlock | undefined {
    const [first, ...more] = this.#keys();
    const open = this.#takeKind('open');
    if (first === undefined) {
      if (open === undefined) return undefined;
      this.#problems.report(open, 'a server block needs a key before its "{", such as "."');
      this.#directives(open);
      return undefined;
    }
    const snippet = more.length === 0 ? /^\((.*)\)$/s.exec(first.text)?.[1] : undefined;
    if (snippet !== undefined) {
      this.#snippet(first, snippet, open);
      return undefined;
    }
    const directives = this.#directives(open);
    return { keys: [first, ...more], hasBraces: open !== undefined, directives };
  }

  #keys(): Token[] {
    const keys: Token[] = [];
    let comma: Token | undefined;
    for (;;) {
      const token = this.#stream.peek();
      if (token === undefined || token.kind === 'open') break;
      if (keys.length > 0 && comma === undefined && token.startsLine) break;
      if (token.kind === 'word' && token.text === 'import' && token.startsLine) {
        this.#import();
        continue;
      }
      this.#take();
      if (token.kind === 'close') {
        this.#problems.report(token, 'this "}" closes nothing');
        continue;
      }
      const text = token.text.replace(/,$/, '');
      comma = text === token.text ? undefined : token;
      if (text !== '') keys.push({ ...token, text });
      else if (comma !== undefined) this.#problems.report(token, 'a comma must follow a key');
    }
    if (comma !== undefined) this.#problems.report(comma, 'another key must follow this comma');
    return keys;
  }

  /** The directives up to the brace that closes `open`, or to the end of the file without one. */
  #directives(open: Token | undefined): Directive[] {
    const directives: Directive[] = [];
    this.#depth += 1;
    let isFresh = true;
    for (;;) {
      const token = this.#stream.peek();
      if (token === undefined) {
        if (open !== undefined) this.#problems.report(open, 'this "{" is never closed');
        break;
      }
      if (!token.startsLine && !isFresh) this.#reportCrowded(token);
      isFresh = false;
      if (token.kind === 'close') {
        this.#take();
        if (open !== undefined) break;
        this.#problems.report(token, 'this "}" closes nothing');
      } else if (token.kind === 'open') {
        this.#problems.report(token, '"{" must end the line that it belongs to');
        this.#block();
      } else if (token.text === 'import') {
        this.#import();
      } else {
        directives.push(this.#directive());
      }
    }
    this.#depth -= 1;
    return directives;
  }

  #directive(): Directive {
    const name = this.#take();
    const words: Token[] = [];
    for (;;) {
      const token = this.#stream.peek();
      if (token === undefined || token.startsLine || token.kind === 'close') break;
      if (token.kind === 'open') return { name, arguments: words, block: this.#block() };
      words.push(this.#take());
    }
    return { name, arguments: words };
  }

  #block(): Block {
    const open = this.#take();
    if (this.#depth >= MAX_DEPTH) {
      this.#giveUp(open, `blocks are nested more than ${MAX_DEPTH} deep`);
    }
    return { open, directives: this.#directives(open) };
  }

  #import(): void {
    const word = this.#stream.peek();
    const { name, arguments: words, block } = this.#directive();
    // Read before anything else moves the stream on; a block behind the target is refused anyway.
    const origin = this.#stream.origin;
    const [target, extra] = words;
    if (target === undefined || target.text === '') {
      this.#problems.report(name, 'import needs the name of a snippet or of a file');
    } else if (extra !== undefined || block !== undefined) {
      this.#problems.report(
        extra ?? block?.open ?? name,
        'import takes one argument, the name of a snippet or of a file',
      );
    } else if (word !== undefined) {
      this.#imports.expand(word, target, origin, this.#stream);
    }
  }

  #snippet(key: Token, name: string, open: Token | undefined): void {
    if (open === undefined) {
      this.#problems.report(key, `the snippet "${name}" needs a block: (${name}) { … }`);
      this.#directives(undefined);
      return;
    }
    const tokens: Token[] = [];
    for (let depth = 1; ; ) {
      const token = this.#stream.peek();
      if (token === undefined) {
        this.#problems.report(open, 'this "{" is never closed');
        return;
      }
      this.#take();
      if (token.kind === 'open') depth += 1;
      if (token.kind === 'close') depth -= 1;
      if (depth === 0) break;
      tokens.push(token);
    }
    declareSnippet(this.#imports, name, key, tokens, this.#problems);
  }

  #takeKind(kind: Token['kind']): Token | undefined {
    return this.#stream.peek()?.kind === kind ? this.#take() : undefined;
  }

  /** The next token, which the caller has seen. */
  #take(): Token {
    const token = this.#stream.next();
    if (token === undefined) throw new Error('the parser read past the end of its tokens');
    if (this.#stream.delivered > MAX_TOKENS) {
      this.#giveUp(token, `imports expand to more than ${MAX_TOKENS} words`);
    }
    return token;
  }

  #reportCrowded(token: Token): void {
    this.#problems.report(
      token,
      token.kind === 'close'
        ? '"}" must stand at the beginning of a line'
        : `"${token.text}" must begin a line of its own, behind the "}" before it`,
    );
  }

  #giveUp(token: Token, sentence: string): never {
    this.#problems.report(token, sentence);
    this.#problems.throwIfAny();
    throw new Error('unreachable: an error was just reported');
  }
}
