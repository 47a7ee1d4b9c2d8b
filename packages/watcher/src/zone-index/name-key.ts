import { type FoldedName, foldName, parseName } from '@seamark/protocol';

/**
 * A folded name in wire format with an octet to each character: a key for maps, whose ancestors are
 * its suffixes. `\x03www\x07example\x03com\x00`.
 */
export type NameKey = string & { readonly __nameKey: unique symbol };

/** @throws NameError if `text` is no domain name. */
export function nameKey(text: string): NameKey {
  const wire = foldName(parseName(text));
  return Buffer.from(wire.buffer, wire.byteOffset, wire.length).toString('latin1') as NameKey;
}

/** @throws NameError if `relative` is no domain name, or too long below `apex`. */
export function nameKeyBelow(relative: string, apex: NameKey): NameKey {
  const labels = nameKey(relative).slice(0, -1);
  // Through the text again, so that the limits of a name are checked in one place.
  if (labels.length + apex.length > 255) nameKey(`${'x'.repeat(63)}.`.repeat(4));
  return `${labels}${apex}` as NameKey;
}

/** The name in wire format; new octets at each call. */
export function wireOf(key: NameKey): FoldedName {
  const wire = new Uint8Array(key.length);
  for (let i = 0; i < wire.length; i++) wire[i] = key.charCodeAt(i);
  return wire as FoldedName;
}

/** The name without its leftmost label; undefined for the root. */
export function parentOf(key: NameKey): NameKey | undefined {
  return key.length === 1 ? undefined : (key.slice(key.charCodeAt(0) + 1) as NameKey);
}

/** Whether a name is `ancestor` or lies below it. Octets at its end may look like it within a label. */
export function isWithin(key: NameKey, ancestor: NameKey): boolean {
  let at: NameKey | undefined = key;
  while (at !== undefined && at.length > ancestor.length) at = parentOf(at);
  return at === ancestor;
}

export function isWildcard(key: NameKey): boolean {
  return key.startsWith('\x01*');
}

/** The nearest of `apexes` at or above the name: the zone it lies in. */
export function zoneApexOf<Z>(key: NameKey, apexes: ReadonlyMap<NameKey, Z>): Z | undefined {
  for (let at: NameKey | undefined = key; at !== undefined; at = parentOf(at)) {
    const zone = apexes.get(at);
    if (zone !== undefined) return zone;
  }
  return undefined;
}
