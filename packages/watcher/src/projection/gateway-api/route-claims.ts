import type {
  Claim,
  ClaimedBinding,
  ClaimedHttps,
  ClaimedName,
  ProjectionOptions,
} from '../contract.ts';
import { withHttps } from '../https/bindings.ts';
import { attach, narrowed, unmatched } from './attachment.ts';
import type { Reach } from './facts.ts';
import { folded } from './hostnames.ts';
import type { Route } from './parents.ts';
import { LinkHttps } from './tls.ts';

/** Where a name leads, as far as one parent goes. */
interface Way extends Reach {
  readonly ttl: number | undefined;
  readonly https: ClaimedHttps | undefined;
}

/** A name, and the ways to it. */
interface Named {
  readonly name: string;
  readonly ways: Way[];
}

/** Follows all references of a route. Names that lead to the same place, by TLS or not, make one claim. */
export function claimsOf(route: Route, options: ProjectionOptions): readonly Claim[] {
  const names = new Map<string, Named>();
  for (const link of route.links) {
    const attachment = attach(route, link);
    if ('reason' in attachment) continue;
    const { reach, ttl } = attachment;
    const linkHttps = new LinkHttps(route, link, options);
    const ways = new Map<ClaimedHttps | undefined, Way>();
    for (const name of attachment.names) {
      const https = linkHttps.of(name);
      let way = ways.get(https);
      if (way === undefined) {
        way = { addresses: reach.addresses, targets: reach.targets, ttl, https };
        ways.set(https, way);
      }
      const known = names.get(folded(name));
      if (known === undefined) names.set(folded(name), { name, ways: [way] });
      else if (!known.ways.includes(way)) known.ways.push(way);
    }
  }
  const claims = groupsOf([...names.values()]);
  return withFaults(claims, [...route.facts.faults, ...faultsOf(route, claims)]);
}

/** Of an annotation of the route itself: what it asks for is nowhere to be had. */
function faultsOf({ facts }: Route, claims: readonly Claim[]): readonly string[] {
  const { https } = facts;
  if (https === undefined || https === 'off' || claims.length === 0) return nothing;
  if (claims.some((claim) => claim.https !== undefined)) return nothing;
  const which = facts.kind === 'TLSRoute' ? 'TLS' : 'HTTPS';
  return [
    `its https annotation has no effect: no listener of protocol ${which} that works takes it for a name of its; where TLS ends in front of the Gateway, "always" in the annotation says so`,
  ];
}

const nothing: readonly string[] = [];

function groupsOf(names: readonly Named[]): readonly Claim[] {
  const [first] = names;
  if (first === undefined) return [];
  // One Gateway, as with most routes.
  const [way] = first.ways;
  if (names.every(({ ways }) => ways.length === 1 && ways[0] === way)) {
    return claimsBy(way as Way, names);
  }
  const groups = new Map<string, { way: Way; names: Named[] }>();
  for (const named of names) {
    const all = together(named.ways);
    const key = JSON.stringify([
      ...[[...all.addresses].sort(), [...all.targets].sort()],
      ...[all.ttl, all.https],
    ]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { way: all, names: [named] });
    else group.names.push(named);
  }
  return [...groups.values()].flatMap((group) => claimsBy(group.way, group.names));
}

function claimsBy({ addresses, targets, ttl, https }: Way, names: readonly Named[]) {
  const claim: Claim = {
    names: names.map(({ name }) => ({ name, relative: false })),
    addresses,
    ...(targets.length === 0 ? {} : { targets }),
    ...(ttl === undefined ? {} : { ttl }),
  };
  return withHttps(claim, https);
}

/** A name that several Gateways serve leads to all of them, and is good as long as the first to change is. */
function together(ways: readonly Way[]): Way {
  const ttls = ways.map(({ ttl }) => ttl).filter((ttl) => ttl !== undefined);
  return {
    addresses: [...new Set(ways.flatMap(({ addresses }) => addresses))],
    targets: [...new Set(ways.flatMap(({ targets }) => targets))],
    ttl: ttls.length === 0 ? undefined : Math.min(...ttls),
    https: ways.length === 1 ? ways[0]?.https : httpsOf(ways),
  };
}

/** TLS of one Gateway is none of the others': each place that the name leads to is to be one of it. */
function httpsOf(ways: readonly Way[]): ClaimedHttps | undefined {
  if (ways.some(({ https }) => https === 'off')) return 'off';
  const secure = ways.filter(({ https }) => https !== undefined);
  const covered = new Set(secure.flatMap(placesOf));
  if (!ways.flatMap(placesOf).every((place) => covered.has(place))) return undefined;
  const bindings = new Map<string, ClaimedBinding>();
  for (const { https } of secure) {
    for (const binding of https === 'off' ? [] : (https ?? [])) {
      bindings.set(JSON.stringify(binding), binding);
    }
  }
  return bindings.size === 0 ? undefined : [...bindings.values()];
}

function placesOf({ addresses, targets }: Way): readonly string[] {
  return [...addresses, ...targets];
}

function withFaults(claims: readonly Claim[], faults: readonly string[]): readonly Claim[] {
  if (faults.length === 0) return claims;
  const [first = { names: [], addresses: [] }, ...others] = claims;
  return [{ ...first, faults }, ...others];
}

/** Names that a route would claim, and why it does not. */
export interface PassedOver {
  readonly names: readonly ClaimedName[];
  readonly reason: string;
}

/** Clauses that are told; a route may name a hundred parents. */
const mostReasons = 5;

/**
 * What of the names that a route asks for is not among its claims. A wildcard that a listener narrowed is
 * not: nobody serves the rest of it. Undefined where nothing is missing.
 */
export function passedOver(route: Route, claims: readonly Claim[]): PassedOver | undefined {
  const { hostnames, added } = route.facts;
  const claimed = new Set(claims.flatMap(({ names }) => names.map(({ name }) => folded(name))));
  const missing = new Map<string, ClaimedName>();
  const miss = (name: string): void => {
    const key = folded(name);
    if (!claimed.has(key) && !missing.has(key)) missing.set(key, { name, relative: false });
  };
  hostnames.forEach(miss);
  added.forEach(miss);
  const links = route.links.map((link) => ({ link, attachment: attach(route, link) }));
  for (const { attachment } of links) if ('reason' in attachment) attachment.names.forEach(miss);
  const areNarrowed = [...missing.keys()].every((name) => isNarrowed(name, claimed));
  const reasons = new Set(
    links.map(({ link, attachment }) => {
      if ('reason' in attachment) return attachment.reason;
      return areNarrowed ? narrowed(link.parent, attachment.names) : unmatched(link.parent);
    }),
  );
  if (missing.size === 0) return undefined;
  if (reasons.size === 0) reasons.add('none of its parents is a Gateway or a ListenerSet');
  return { names: [...missing.values()], reason: [...reasons].slice(0, mostReasons).join('; ') };
}

/** Whether a hostname is a wildcard of which some names are claimed. */
function isNarrowed(name: string, claimed: ReadonlySet<string>): boolean {
  return name.startsWith('*.') && [...claimed].some((one) => one.endsWith(name.slice(1)));
}
