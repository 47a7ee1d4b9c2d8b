import type { Kind } from '../sources/contract.ts';
import { type Shape, shapeOf } from '../sources/shape.ts';
import type {
  Claim,
  ClaimedName,
  ClaimingKind,
  ProjectionOptions,
  Projector,
  ProjectorParts,
} from './contract.ts';

/** What an object claims, or why it does not. */
export type Projection = readonly Claim[] | PassedOver;

/** Worked out only if somebody asks: names, and a reason that takes more than a constant, behind a getter. */
export interface PassedOver {
  /** As of `ClaimSink.passedOver`. */
  readonly reason: string;
  names(): readonly ClaimedName[];
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
    if ('reason' in projection) {
      claims.passedOver?.(kind, key, projection.names(), projection.reason);
      claims.claim(kind, key, nothing);
    } else {
      claims.claim(kind, key, projection);
    }
  }

  remove(_: Kind, key: string): void {
    this.#parts.claims.claim(this.#sole.kind, key, nothing);
  }

  endList(): void {
    this.#parts.claims.endList(this.#sole.kind);
  }

  missing(): void {}
}
