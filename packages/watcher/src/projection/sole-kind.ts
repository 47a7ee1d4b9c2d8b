import type { Kind } from '../sources/contract.ts';
import { type Shape, shapeOf } from '../sources/shape.ts';
import type {
  Claim,
  ClaimedName,
  ClaimingKind,
  ClaimSink,
  ProjectionOptions,
  Projector,
  ProjectorParts,
} from './contract.ts';

/** What an object claims; or, worked out only if somebody asks, what it would claim and why it does not. */
export type Projection = readonly Claim[] | (() => PassedOver);

export interface PassedOver {
  /** As of `ClaimSink.passedOver`. */
  readonly reason: string;
  readonly names: readonly ClaimedName[];
}

/** How the objects of a kind that needs no other are projected. */
export interface SoleKind {
  readonly kind: ClaimingKind & Kind;
  /** Never throws, whatever the object's shape. */
  project(object: Shape, key: string, options: ProjectionOptions): Projection;
}

const nothing: readonly Claim[] = [];

const ignoreLabel = 'k8s-gateway.dns/ignore';

/** Why an object with the ignore label is passed over; undefined for one without. */
export function ignored(object: Shape): string | undefined {
  const labels = shapeOf(shapeOf(object['metadata'])['labels']);
  return labels[ignoreLabel] === 'true' ? `its label ${ignoreLabel} is "true"` : undefined;
}

/** Tells a sink that wants to know. */
export function tellPassedOver(
  claims: ClaimSink,
  kind: ClaimingKind,
  key: string,
  passedOver: () => PassedOver,
): void {
  if (claims.passedOver === undefined) return;
  const { reason, names } = passedOver();
  claims.passedOver(kind, key, names, reason);
}

/** Objects in, claims out: nothing is kept. */
export class SoleKindProjector implements Projector {
  readonly kinds: readonly Kind[];
  readonly #sole: SoleKind;
  readonly #parts: ProjectorParts;

  constructor(sole: SoleKind, parts: ProjectorParts) {
    this.kinds = [sole.kind];
    this.#sole = sole;
    this.#parts = parts;
  }

  beginList(): void {
    this.#parts.claims.beginList(this.#sole.kind);
  }

  upsert(_: Kind, key: string, object: Shape): void {
    const { claims, options } = this.#parts;
    const { kind } = this.#sole;
    const projection = this.#sole.project(object, key, options);
    const isPassedOver = typeof projection === 'function';
    if (isPassedOver) tellPassedOver(claims, kind, key, projection);
    claims.claim(kind, key, isPassedOver ? nothing : projection);
  }

  remove(_: Kind, key: string): void {
    this.#parts.claims.claim(this.#sole.kind, key, nothing);
  }

  endList(): void {
    this.#parts.claims.endList(this.#sole.kind);
  }

  missing(): void {}
}
