import type { GatewayFacts, ListenerSetFacts, RouteFacts } from './facts.ts';
import type { ParentKind, StatedRef } from './parent-ref.ts';

/**
 * Gateways, ListenerSets and routes, each with those that name it, so that a change is followed to whom it
 * concerns and to nobody else. What is named need not be there (yet).
 *
 *   route ──▶ Gateway
 *         ──▶ ListenerSet ──▶ Gateway
 */

/** A route that is there. */
export interface Route {
  readonly key: string;
  readonly facts: RouteFacts;
  readonly links: readonly Link[];
  /** Number of the list that it was last seen in. */
  readonly list: number;
}

/** A reference of a route, followed. */
export interface Link extends Pick<StatedRef, 'section' | 'port' | 'isRefused'> {
  readonly parent: GatewayNode | ListenerSetNode;
}

export interface GatewayNode {
  readonly kind: 'Gateway';
  readonly key: string;
  /** Absent: it is named, and not there. */
  facts?: GatewayFacts | undefined;
  list: number;
  readonly routes: Set<Route>;
  readonly sets: Set<ListenerSetNode>;
}

export interface ListenerSetNode {
  readonly kind: 'ListenerSet';
  readonly key: string;
  facts?: ListenerSetFacts | undefined;
  list: number;
  readonly routes: Set<Route>;
  gateway?: GatewayNode | undefined;
}

export class Parents {
  readonly #gateways = new Map<string, GatewayNode>();
  readonly #sets = new Map<string, ListenerSetNode>();

  /**
   * The Gateway exists and reads so, or undefined: it is gone.
   *
   * @returns the routes that it concerns; none where nothing has changed, as with most writes of a status
   */
  setGateway(key: string, facts: GatewayFacts | undefined, list: number): Iterable<Route> {
    const node = this.#gateway(key);
    const isChanged = !isEqual(node.facts, facts);
    node.facts = facts;
    node.list = list;
    this.#forget(node);
    return isChanged ? routesBelow(node) : [];
  }

  /** As {@link setGateway}, of a ListenerSet. */
  setListenerSet(key: string, facts: ListenerSetFacts | undefined, list: number): Iterable<Route> {
    const node = this.#set(key);
    const isChanged = !isEqual(node.facts, facts);
    node.facts = facts;
    node.list = list;
    if (node.gateway?.key !== facts?.gateway) {
      const before = node.gateway;
      before?.sets.delete(node);
      node.gateway = facts?.gateway === undefined ? undefined : this.#gateway(facts.gateway);
      node.gateway?.sets.add(node);
      if (before !== undefined) this.#forget(before);
    }
    this.#forget(node);
    return isChanged ? node.routes : [];
  }

  /** Keys of the Gateways or ListenerSets that are there, and were not seen in the list. */
  unseen(kind: ParentKind, list: number): readonly string[] {
    const nodes = kind === 'Gateway' ? this.#gateways : this.#sets;
    const keys: string[] = [];
    for (const node of nodes.values()) {
      if (node.facts !== undefined && node.list !== list) keys.push(node.key);
    }
    return keys;
  }

  /** A route comes. */
  link(key: string, facts: RouteFacts, refs: readonly StatedRef[], list: number): Route {
    const links = refs.map(({ kind, key: parent, section, port, isRefused }) => ({
      parent: kind === 'Gateway' ? this.#gateway(parent) : this.#set(parent),
      section,
      port,
      isRefused,
    }));
    const route: Route = { key, facts, links, list };
    for (const { parent } of links) parent.routes.add(route);
    return route;
  }

  /** A route that came goes. */
  unlink(route: Route): void {
    for (const { parent } of route.links) {
      parent.routes.delete(route);
      this.#forget(parent);
    }
  }

  #gateway(key: string): GatewayNode {
    let node = this.#gateways.get(key);
    if (node === undefined) {
      node = { kind: 'Gateway', key, list: 0, routes: new Set(), sets: new Set() };
      this.#gateways.set(key, node);
    }
    return node;
  }

  #set(key: string): ListenerSetNode {
    let node = this.#sets.get(key);
    if (node === undefined) {
      node = { kind: 'ListenerSet', key, list: 0, routes: new Set() };
      this.#sets.set(key, node);
    }
    return node;
  }

  /** What is not there and nobody names. */
  #forget(node: GatewayNode | ListenerSetNode): void {
    if (node.facts !== undefined || node.routes.size > 0) return;
    if (node.kind === 'ListenerSet') this.#sets.delete(node.key);
    else if (node.sets.size === 0) this.#gateways.delete(node.key);
  }
}

function* routesBelow(gateway: GatewayNode): Iterable<Route> {
  yield* gateway.routes;
  for (const set of gateway.sets) yield* set.routes;
}

/** Facts are read in one order, of texts and numbers. */
function isEqual(a: object | undefined, b: object | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
