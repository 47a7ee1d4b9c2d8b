/**
 * Hostnames of listeners and routes, as the Gateway API compares them (its "Hostnames in Gateway API"): `*.` at
 * the start stands for any number of labels and at least one, case does not matter, and neither does a final dot.
 */

/** The hostname that means all of them. `*` alone is none that the API takes, but manifests are nobody's API. */
export function meansAll(hostname: string): boolean {
  return hostname === '' || hostname === '*';
}

/** How a hostname is compared with others: in lower case, without a final dot. */
export function folded(hostname: string): string {
  const lower = hostname.toLowerCase();
  return lower.endsWith('.') ? lower.slice(0, -1) : lower;
}

/**
 * The hostname that stands for what both mean, which is always one of them: the narrower. Undefined where they
 * have nothing in common. Of two that are the same it is `route`, as it is written.
 */
export function intersect(route: string, listener: string): string | undefined {
  if (meansAll(listener)) return route;
  if (meansAll(route)) return listener;
  const narrow = folded(route);
  const wide = folded(listener);
  if (narrow === wide || covers(wide, narrow)) return route;
  return covers(narrow, wide) ? listener : undefined;
}

/** Whether a wildcard stands for a hostname of more labels, or for a wildcard that is narrower than itself. */
function covers(wildcard: string, hostname: string): boolean {
  // `.example.com`: what it ends has a label more than it, `example.com` does not.
  return (
    wildcard.startsWith('*.') &&
    hostname.length > wildcard.length - 1 &&
    hostname.endsWith(wildcard.slice(1))
  );
}
