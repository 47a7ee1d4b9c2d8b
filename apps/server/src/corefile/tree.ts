import type { Notice, Token } from './token.ts';

/** A line of a Corefile: `name argument argument`, perhaps with a block of further lines. */
export interface Directive {
  readonly name: Token;
  readonly arguments: readonly Token[];
  readonly block?: Block;
}

/** `{ … }` behind a directive. */
export interface Block {
  readonly open: Token;
  readonly directives: readonly Directive[];
}

/**
 * `key key { … }`. The keys are uninterpreted. The only server block of a file may go without its
 * braces: then the first line holds the keys and every other line is a directive.
 */
export interface ServerBlock {
  /** At least one, none empty, without the commas that separated them. */
  readonly keys: readonly [Token, ...Token[]];
  readonly hasBraces: boolean;
  readonly directives: readonly Directive[];
}

/** A Corefile with its imports expanded and its snippets gone. It knows no directive's meaning. */
export interface CorefileTree {
  readonly file: string;
  readonly blocks: readonly ServerBlock[];
  readonly notices: readonly Notice[];
  /** The text of each file that was read, byte order mark removed: what errors quote. */
  readonly sources: ReadonlyMap<string, string>;
}
