import { listOf, type Shape, shapeOf, textOf } from '../../sources/shape.ts';

/** The API group of routes and of all that they attach to. */
export const GATEWAY_API = 'gateway.networking.k8s.io';

/** What a route attaches to. Others, as a Service in a mesh (GAMMA), give no address to anybody outside. */
export type ParentKind = 'Gateway' | 'ListenerSet';

/** What one of `spec.parentRefs` says, defaults filled in. */
export interface ParentRef {
  readonly kind: ParentKind;
  /** `namespace/name` */
  readonly key: string;
  /** A listener's name; empty for all of them. */
  readonly section: string;
  /** A listener's port; 0 for all of them. */
  readonly port: number;
}

/**
 * Reads a reference that an object of `namespace` makes: the namespace that it does not name is that one, and
 * never that of another reference. (In the plugin a reference inherits it from the one before.)
 */
export function readParentRef(value: unknown, namespace: string): ParentRef | undefined {
  const { group, kind = 'Gateway', namespace: named, name, sectionName, port } = shapeOf(value);
  // The empty group is not a missing one: it is the core group, that of Services.
  if (group !== undefined && group !== GATEWAY_API) return undefined;
  if (kind !== 'Gateway' && kind !== 'ListenerSet') return undefined;
  if (textOf(name) === '') return undefined;
  return {
    kind,
    key: `${textOf(named) || namespace}/${textOf(name)}`,
    section: textOf(sectionName),
    port: typeof port === 'number' ? port : 0,
  };
}

/** A reference, and what those who implement its parent say of it. */
export interface StatedRef extends ParentRef {
  /** Somebody says `Accepted: False`, and nobody says otherwise. */
  readonly isRefused: boolean;
}

/** The Gateways and ListenerSets of a route, each with what the route's status says of it. */
export function readParentRefs(route: Shape, namespace: string): readonly StatedRef[] {
  const statuses = listOf(shapeOf(route['status'])['parents']).map((status) => ({
    ref: readParentRef(shapeOf(status)['parentRef'], namespace),
    accepted: conditionOf(shapeOf(status), 'Accepted'),
  }));
  const refs: StatedRef[] = [];
  for (const value of listOf(shapeOf(route['spec'])['parentRefs'])) {
    const ref = readParentRef(value, namespace);
    if (ref === undefined) continue;
    // Several controllers may speak of one parent; one that has it is enough.
    const said = statuses.filter((status) => isSame(status.ref, ref));
    const isRefused =
      said.some(({ accepted }) => accepted === 'False') &&
      !said.some(({ accepted }) => accepted === 'True');
    refs.push({ ...ref, isRefused });
  }
  return refs;
}

/** The status of one of `conditions`: True, False or Unknown; empty where there is no such condition. */
export function conditionOf(status: Shape, type: string): string {
  for (const condition of listOf(status['conditions'])) {
    const { type: its, status: value } = shapeOf(condition);
    if (its === type) return textOf(value);
  }
  return '';
}

function isSame(a: ParentRef | undefined, b: ParentRef): boolean {
  return a?.kind === b.kind && a.key === b.key && a.section === b.section && a.port === b.port;
}
