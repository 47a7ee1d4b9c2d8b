// What can be fuzzed: one way into the code, and what must hold whatever comes in by it.

/** One thing to throw octets at. A file of `targets/` exports one as `target`. */
export interface Target {
  readonly name: string;
  /** What its inputs are, for those who change them. */
  readonly shape: Shape;
  /** Whose coverage guides: paths from the root of the repository, of files or, with a `/` at the end, folders. */
  readonly watched: readonly string[];
  /** Octets that mean something in such an input. */
  readonly dictionary: readonly Uint8Array[];
  /** What to begin with, beside the corpus. */
  readonly seeds: readonly Uint8Array[];
  /** Whether the files of `--seeds`, whole DNS messages, are inputs of this one. */
  readonly takesMessages: boolean;
  /**
   * Runs the code on an input. The same input has the same outcome at any time.
   *
   * @throws anything: that is a finding
   */
  run(input: Uint8Array): void;
}

/** A DNS query, a reply, lines of text, or any octets. */
export type Shape = 'message' | 'reply' | 'text' | 'octets';

/** What a target was found to do. */
export interface Finding {
  readonly target: string;
  readonly input: Uint8Array;
  /** One line, and then where it was thrown. */
  readonly report: string;
}

/** Ends a run as a finding: `condition` is what must hold. */
export function hold(condition: boolean, what: string | (() => string)): asserts condition {
  if (!condition) throw new BrokenLaw(typeof what === 'string' ? what : what());
}

/** Something that must hold of every input did not. */
export class BrokenLaw extends Error {
  override readonly name = 'BrokenLaw';
}

export const octetsOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Lenient, as files are read: what is no UTF-8 becomes U+FFFD. */
export const textOf = (octets: Uint8Array): string => new TextDecoder().decode(octets);
