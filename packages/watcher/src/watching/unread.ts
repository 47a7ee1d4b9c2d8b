import type { Kind } from '../sources/contract.ts';

/** Kinds of a source that have not been read whole. */
export interface Unread {
  readonly label: string;
  readonly kinds: readonly Kind[];
}

/** What it means that these are waited for no longer; a clause without its zone. */
export function denialText(unread: readonly Unread[], hasRead: boolean): string {
  const missing = unread.map(({ label, kinds }) => `${kinds.join(', ')} of ${label}`).join(', ');
  const what = `${missing} could not be read yet`;
  return hasRead
    ? `${what}: names that only they have are denied`
    : `nothing is known, for ${what}: every name is denied`;
}
