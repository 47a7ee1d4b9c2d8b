import type {
  Claim,
  ClaimedName,
  ClaimingKind,
  ClaimSink,
  ProjectionOptions,
} from '../src/projection/contract.ts';

/** Options of a `k8s_gateway` that says nothing of its own. */
export const defaultOptions: ProjectionOptions = {
  nodeAddressType: 'InternalIP',
  annotationPrefixes: [
    'coredns.io',
    'external-dns.alpha.kubernetes.io',
    'external-dns.kubernetes.io',
  ],
  services: true,
  nameServers: [],
};

/** Keeps what a zone index would: the claims of each object, and which lists have ended. */
export class RecordingClaims implements ClaimSink {
  readonly claims: Map<string, readonly Claim[]> = new Map();
  /** `kind key: reason (names)`, one for each time that it was told. */
  readonly passed: string[] = [];
  readonly ended: Set<ClaimingKind> = new Set();
  /** Calls of `claim`. */
  count = 0;
  readonly #listed = new Map<ClaimingKind, Set<string>>();

  beginList(kind: ClaimingKind): void {
    this.#listed.set(kind, new Set());
  }

  claim(kind: ClaimingKind, key: string, claims: readonly Claim[]): void {
    this.count += 1;
    const object = `${kind} ${key}`;
    this.#listed.get(kind)?.add(object);
    if (claims.length === 0) this.claims.delete(object);
    else this.claims.set(object, claims);
  }

  endList(kind: ClaimingKind): void {
    const listed = this.#listed.get(kind);
    if (listed === undefined) throw new Error(`a list of ${kind} ends that has not begun`);
    this.#listed.delete(kind);
    this.ended.add(kind);
    for (const object of this.claims.keys()) {
      if (object.startsWith(`${kind} `) && !listed.has(object)) this.claims.delete(object);
    }
  }

  fault(): void {}

  passedOver(kind: ClaimingKind, key: string, names: readonly ClaimedName[], reason: string): void {
    this.passed.push(`${kind} ${key}: ${reason} (${names.map(writeName).join(' ')})`);
  }

  /** Each object's claims, as `lines` has them. */
  get said(): Record<string, readonly string[]> {
    return Object.fromEntries([...this.claims].sort().map(([key, claims]) => [key, lines(claims)]));
  }
}

/** Claims in an order of their own: `name +relative: address target ttl=…`, and faults after `!`. */
export function lines(claims: readonly Claim[]): readonly string[] {
  return claims
    .flatMap(({ names, addresses, targets = [], ttl, faults = [] }) => {
      const led = [
        ...[...addresses].sort(),
        ...targets,
        ...(ttl === undefined ? [] : [`ttl=${ttl}`]),
      ];
      const said = names.map((name) => [`${writeName(name)}:`, ...led].join(' '));
      return [...said, ...faults.map((fault) => `! ${fault}`)];
    })
    .sort();
}

/** A relative name has a plus in front. */
function writeName({ name, relative }: ClaimedName): string {
  return relative ? `+${name}` : name;
}
