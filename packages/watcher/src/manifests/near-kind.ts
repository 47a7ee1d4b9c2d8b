import type { ObjectKind } from '../sources/contract.ts';
import { apiVersionsOf } from '../sources/resource.ts';
import { resources } from '../sources/resources.ts';

const mostEdits = 2;

/**
 * The kind that was probably meant by one that nobody reads: `Ingres`, `service`. Kinds of Kubernetes' own are all
 * further from ours than two edits (Secret, ServiceAccount, IngressClass), and so are no typos.
 */
export function nearKind(kind: string, apiVersion: string): ObjectKind | undefined {
  const known = Object.values(resources);
  if (!known.some((resource) => apiVersionsOf(resource).includes(apiVersion))) return undefined;
  const written = kind.toLowerCase();
  return known.find((resource) => edits(written, resource.kind.toLowerCase()) <= mostEdits)?.kind;
}

/** Levenshtein's distance; anything above {@link mostEdits} where the lengths already say so. */
function edits(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > mostEdits) return mostEdits + 1;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
