import {
  type FoldedName,
  foldName,
  LIMIT,
  NameError,
  parseName,
  toALabels,
} from '@seamark/protocol';

/**
 * A name as objects write it, an IDN as its A-labels.
 *
 * @throws NameError if `text` is no domain name.
 */
export function wireName(text: string): FoldedName {
  return foldName(parseName(toALabels(text)));
}

/** @throws NameError if `relative` is no domain name, or too long below `apex`. */
export function below(relative: string, apex: FoldedName): FoldedName {
  const labels = wireName(relative);
  const length = labels.length - 1 + apex.length;
  if (length > LIMIT.NAME) {
    throw new NameError(relative, relative.length - 1, 'more than 255 octets below the zone');
  }
  const name = new Uint8Array(length);
  name.set(labels);
  name.set(apex, labels.length - 1);
  return name as FoldedName;
}

/** Whether a name is `ancestor` or lies below it. Octets at its end may look like it within a label. */
export function isWithin(name: FoldedName, ancestor: FoldedName): boolean {
  let at = 0;
  while (name.length - at > ancestor.length) at += (name[at] as number) + 1;
  return (
    name.length - at === ancestor.length && ancestor.every((octet, i) => name[at + i] === octet)
  );
}
