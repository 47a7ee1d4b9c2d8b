import type { ObjectKind } from './contract.ts';
import type { Fields } from './message-fields.ts';
import { type Shape, shapeOf, textOf } from './shape.ts';

/** Where the API serves a kind, and what of its objects is read. */
export interface Resource {
  readonly kind: ObjectKind;
  /** API group, empty for the core group. */
  readonly group: string;
  /** Those that we can read, the one that is preferred first. */
  readonly versions: readonly string[];
  /** The resource's name in paths and RBAC rules. */
  readonly plural: string;
  readonly isNamespaced: boolean;
  /** No custom resource: API servers have it as protobuf. */
  readonly isBuiltIn: boolean;
  /** Every member that is read of an object of this kind: of protobuf and of manifests, nothing else is there. */
  readonly fields: Fields;
}

/** RFC 1123 as Kubernetes applies it: a subdomain, a label. */
const MAX_NAME = 253;
const MAX_NAMESPACE = 63;

/** What an untrusted object of the kind is known by; undefined when it has no name. */
export function keyOf(resource: Resource, object: Shape): string | undefined {
  const metadata = shapeOf(object['metadata']);
  const name = textOf(metadata['name']);
  // Kubernetes has none that are longer, but a file may say anything.
  if (name === '' || name.length > MAX_NAME) return undefined;
  if (!resource.isNamespaced) return name;
  // The API always names the namespace; manifests may leave it out, and kubectl would say `default`.
  const namespace = textOf(metadata['namespace']) || 'default';
  return namespace.length > MAX_NAMESPACE ? undefined : `${namespace}/${name}`;
}

/** `apiVersion` as objects of the resource write it, in each version that is read. */
export function apiVersionsOf({ group, versions }: Resource): readonly string[] {
  return group === '' ? versions : versions.map((version) => `${group}/${version}`);
}

/** The resource's collection in one of its versions: over all namespaces, or in one. */
export function pathOf({ group, plural }: Resource, version: string, namespace?: string): string {
  const root = group === '' ? '/api' : `/apis/${group}`;
  const within = namespace === undefined ? '' : `namespaces/${encodeURIComponent(namespace)}/`;
  return `${root}/${version}/${within}${plural}`;
}

/** The resource as RBAC rules and error messages name it: `ingresses.networking.k8s.io`. */
export function rbacName(resource: Resource): string {
  return resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
}
