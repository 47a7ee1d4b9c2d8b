// What of an object can't be used, in words for people. Objects are written by anybody: one of them fills no log.

/** Faults that are told of one member of an object. */
export const mostFaults = 5;

const longest = 64;

/** Somebody else's text, so that it stands in a line. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > longest ? `${text.slice(0, longest)}…` : text);
}
