import {
  ClusterSource,
  type Kind,
  kindsReadFor,
  type Logger,
  ManifestSource,
  type WatchedGateway,
  type WatchedSource,
} from '@seamark/watcher';
import type { GatewayConfig, NameserverConfig, SourceConfig } from '../config/server-config.ts';
import { sourceLabel } from './watcher-messages.ts';

/** What is read, and the gateways in the order of the configuration, which refer to it. */
export interface Watched {
  readonly sources: readonly WatchedSource[];
  readonly gateways: readonly WatchedGateway[];
}

/** A place that objects come from, and every kind that some gateway wants of it. */
interface Place {
  readonly config: SourceConfig;
  readonly namespaces: readonly string[] | undefined;
  readonly kinds: Set<Kind>;
}

/** One source for all gateways that read the same place. */
export function watchedGateways(configs: readonly GatewayConfig[], logger: Logger): Watched {
  const places = new Map<string, Place>();
  const gateways = configs.map((config) => {
    const sources = config.sources.map((source) => {
      const { namespaces } = config;
      const key = JSON.stringify([source, namespaces]);
      const place = places.get(key) ?? { config: source, namespaces, kinds: new Set<Kind>() };
      places.set(key, place);
      for (const kind of kindsReadFor(config.resources)) place.kinds.add(kind);
      return [...places.keys()].indexOf(key);
    });
    return watched(config, sources);
  });
  return {
    gateways,
    sources: Array.from(places.values(), ({ config, kinds, namespaces }) => {
      const list = [...kinds];
      const source =
        config.kind === 'manifests'
          ? new ManifestSource(config.directories, list, { logger })
          : new ClusterSource(config, list, { logger, ...(namespaces && { namespaces }) });
      return { label: sourceLabel(config), kinds: list, source };
    }),
  };
}

function watched(config: GatewayConfig, sources: readonly number[]): WatchedGateway {
  const { zones, resources, apex, secondary } = config;
  const nameServers = secondary === undefined ? [apex] : [apex, secondary];
  return {
    ...{ zones, resources, nameServers, sources },
    ttl: config.ttl,
    negativeTtl: config.negativeTtl,
    policy: config.clusters,
    relative: config.relative,
    flatten: config.flatten !== undefined,
    syncTimeoutMs: config.syncTimeoutMs,
    projection: {
      ...(config.ingressClasses && { ingressClasses: config.ingressClasses }),
      ...(config.gatewayClasses && { gatewayClasses: config.gatewayClasses }),
      ...(config.serviceSelectors && { serviceSelectors: config.serviceSelectors }),
      nodeAddressType: config.nodeAddressType,
      annotationPrefixes: config.annotationPrefixes,
      services: resources.includes('Service'),
      nameServers: nameServers.flatMap((server) => servicesOf(server, zones)),
    },
  };
}

/** `namespace/name` of the Services that give a name server its addresses: `name.namespace` below a zone. */
function servicesOf({ name, addresses }: NameserverConfig, zones: readonly string[]): string[] {
  if (addresses.length > 0) return [];
  const relative = name.endsWith('.')
    ? zones
        .filter((zone) => name.endsWith(`.${zone}`))
        .map((zone) => name.slice(0, -zone.length - 1))
    : [name];
  return relative.flatMap((text) => {
    const [service, namespace, ...more] = text.split('.');
    if (service === undefined || namespace === undefined || more.length > 0) return [];
    return [`${namespace}/${service}`];
  });
}
