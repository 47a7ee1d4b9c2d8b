import type { Kind } from '../../sources/contract.ts';
import type { Shape } from '../../sources/shape.ts';
import type { Projector, ProjectorParts } from '../contract.ts';
import { readGateway, readListenerSet, readRoute } from './facts.ts';
import { ROUTE_KINDS, type RouteKind } from './listener.ts';
import { Parents, type Route } from './parents.ts';
import { claimsOf, passedOver } from './route-claims.ts';
import { waysOf } from './ways.ts';

/** Where the reading of a kind stands. */
interface Reading {
  /** Counts the lists, so that what was not seen in the latest is known. */
  list: number;
  isListing: boolean;
  /** It was read whole once. */
  isRead: boolean;
  /** Nobody waits for it (any more): it was read, or can't be. */
  isSettled: boolean;
}

/** Routes of a kind. */
interface RouteReading extends Reading {
  readonly kind: RouteKind;
  readonly routes: Map<string, Route>;
  /** What is known was claimed: from now on changes are. */
  isClaimed: boolean;
}

/** Whether a claiming kind is a kind of route. */
export function isRouteKind(kind: string): kind is RouteKind {
  return (ROUTE_KINDS as readonly string[]).includes(kind);
}

/**
 * Joins routes with their Gateways and ListenerSets. Nothing is claimed before all three have been read: a
 * route whose Gateway was not read yet would be one without a parent, and its names would come and go at
 * each start. Then a change claims the routes that it concerns anew.
 */
export class GatewayApiProjector implements Projector {
  readonly kinds: readonly Kind[];
  readonly #parts: ProjectorParts;
  readonly #parents = new Parents();
  readonly #gateways: Reading = newReading();
  readonly #sets: Reading = newReading();
  readonly #routes = new Map<Kind, RouteReading>();

  /** @param kinds those that are configured, of which each has its own precedence */
  constructor(kinds: readonly RouteKind[], parts: ProjectorParts) {
    this.kinds = ['Gateway', 'ListenerSet', ...kinds];
    this.#parts = parts;
    for (const kind of kinds) {
      this.#routes.set(kind, { ...newReading(), kind, routes: new Map(), isClaimed: false });
    }
  }

  beginList(kind: Kind): void {
    const reading = this.#readingOf(kind);
    if (reading === undefined) return;
    reading.list++;
    reading.isListing = true;
    const routes = this.#routes.get(kind);
    if (routes?.isClaimed) this.#parts.claims.beginList(routes.kind);
  }

  upsert(kind: Kind, key: string, object: Shape): void {
    const { claims, options } = this.#parts;
    const faults: string[] = [];
    if (kind === 'Gateway') {
      const facts = readGateway(object, options, faults);
      claims.fault(kind, key, faults);
      this.#claimAll(this.#parents.setGateway(key, facts, this.#gateways.list));
    } else if (kind === 'ListenerSet') {
      const facts = readListenerSet(object, key, options, faults);
      claims.fault(kind, key, faults);
      this.#claimAll(this.#parents.setListenerSet(key, facts, this.#sets.list));
    } else {
      const reading = this.#routes.get(kind);
      if (reading !== undefined) this.#upsertRoute(reading, key, object);
    }
  }

  remove(kind: Kind, key: string): void {
    if (kind === 'Gateway' || kind === 'ListenerSet') this.#parts.claims.fault(kind, key, []);
    if (kind === 'Gateway') this.#claimAll(this.#parents.setGateway(key, undefined, 0));
    else if (kind === 'ListenerSet')
      this.#claimAll(this.#parents.setListenerSet(key, undefined, 0));
    else this.#removeRoute(kind, key);
  }

  endList(kind: Kind): void {
    const reading = this.#readingOf(kind);
    if (reading === undefined) return;
    // A list that never began is an empty one, as of a kind that is no more.
    if (!reading.isListing) this.beginList(kind);
    reading.isListing = false;
    reading.isRead = true;
    reading.isSettled = true;
    const routes = this.#routes.get(kind);
    if (routes === undefined) {
      const parent = kind === 'Gateway' ? kind : 'ListenerSet';
      for (const key of this.#parents.unseen(parent, reading.list)) this.remove(kind, key);
    } else {
      // One by one: whoever takes claims may have seen an old route in this list, when its Gateway changed.
      for (const [key, { list }] of routes.routes) {
        if (list !== reading.list) this.#removeRoute(kind, key);
      }
      if (routes.isClaimed) this.#parts.claims.endList(routes.kind);
    }
    this.#claimFirst();
  }

  missing(kind: Kind): void {
    const reading = this.#readingOf(kind);
    if (reading === undefined) return;
    reading.isSettled = true;
    reading.isListing = false;
    this.#claimFirst();
  }

  /** Kinds of route for which nobody is waited any more. */
  #claimFirst(): void {
    if (!this.#gateways.isSettled || !this.#sets.isSettled) return;
    const { claims } = this.#parts;
    for (const reading of this.#routes.values()) {
      if (reading.isClaimed || !reading.isRead) continue;
      reading.isClaimed = true;
      claims.beginList(reading.kind);
      for (const route of reading.routes.values()) this.#claim(route);
      claims.endList(reading.kind);
      if (!reading.isListing) continue;
      // It is being read again, and whoever takes claims is to know what this list has had so far.
      claims.beginList(reading.kind);
      for (const route of reading.routes.values()) {
        if (route.list === reading.list) this.#claim(route);
      }
    }
  }

  #upsertRoute(reading: RouteReading, key: string, object: Shape): void {
    const { facts, refs } = readRoute(reading.kind, object, key, this.#parts.options);
    const before = reading.routes.get(key);
    // The new one first: a parent that both name stays.
    const route = this.#parents.link(key, facts, refs, reading.list);
    if (before !== undefined) this.#parents.unlink(before);
    reading.routes.set(key, route);
    this.#claimAll([route]);
  }

  #removeRoute(kind: Kind, key: string): void {
    const reading = this.#routes.get(kind);
    const route = reading?.routes.get(key);
    if (reading === undefined || route === undefined) return;
    reading.routes.delete(key);
    this.#parents.unlink(route);
    if (reading.isClaimed) this.#parts.claims.claim(reading.kind, key, []);
  }

  #claimAll(routes: Iterable<Route>): void {
    for (const route of routes) {
      if (this.#routes.get(route.facts.kind)?.isClaimed) this.#claim(route);
    }
  }

  #claim(route: Route): void {
    const { claims } = this.#parts;
    const all = claimsOf(route, this.#parts.options);
    if (claims.passedOver !== undefined) {
      const left = passedOver(route, all);
      if (left !== undefined) {
        claims.passedOver(route.facts.kind, route.key, left.names, left.reason);
      }
    }
    claims.ways?.(route.facts.kind, route.key, () => waysOf(route));
    claims.claim(route.facts.kind, route.key, all);
  }

  #readingOf(kind: Kind): Reading | undefined {
    if (kind === 'Gateway') return this.#gateways;
    if (kind === 'ListenerSet') return this.#sets;
    return this.#routes.get(kind);
  }
}

function newReading(): Reading {
  return { list: 0, isListing: false, isRead: false, isSettled: false };
}
