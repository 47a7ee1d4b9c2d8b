import {
  ClusterSource,
  kindsReadFor,
  type Logger,
  ManifestSource,
  type ObjectKind,
  type WatchedGateway,
  type WatchedSource,
  type WatchedView,
} from '@seamark/watcher';
import type {
  FileZoneConfig,
  GatewayConfig,
  NameserverConfig,
  ServerConfig,
  SourceConfig,
  ViewConfig,
} from '../config/server-config.ts';
import { StaticSources } from './static-sources.ts';
import { sourceLabel } from './watcher-messages.ts';

/** What is read, and who refers to it. */
export interface Watched {
  readonly sources: readonly WatchedSource[];
  /** In the order that they were given in. */
  readonly views: readonly WatchedView[];
}

/** What of a configuration says where names come from. */
export type Configured = Pick<ServerConfig, 'gateways' | 'fileZones' | 'hosts'>;

/** A place that objects come from, and every kind that some gateway wants of it. */
interface Place {
  readonly config: SourceConfig;
  readonly namespaces: readonly string[] | undefined;
  readonly kinds: Set<ObjectKind>;
  /** `namespace/name` of Services that are read whatever else is: those of name servers. */
  readonly services: Set<string>;
}

/** What stands behind some views, each with its gateways and then the zones that files have alone. */
export function watchedViews(
  config: Configured,
  views: readonly Pick<ViewConfig, 'gateways' | 'fileZones'>[],
  logger: Logger,
): Watched {
  const used = [...new Set(views.flatMap(({ gateways }) => gateways))];
  const { sources, gateways } = watchedGateways(
    used.map((index) => at(config.gateways, index)),
    logger,
  );
  const statics = new StaticSources(config.hosts, sources.length, logger);
  const ofGateways = used.map((index, i) => {
    const { files, hosts, fallthrough } = at(config.gateways, index);
    return {
      ...at(gateways, i),
      ...statics.beside(files ?? [], hosts),
      ...(fallthrough && { fallthrough }),
    };
  });
  const ofZones = config.fileZones.map((zone, index) =>
    views.some(({ fileZones }) => fileZones.includes(index)) ? fileZone(zone, statics) : undefined,
  );
  return {
    views: views.map((view) => ({
      gateways: [
        ...view.gateways.map((index) => at(ofGateways, used.indexOf(index))),
        ...view.fileZones.flatMap((index) => ofZones[index] ?? []),
      ],
    })),
    sources: [...sources, ...statics.sources],
  };
}

function at<T>(all: readonly T[], index: number): T {
  const found = all[index];
  if (found === undefined) throw new RangeError(`no gateway ${index}`);
  return found;
}

/** A zone whose file is all there is, but for lines of a hosts file. */
function fileZone(zone: FileZoneConfig, statics: StaticSources): WatchedGateway {
  return {
    ...{ zones: [zone.zone], resources: [], sources: [], nameServers: [], ttl: 0 },
    ...{ authority: 'file', relative: false, ...statics.beside([zone], zone.hosts) },
    // Without its file there is no SOA to deny a name with, however long that takes.
    syncTimeoutMs: Number.POSITIVE_INFINITY,
  };
}

/** One source for all gateways that read the same place. */
export function watchedGateways(
  configs: readonly GatewayConfig[],
  logger: Logger,
): { readonly sources: readonly WatchedSource[]; readonly gateways: readonly WatchedGateway[] } {
  const places = new Map<string, Place>();
  const gateways = configs.map((config) => {
    const sources = config.sources.map((source) => {
      const { namespaces } = config;
      const key = JSON.stringify([source, namespaces]);
      const place = places.get(key) ?? {
        ...{ config: source, namespaces },
        ...{ kinds: new Set<ObjectKind>(), services: new Set<string>() },
      };
      places.set(key, place);
      for (const kind of kindsReadFor(config.resources)) place.kinds.add(kind);
      for (const service of nameServerServices(config)) place.services.add(service);
      return [...places.keys()].indexOf(key);
    });
    return watched(config, sources);
  });
  return {
    gateways,
    sources: Array.from(places.values(), (place) => watchedSource(place, logger)),
  };
}

function watchedSource(
  { config, kinds, namespaces, services }: Place,
  logger: Logger,
): WatchedSource {
  const only = Array.from(services, (key) => {
    const [namespace = '', name = ''] = key.split('/');
    return { namespace, name };
  });
  const isServer = (kind: ObjectKind, key: string): boolean =>
    kind === 'Service' && services.has(key);
  const all = [...new Set([...kinds, ...(only.length === 0 ? [] : (['Service'] as const))])];
  const wanted = [...kinds, ...(only.length === 0 ? [] : [{ kind: 'Service', only } as const])];
  const source =
    config.kind === 'manifests'
      ? new ManifestSource(config.directories, all, {
          logger,
          ...(namespaces && {
            counts: (kind, key) => lies(key, namespaces) || isServer(kind, key),
          }),
        })
      : new ClusterSource(config, wanted, { logger, ...(namespaces && { namespaces }) });
  return { label: sourceLabel(config, namespaces), kinds: all, source };
}

/** Whether an object is of these namespaces; one of none, a Node, is read whatever they are. */
function lies(key: string, namespaces: readonly string[]): boolean {
  const slash = key.indexOf('/');
  return slash < 0 || namespaces.includes(key.slice(0, slash));
}

function watched(config: GatewayConfig, sources: readonly number[]): WatchedGateway {
  const { zones, resources } = config;
  const nameServers = nameServersOf(config);
  return {
    ...{ zones, resources, nameServers, sources },
    ttl: config.ttl,
    negativeTtl: config.negativeTtl,
    policy: config.clusters,
    relative: config.relative,
    flatten: config.flatten !== undefined,
    resolvers: config.flatten?.resolvers ?? [],
    syncTimeoutMs: config.syncTimeoutMs,
    projection: {
      ...(config.ingressClasses && { ingressClasses: config.ingressClasses }),
      ...(config.gatewayClasses && { gatewayClasses: config.gatewayClasses }),
      ...(config.serviceSelectors && { serviceSelectors: config.serviceSelectors }),
      nodeAddressType: config.nodeAddressType,
      annotationPrefixes: config.annotationPrefixes,
      httpsRecords: config.httpsRecords,
      services: resources.includes('Service'),
      nameServers: nameServerServices(config),
    },
  };
}

function nameServersOf({ apex, secondary }: GatewayConfig): readonly NameserverConfig[] {
  return secondary === undefined ? [apex] : [apex, secondary];
}

function nameServerServices(config: GatewayConfig): readonly string[] {
  return nameServersOf(config).flatMap((server) => servicesOf(server, config.zones));
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
