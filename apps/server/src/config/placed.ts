import type { Token } from '../corefile/token.ts';

/** A value and the token that it was read from, for errors that come of comparing two. */
export interface Placed<T> {
  readonly value: T;
  readonly token: Token;
}
