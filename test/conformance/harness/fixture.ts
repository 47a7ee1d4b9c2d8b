// What the fixture zone holds, where a case needs more of it than it would spell out.

/** The first `count` of the addresses that the large RRsets are made of. */
export const addresses = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `198.51.100.${index + 1}`);
