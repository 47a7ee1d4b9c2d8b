import type { ClaimedWay } from '../contract.ts';
import { attach, gatewayOf, listenersOf, titleOf } from './attachment.ts';
import { folded } from './hostnames.ts';
import type { Link, Route } from './parents.ts';

/** By which listeners of which parents a route has each of its names. For whoever asks, one route at a time. */
export function waysOf(route: Route): readonly ClaimedWay[] {
  return route.links.flatMap((link) => waysBy(route, link));
}

function waysBy(route: Route, link: Link): readonly ClaimedWay[] {
  const all = attach(route, link);
  if ('reason' in all) return [];
  const { parent } = link;
  const { reach, by } = all;
  const takers = takersOf(route, link);
  const gateway = parent.kind === 'ListenerSet' ? gatewayOf(parent) : undefined;
  return all.names.map((name) => ({
    ...{ name, parent: titleOf(parent), listeners: takers.get(folded(name)) ?? [] },
    ...(gateway !== undefined && { gateway: titleOf(gateway) }),
    ...{ reached: [...reach.addresses, ...reach.targets], by },
  }));
}

/** Of each name, the listeners by which the route would have it if they were alone. */
function takersOf(route: Route, link: Link): ReadonlyMap<string, readonly string[]> {
  const takers = new Map<string, string[]>();
  for (const listener of listenersOf(link)) {
    const alone = attach(route, link, [listener]);
    if ('reason' in alone) continue;
    for (const name of new Set(alone.names.map(folded))) {
      const known = takers.get(name);
      if (known === undefined) takers.set(name, [listener.name]);
      else known.push(listener.name);
    }
  }
  return takers;
}
