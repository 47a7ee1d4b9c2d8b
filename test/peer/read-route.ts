// Routes of the Gateway API, as both servers read them.

import type { Read, Said } from './claims.ts';
import type { Gateway, Listener } from './cluster.ts';
import { addressData, mergeData } from './data.ts';
import type { Does } from './habits.ts';

interface ParentRef {
  readonly group?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name: string;
  readonly sectionName?: string;
  readonly port?: number;
}

interface Verdict {
  readonly parentRef: ParentRef;
  readonly conditions: readonly { readonly type: string; readonly status: string }[];
}

/** A Gateway that a route leads to, by those of its listeners that take it. */
interface Attached {
  readonly gateway: Gateway;
  readonly listeners: readonly Listener[];
}

export const route: Read = ({ kind, metadata, spec, status }, { cluster, settings, does }) => {
  const { hostnames = [], parentRefs } = spec as { hostnames?: string[]; parentRefs: ParentRef[] };
  const verdicts = (status as { parents: readonly Verdict[] } | undefined)?.parents ?? [];
  const own = metadata.namespace ?? '';
  let last = own;
  const attached = parentRefs.flatMap((parent): Attached[] => {
    const inherited = last === own || does('let a namespace run on') ? last : own;
    last = parent.namespace ?? last;
    const gateway = cluster.gateway(parent.namespace ?? inherited, parent.name);
    if (gateway === undefined) return [];
    if (settings.gatewayClasses?.includes(gateway.className) === false) return [];
    const listeners = listenersFor(parent, gateway, { kind, namespace: own }, does);
    if (listeners.length === 0) return [];
    if (isRefused(parent, verdicts) && !does('serve routes that are refused')) return [];
    if (gateway.isIgnored && !does('miss the label of a Gateway')) return [];
    return [{ gateway, listeners }];
  });
  const { ttl } = settings;
  if (does('take a route at its word')) {
    const data = mergeData(attached.map(({ gateway }) => addressData(gateway.addresses, ttl)));
    return hostnames.map((key): Said => ({ key, meant: 'either', data }));
  }
  return attached.flatMap(({ gateway, listeners }) => {
    const names = new Set(listeners.flatMap(({ hostname }) => common(hostnames, hostname)));
    const data = addressData(gateway.addresses, ttl);
    return [...names].map((key): Said => ({ key, meant: 'either', data }));
  });
};

const listenersFor = (
  parent: ParentRef,
  { namespace, listeners }: Gateway,
  route: { readonly kind: string; readonly namespace: string },
  does: Does,
): readonly Listener[] => {
  const { kind = 'Gateway', sectionName, port } = parent;
  const meant = listeners.filter(
    ({ name, port: at }) =>
      kind === 'Gateway' && name === (sectionName ?? name) && at === (port ?? at),
  );
  const isEvery = meant.length === listeners.length;
  const named = isEvery || !does('ask a parent for its name alone') ? meant : listeners;
  const allowed = named.filter(({ protocol, allowedRoutes }) => {
    const isSame = namespace === route.namespace || allowedRoutes?.namespaces.from === 'All';
    return isSame && (KINDS[protocol] ?? []).includes(route.kind);
  });
  return allowed.length === named.length || !does('let every route attach') ? allowed : named;
};

const KINDS: Readonly<Record<string, readonly string[]>> = {
  HTTP: ['HTTPRoute', 'GRPCRoute'],
  HTTPS: ['HTTPRoute', 'GRPCRoute'],
  TLS: ['TLSRoute'],
};

const isRefused = (parent: ParentRef, verdicts: readonly Verdict[]): boolean =>
  verdicts.some(
    ({ parentRef, conditions }) =>
      JSON.stringify(parentRef) === JSON.stringify(parent) &&
      conditions.some(({ type, status }) => type === 'Accepted' && status === 'False'),
  );

/** Of two hostnames with something in common the narrower; a route without any has the listener's. */
const common = (hostnames: readonly string[], hostname: string | undefined): readonly string[] => {
  if (hostname === undefined) return hostnames;
  if (hostnames.length === 0) return [hostname];
  return hostnames.flatMap((name) => {
    if (covers(hostname, name)) return [name];
    return covers(name, hostname) ? [hostname] : [];
  });
};

/** A wildcard stands for any number of labels, as the Gateway API has it. */
const covers = (wide: string, narrow: string): boolean =>
  wide === narrow || (wide.startsWith('*.') && narrow.replace(/^\*/, 'x').endsWith(wide.slice(1)));
