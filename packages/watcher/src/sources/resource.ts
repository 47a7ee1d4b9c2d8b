import { type AddressRemarks, isAddress, remarkAddresses } from './address-remarks.ts';
import type { ClaimedName, Kind, Projection } from './contract.ts';
import type { Fields } from './message-fields.ts';
import { listOf, type Shape, shapeOf, textOf } from './shape.ts';

/** What the rest needs to know of a kind: where the API serves it, and how an object becomes DNS. */
export interface Resource {
  readonly kind: Kind;
  /** API group, empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** The resource's name in paths and RBAC rules. */
  readonly plural: string;
  /** Every member that is read of an object of this kind: in protobuf the others are not there. */
  readonly fields: Fields;
  /**
   * Claims of an object of this kind; empty when it makes no DNS. The object is what JSON.parse made of
   * somebody else's bytes: any shape at all, so this never throws.
   */
  names(object: Shape, namespace: string, name: string): readonly ClaimedName[];
}

/** An object reduced: its key, and its projection if it makes DNS. */
export interface Reduced {
  readonly key: string;
  readonly projection: Projection | undefined;
  /** Only where there is something to say about the addresses of an object that makes DNS. */
  readonly remarks?: AddressRemarks;
}

/** RFC 1123 as Kubernetes applies it: a subdomain, a label. */
const MAX_NAME = 253;
const MAX_NAMESPACE = 63;

const ignoreLabel = 'k8s-gateway.dns/ignore';

/**
 * Reduces an untrusted object of the resource's kind; undefined when it has no name to know it by.
 *
 * The result shares no memory with the object but its strings, and those are copies:
 * JSON.parse makes no slices of its input. 100,000 projections weigh 34 MB, whatever
 * the objects weighed (resource.test.ts holds them to a bound).
 */
export function reduce(resource: Resource, object: unknown): Reduced | undefined {
  const shape = shapeOf(object);
  const metadata = shapeOf(shape['metadata']);
  const name = metadata['name'];
  if (typeof name !== 'string' || name === '') return undefined;
  // The API always names the namespace; manifests may leave it out, and kubectl would say `default`.
  const namespace = textOf(metadata['namespace']) || 'default';
  // Kubernetes has none that are longer, but a file may say anything.
  if (name.length > MAX_NAME || namespace.length > MAX_NAMESPACE) return undefined;
  const key = `${namespace}/${name}`;
  if (shapeOf(metadata['labels'])[ignoreLabel] === 'true') return { key, projection: undefined };
  const names = resource.names(shape, namespace, name);
  if (names.length === 0) return { key, projection: undefined };
  const addresses = loadBalancerAddresses(shape);
  // slice(): an array that grew by push has room for 17; the copy has none to spare.
  const projection = { key, names: names.slice(), addresses: addresses.slice() };
  const remarks = remarkAddresses(shape);
  return remarks === undefined ? { key, projection } : { key, projection, remarks };
}

/** `apiVersion` as an object of the resource writes it. */
export function apiVersionOf(resource: Resource): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}

/** The resource's collection over all namespaces. */
export function pathOf(resource: Resource): string {
  const root = resource.group === '' ? '/api' : `/apis/${resource.group}`;
  return `${root}/${resource.version}/${resource.plural}`;
}

/** The resource as RBAC rules and error messages name it: `ingresses.networking.k8s.io`. */
export function rbacName(resource: Resource): string {
  return resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
}

/**
 * `status.loadBalancer.ingress[].ip`. An entry that has only a hostname counts as no address. A scoped
 * literal (fe80::1%eth0) means something on one machine only and is no address for DNS.
 */
function loadBalancerAddresses(object: Shape): readonly string[] {
  const addresses = new Set<string>();
  const status = shapeOf(shapeOf(object['status'])['loadBalancer']);
  for (const entry of listOf(status['ingress'])) {
    const ip = textOf(shapeOf(entry)['ip']);
    if (isAddress(ip)) addresses.add(ip);
  }
  return [...addresses];
}
