import type { Publisher } from '@seamark/snapshot';
import type { ProjectionOptions, Projector } from '../projection/contract.ts';
import type { Kind } from '../sources/contract.ts';
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
  publishedAt: number;
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
