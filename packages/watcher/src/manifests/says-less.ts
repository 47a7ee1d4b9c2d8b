import { shapeOf } from '../sources/shape.ts';

/**
 * Whether an object, as a file describes it now, may be a part of what it described before: a text of its
 * metadata or spec is missing (a name may be cut short), or one of its status, and nothing new stands there. (A new
 * address in place of an old one is a change, and none that waits.)
 */
export function saysLess(now: object, before: object): boolean {
  const [{ status, ...rest }, { status: statusBefore, ...restBefore }] = [
    shapeOf(now),
    shapeOf(before),
  ];
  const texts = textsOf(rest);
  if ([...textsOf(restBefore)].some((text) => !texts.has(text))) return true;
  const reached = textsOf(status);
  const reachedBefore = textsOf(statusBefore);
  return reached.size < reachedBefore.size && [...reached].every((text) => reachedBefore.has(text));
}

/** Every text, number and flag within a value. */
function textsOf(value: unknown, into: Set<string> = new Set()): Set<string> {
  if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) textsOf(member, into);
  } else if (value !== undefined && value !== null) {
    into.add(String(value));
  }
  return into;
}
