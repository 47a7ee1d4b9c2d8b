import type { ClaimedWay } from '../contract.ts';
import { namespaceOf, type Reach, takesHostnames } from './facts.ts';
import { intersect, meansAll } from './hostnames.ts';
import { type Listener, type RouteKind, takesKind, takesNamespace } from './listener.ts';
import type { GatewayNode, Link, ListenerSetNode, Route } from './parents.ts';

/** What a route has from one of its parents. */
export type Attachment =
  | {
      readonly names: readonly string[];
      readonly reach: Reach;
      /** Whose word that is. */
      readonly by: ClaimedWay['by'];
      readonly ttl: number | undefined;
    }
  /** Nothing: a clause that says why. `names` are those that it would have, as far as anybody can say. */
  | { readonly names: readonly string[]; readonly reason: string };

/**
 * Follows one reference of a route: the names that a listener and the route both mean, and where they lead.
 *
 * @param listeners of those that the reference means
 */
export function attach(
  route: Route,
  link: Link,
  listeners: readonly Listener[] = listenersOf(link),
): Attachment {
  const { parent } = link;
  const names =
    route.facts.refusal ??
    (link.isRefused ? `${titleOf(parent)} does not accept it` : undefined) ??
    refusalOf(parent) ??
    namesOf(route, link, listeners);
  if (typeof names === 'string') return { names: wantedOf(route, listeners), reason: names };
  const gateway = gatewayOf(parent)?.facts;
  const set = parent.kind === 'ListenerSet' ? parent.facts : undefined;
  const ttl = route.facts.ttl ?? set?.ttl ?? gateway?.ttl;
  const { reach, by } = reachOf(route, link);
  return { names, reach, by, ttl };
}

const nowhere: Reach = { addresses: [], targets: [] };

/** Where names lead: the closest target annotation, or what the Gateway's status says. */
function reachOf({ facts }: Route, { parent }: Link): { reach: Reach; by: ClaimedWay['by'] } {
  const gateway = gatewayOf(parent)?.facts;
  const set = parent.kind === 'ListenerSet' ? parent.facts : undefined;
  if (facts.target !== undefined) return { reach: facts.target, by: 'route' };
  if (set?.target !== undefined) return { reach: set.target, by: 'ListenerSet' };
  if (gateway?.target !== undefined) return { reach: gateway.target, by: 'Gateway' };
  return { reach: gateway?.status ?? nowhere, by: 'status' };
}

/** Why no route attaches to the parent. */
function refusalOf(parent: GatewayNode | ListenerSetNode): string | undefined {
  const { facts } = parent;
  if (facts === undefined) return `there is no ${titleOf(parent)}`;
  if (facts.refusal !== undefined) return `of ${titleOf(parent)}: ${facts.refusal}`;
  if (parent.kind === 'Gateway') return undefined;
  const { gateway } = parent;
  if (gateway === undefined) return `${titleOf(parent)} names no Gateway`;
  const refusal = refusalOf(gateway);
  if (refusal !== undefined) return `${refusal} (the parent of ${titleOf(parent)})`;
  return takesSet(gateway, parent)
    ? undefined
    : `${titleOf(gateway)} does not take ${titleOf(parent)}`;
}

/** As with routes, but that a Gateway takes none unless it says so. */
function takesSet({ key, facts }: GatewayNode, set: ListenerSetNode): boolean {
  switch (facts?.setsFrom) {
    case 'All':
      return true;
    case 'Same':
      return namespaceOf(key) === namespaceOf(set.key);
    case 'Selector':
      // Labels of namespaces are read by whoever implements the Gateway, and not here.
      return set.facts?.isAccepted === true;
    default:
      return false;
  }
}

/** Those that the reference names. */
export function listenersOf({ parent, section, port }: Link): readonly Listener[] {
  const all = parent.facts?.listeners ?? [];
  if (section === '' && port === 0) return all;
  return all.filter(
    (listener) =>
      (section === '' || listener.name === section) && (port === 0 || listener.port === port),
  );
}

/** The names that the route has of these listeners of the parent, or why it has none. */
function namesOf(
  route: Route,
  { parent, section, port }: Link,
  listeners: readonly Listener[],
): readonly string[] | string {
  const { kind, namespace } = route.facts;
  if (listeners.length === 0) {
    // The API wants a listener, but may drop that; then nothing narrows the route's names.
    const isOpen = parent.kind === 'Gateway' && section === '' && port === 0;
    if (isOpen) return wantedOf(route, listeners);
    return `${titleOf(parent)} has no ${listenerTitle(section, port)}`;
  }
  const kinds = listeners.filter((listener) => takesKind(listener, kind));
  if (kinds.length === 0) return `no listener of ${titleOf(parent)} takes routes of its kind`;
  const own = namespaceOf(parent.key);
  const taking = kinds.filter((listener) => takesNamespace(listener, namespace, own));
  if (taking.length === 0) {
    return `no listener of ${titleOf(parent)} takes routes of its namespace`;
  }
  const names = new Set<string>();
  for (const { hostname } of taking) addIntersections(route, hostname, names);
  return names.size === 0 ? unmatched(parent) : [...names];
}

/**
 * Those of the listeners that take routes of a kind and a namespace.
 *
 * @param own namespace of the Gateway or ListenerSet that has the listeners
 */
export function takersAmong(
  listeners: readonly Listener[],
  kind: RouteKind,
  namespace: string,
  own: string,
): readonly Listener[] {
  return listeners.filter(
    (listener) => takesKind(listener, kind) && takesNamespace(listener, namespace, own),
  );
}

/** Why a hostname of a route is none of its names, as far as this parent goes. */
export function unmatched(parent: GatewayNode | ListenerSetNode): string {
  return `no listener of ${titleOf(parent)} that takes it matches its hostname`;
}

/** Why of a wildcard of a route only some names are its own. */
export function narrowed(parent: GatewayNode | ListenerSetNode, names: readonly string[]): string {
  const few = names.slice(0, 3).join(', ');
  return `${titleOf(parent)} takes it for ${few}${names.length > 3 ? ' and others' : ''} alone`;
}

function addIntersections(route: Route, listener: string, names: Set<string>): void {
  const { kind, hostnames, added } = route.facts;
  if (!takesHostnames(kind)) {
    for (const name of added) names.add(name);
    return;
  }
  const add = (hostname: string): void => {
    const name = intersect(hostname, listener);
    if (name !== undefined && !meansAll(name)) names.add(name);
  };
  if (hostnames.length === 0) add('');
  for (const hostname of hostnames) add(hostname);
  for (const hostname of added) add(hostname);
}

/** The names that a route would have if these listeners took all that it asks for. */
function wantedOf(route: Route, listeners: readonly Listener[]): readonly string[] {
  const { kind, hostnames, added } = route.facts;
  const own =
    hostnames.length === 0 && takesHostnames(kind)
      ? listeners.map(({ hostname }) => hostname)
      : hostnames;
  return [...own, ...added].filter((name) => !meansAll(name));
}

export function gatewayOf(parent: GatewayNode | ListenerSetNode): GatewayNode | undefined {
  return parent.kind === 'Gateway' ? parent : parent.gateway;
}

/** `Gateway namespace/name` */
export function titleOf({ kind, key }: GatewayNode | ListenerSetNode): string {
  return `${kind} ${key}`;
}

function listenerTitle(section: string, port: number): string {
  const name = section === '' ? 'listener' : `listener ${section}`;
  return port === 0 ? name : `${name} on port ${port}`;
}
