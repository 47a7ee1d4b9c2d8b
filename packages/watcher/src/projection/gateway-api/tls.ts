import { type ClaimedHttps, HTTPS_PORT, type ProjectionOptions } from '../contract.ts';
import type { HttpsWish } from '../https/annotation.ts';
import { bindingsOf } from '../https/bindings.ts';
import { gatewayOf, listenersOf, takersAmong } from './attachment.ts';
import { namespaceOf } from './facts.ts';
import { folded, intersect, meansAll } from './hostnames.ts';
import type { Listener, RouteKind } from './listener.ts';
import type { Link, Route } from './parents.ts';

/**
 * HTTPS records of a route's names, as far as one parent goes. They are composed where a listener is known to speak
 * HTTP over TLS: one of protocol HTTPS, which "accepts HTTP/1.1 or HTTP/2 sessions over TLS" by the API, takes the
 * route for the name. Of TLS that a TLSRoute leads on, be it HTTP or not, the route's own annotation has to say so.
 */
export class LinkHttps {
  readonly #wish: HttpsWish | undefined;
  readonly #ports: ReadonlyMap<string, readonly number[]>;
  readonly #isUnasked: boolean;
  readonly #made = new Map<string, ClaimedHttps>();

  constructor(route: Route, link: Link, { httpsRecords }: ProjectionOptions) {
    const { kind } = route.facts;
    const speaksHttp = kind === 'HTTPRoute' || kind === 'GRPCRoute';
    this.#wish = wishOf(route, link, speaksHttp);
    this.#isUnasked = httpsRecords === 'all' && speaksHttp;
    const isToKnow = this.#wish === undefined ? this.#isUnasked : this.#wish !== 'off';
    this.#ports = isToKnow ? portsOf(route, link) : NOWHERE;
  }

  /** One object for all names of which it says the same. */
  of(name: string): ClaimedHttps | undefined {
    const wish = this.#wish;
    if (wish === 'off') return wish;
    if (wish === undefined && !this.#isUnasked) return undefined;
    const seen = this.#ports.get(folded(name));
    const ports = seen ?? (wish?.always === true ? ASSERTED : undefined);
    if (ports === undefined) return undefined;
    const key = ports.join();
    let https = this.#made.get(key);
    if (https === undefined) {
      https = bindingsOf(wish, ports);
      this.#made.set(key, https);
    }
    return https;
  }
}

const ASSERTED: readonly number[] = [HTTPS_PORT];
const NOWHERE: ReadonlyMap<string, readonly number[]> = new Map();

/** The closest annotation: the route's own, or that of its ListenerSet, or that of the Gateway. */
function wishOf({ facts }: Route, { parent }: Link, speaksHttp: boolean): HttpsWish | undefined {
  // What a Gateway or a ListenerSet asks for is meant for what is known to be HTTP.
  if (facts.https !== undefined || !speaksHttp) return facts.https;
  const set = parent.kind === 'ListenerSet' ? parent.facts : undefined;
  return set?.https ?? gatewayOf(parent)?.facts?.https;
}

/** At which ports listeners that speak TLS take each name of the route, by its folded name; ascending. */
function portsOf(route: Route, link: Link): ReadonlyMap<string, readonly number[]> {
  const { kind, namespace, hostnames, added } = route.facts;
  const secure = listenersOf(link).filter((listener) => isFor(listener, kind));
  const ports = new Map<string, readonly number[]>();
  if (secure.length === 0) return ports;
  const asked = [...(hostnames.length === 0 ? [''] : hostnames), ...added];
  for (const { hostname, port } of takersAmong(
    secure,
    kind,
    namespace,
    namespaceOf(link.parent.key),
  )) {
    for (const one of asked) {
      const name = intersect(one, hostname);
      if (name === undefined || meansAll(name)) continue;
      const known = ports.get(folded(name)) ?? [];
      if (known.includes(port)) continue;
      ports.set(
        folded(name),
        [...known, port].sort((a, b) => a - b),
      );
    }
  }
  return ports;
}

/** Whether what the route leads on comes to that listener by TLS. */
function isFor({ isTls, protocol }: Listener, kind: RouteKind): boolean {
  if (isTls !== true) return false;
  return kind === 'TLSRoute' ? protocol === 'TLS' : protocol === 'HTTPS';
}
