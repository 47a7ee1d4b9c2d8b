import type { Kind } from '../sources/contract.ts';

/** One object's say in one name. */
export interface Claim {
  readonly kind: Kind;
  /** `namespace/name`. */
  readonly object: string;
  readonly addresses: readonly string[];
}

/**
 * What objects say of one name. Nearly always that is one object, and a zone may have a million names, so
 * that one stands for itself: a Map would add 190 octets to each. Now and then it is thousands, a
 * path to each Ingress of a host; then neither coming nor going may cost a look at the others.
 */
export type Claims = undefined | Claim | Map<string, Claim>;

/** With `claim` among them, in place of what the object said before. The Claims given are used up. */
export function addClaim(claims: Claims, claim: Claim): Claims {
  if (claims === undefined) return claim;
  const all = claims instanceof Map ? claims : new Map([[idOf(claims), claims]]);
  all.set(idOf(claim), claim);
  return all;
}

/** Without what the object said, if it said anything. The Claims given are used up. */
export function removeClaim(claims: Claims, who: Pick<Claim, 'kind' | 'object'>): Claims {
  if (claims === undefined) return undefined;
  const id = idOf(who);
  if (!(claims instanceof Map)) return idOf(claims) === id ? undefined : claims;
  claims.delete(id);
  return claims.size === 0 ? undefined : claims;
}

/** The addresses that objects of a kind claim; in a Map each once, for thousands may say the same. */
export function addressesClaimed(claims: Claims, kind: Kind): readonly string[] {
  if (claims === undefined) return [];
  if (!(claims instanceof Map)) return claims.kind === kind ? claims.addresses : [];
  const texts = new Set<string>();
  for (const claim of claims.values()) {
    if (claim.kind === kind) for (const text of claim.addresses) texts.add(text);
  }
  return [...texts];
}

/** An object of the kind that claims the name, to be named in a log line. */
export function claimantOf(claims: Claims, kind: Kind): string | undefined {
  if (claims === undefined) return undefined;
  const all = claims instanceof Map ? [...claims.values()] : [claims];
  return all.find((claim) => claim.kind === kind)?.object;
}

function idOf({ kind, object }: Pick<Claim, 'kind' | 'object'>): string {
  return `${kind} ${object}`;
}
