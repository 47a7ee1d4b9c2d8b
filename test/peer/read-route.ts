// Routes of the Gateway API, as both servers read them.

import type { Read, Said } from './claims.ts';
import type { Cluster, Gateway, Listener } from './cluster.ts';
import { addressData, type Data, mergeData } from './data.ts';
import type { Does } from './habits.ts';
import { type Annotations, annotatedNames, distinct, heeded, secondsOf } from './read-object.ts';
import type { Settings } from './settings.ts';

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

/** Where a route leads, by those listeners of a Gateway or a ListenerSet that take it. */
interface Attached {
  readonly addresses: readonly string[];
  readonly listeners: readonly Listener[];
}

/** What has the listeners, be it a Gateway itself, and the Gateway that has the addresses. */
interface Parent {
  readonly gateway: Gateway;
  readonly door: Pick<Gateway, 'namespace' | 'listeners'>;
}

export const route: Read = (object, { cluster, settings, does }) => {
  const { kind, metadata, spec, status } = object;
  const { hostnames = [], parentRefs } = spec as { hostnames?: string[]; parentRefs: ParentRef[] };
  const annotations = heeded(metadata, 'read no annotation of routes', does);
  const added = annotatedNames(annotations, does) ?? [];
  const isNamed = kind !== 'TCPRoute' && kind !== 'UDPRoute';
  // What the plugin has not heard of says nothing to it.
  if (!isNamed && added.length === 0) return [];
  const verdicts = (status as { parents: readonly Verdict[] } | undefined)?.parents ?? [];
  const own = metadata.namespace ?? '';
  let last = own;
  const attached = parentRefs.flatMap((parent): Attached[] => {
    const inherited = last === own || does('let a namespace run on') ? last : own;
    last = parent.namespace ?? last;
    const found = parentOf(parent, parent.namespace ?? inherited, cluster, does);
    if (found === undefined) return [];
    const { gateway, door } = found;
    if (settings.gatewayClasses?.includes(gateway.className) === false) return [];
    const listeners = listenersFor(parent, door, { kind, namespace: own }, does);
    if (listeners.length === 0) return [];
    if (isRefused(parent, verdicts) && !does('serve routes that are refused')) return [];
    if (gateway.isIgnored && !does('miss the label of a Gateway')) return [];
    return [{ addresses: gateway.addresses, listeners }];
  });
  const data = ({ addresses }: Attached): Data => ledFrom(annotations, addresses, settings);
  if (does('take a route at its word')) {
    const all = mergeData(attached.map(data));
    return hostnames.map((key): Said => ({ key, meant: 'either', data: all }));
  }
  return attached.flatMap((one) => {
    if (!isNamed) return added.map((name): Said => ({ ...name, data: data(one) }));
    const names = new Set(one.listeners.flatMap(({ hostname }) => common(hostnames, hostname)));
    const more = added.flatMap(({ key, meant }) =>
      one.listeners.flatMap(({ hostname }) =>
        common([key], hostname).map((name) => ({
          key: name,
          meant: name === key ? meant : 'either',
        })),
      ),
    );
    const own = [...names].map((key) => ({ key, meant: 'either' as const }));
    return distinct([...own, ...more]).map((name): Said => ({ ...name, data: data(one) }));
  });
};

/** What a reference means. */
const parentOf = (
  { kind, name }: ParentRef,
  namespace: string,
  cluster: Cluster,
  does: Does,
): Parent | undefined => {
  if (kind === 'ListenerSet' && !does('take a ListenerSet for a Gateway')) {
    const set = cluster.listenerSet(namespace, name);
    if (set === undefined || set.isIgnored) return undefined;
    const gateway = cluster.gateway(set.parent.namespace, set.parent.name);
    if (gateway === undefined) return undefined;
    const isSame = gateway.setsFrom === 'Same' && gateway.namespace === set.namespace;
    return gateway.setsFrom === 'All' || isSame ? { gateway, door: set } : undefined;
  }
  const gateway = cluster.gateway(namespace, name);
  return gateway === undefined ? undefined : { gateway, door: gateway };
};

/** Where an annotation leads that has an address, or else the Gateway. */
const ledFrom = (
  { 'coredns.io/target': target = '', 'coredns.io/ttl': text = '' }: Annotations,
  addresses: readonly string[],
  settings: Settings,
): Data => {
  const ttl = secondsOf(text) || settings.ttl;
  const led = addressData(target.split(/, */), ttl);
  return led.size > 0 ? led : addressData(addresses, ttl);
};

const listenersFor = (
  parent: ParentRef,
  { namespace, listeners }: Parent['door'],
  route: { readonly kind: string; readonly namespace: string },
  does: Does,
): readonly Listener[] => {
  const { kind = 'Gateway', sectionName, port } = parent;
  const meant = listeners.filter(
    ({ name, port: at }) =>
      kind !== 'Service' && name === (sectionName ?? name) && at === (port ?? at),
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
  ...{ TLS: ['TLSRoute', 'TCPRoute'], TCP: ['TCPRoute'], UDP: ['UDPRoute'] },
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
