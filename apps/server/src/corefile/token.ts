/** A place in a configuration file. */
export interface Position {
  /** The path as it was given: on the command line, or in an `import` joined to its file's folder. */
  readonly file: string;
  /** 1-based. Only a line feed ends a line. */
  readonly line: number;
  /** 1-based, in UTF-16 code units, as JavaScript and most editors count. A tab is one. */
  readonly column: number;
}

/** A word of a Corefile, or one of the two braces. */
export interface Token {
  /** What the word says: its quotes and their escapes undone, environment variables replaced. */
  readonly text: string;
  /** A brace is one only when it stands alone and unquoted: `{common}` and `"{"` are words. */
  readonly kind: 'word' | 'open' | 'close';
  /** Where the word begins; the opening quote of a quoted one. */
  readonly position: Position;
  /** No other token stands before it on its line, or an import begins with it. */
  readonly startsLine: boolean;
}

/** Something an operator should know although the configuration is valid. */
export interface Notice {
  readonly position: Position;
  readonly text: string;
}

/** `Corefile:3:5`, the form that terminals and editors turn into a link. */
export function formatPosition({ file, line, column }: Position): string {
  return `${file}:${line}:${column}`;
}
