import type { Publisher } from '@seamark/snapshot';
import type { ProjectionOptions, Projector } from '../projection/contract.ts';
import { kindsReadFor } from '../projection/projectors.ts';
import type { Kind, ObjectKind, Wanted } from '../sources/contract.ts';
import { STATIC_KINDS, type StaticKind } from '../sources/kinds.ts';
import type { GatewayOptions } from '../zone-index/gateway.ts';
import type { ViewIndex } from '../zone-index/view-index.ts';
import type { WatchedGateway } from './options.ts';

/** Gateways that answer together, and what stands behind them. */
export interface View {
  readonly index: ViewIndex;
  /** Gateways of which something has been read. */
  readonly heard: Set<number>;
  /** Of gateways, what ends the wait for what has not been. */
  readonly waits: Map<number, NodeJS.Timeout>;
  /** Gateways that went on without something. */
  readonly over: Set<number>;
  readonly publisher: Publisher;
  readonly gateways: readonly WatchedGateway[];
  /** What ends waiting on its behalf. */
  readonly timers: Set<NodeJS.Timeout>;
  publishedAt: number;
  /** Nothing of it is published any more: another has taken its place. */
  frozen: boolean;
  synced: boolean;
  resolving: 'not yet' | 'awaited' | 'over';
}

/** A source as a gateway of a view takes it. */
export interface Taker {
  readonly view: View;
  /** Its place in the view. */
  readonly gateway: number;
  /** The source's place among those of the gateway. */
  readonly cluster: number;
  readonly projectors: readonly Projector[];
}

/** What a gateway takes where it is not told otherwise. */
export const EVERY_OBJECT: ProjectionOptions = {
  nodeAddressType: 'InternalIP',
  annotationPrefixes: [
    'coredns.io',
    'external-dns.alpha.kubernetes.io',
    'external-dns.kubernetes.io',
  ],
  services: true,
  nameServers: [],
};

/** Has its projectors go on without a kind. */
export function goWithout({ projectors }: Taker, kind: Kind): void {
  for (const projector of projectors) if (projector.kinds.includes(kind)) projector.missing(kind);
}

/** Which of the sources a cluster of a gateway is; files are numbered as clusters behind those that are. */
export function sourceOf(view: View, gateway: number, cluster: number): number | undefined {
  const of = view.gateways[gateway];
  return of && [...of.sources, ...(of.hosts ?? []), ...(of.files ?? [])][cluster];
}

/** What the index is told of a gateway's sources: how many there are. */
export function indexed(gateway: WatchedGateway): GatewayOptions {
  const { sources, hosts = [], files = [] } = gateway;
  const counts = { clusters: sources.length, hosts: hosts.length, files: files.length };
  return { ...gateway, ...counts };
}

/** Of files, which are read whole whatever is wanted of them. */
export function isStatic(kind: Kind): kind is StaticKind {
  return (STATIC_KINDS as readonly Kind[]).includes(kind);
}

/** What these takers want of their source, of the kinds that are read of it. */
export function wantedBy(takers: readonly Taker[], kinds: readonly Kind[]): Wanted[] {
  const whole = new Set<ObjectKind>();
  const only = new Map<string, { namespace: string; name: string }>();
  for (const { view, gateway, projectors } of takers) {
    const { resources = [], projection } = view.gateways[gateway] ?? {};
    for (const kind of kindsReadFor(resources)) whole.add(kind);
    for (const key of projection?.nameServers ?? []) {
      const [namespace = '', name = ''] = key.split('/');
      only.set(key, { namespace, name });
    }
    // What a projector asked for when it found that it needs it. Services of name servers are wanted one by one.
    for (const kind of kinds) {
      if (kind === 'Service' || isStatic(kind)) continue;
      if (projectors.some((one) => one.kinds.includes(kind))) whole.add(kind);
    }
  }
  const services: Wanted = { kind: 'Service', only: [...only.values()] };
  return [...Array.from(whole, (kind) => ({ kind })), ...(only.size === 0 ? [] : [services])];
}
