/**
 * Kubernetes objects in, host index snapshots out. Knows no wire format beyond RDATA, and no
 * sockets but those to API servers and resolvers.
 */

export { ClusterSource, type ClusterSourceOptions } from './cluster/cluster-source.ts';
export type {
  ExplainedObject,
  ExplainedWay,
  NameExplanation,
  ObjectLossCode,
} from './explain/explanation.ts';
export { ManifestSource } from './manifests/manifest-source.ts';
export {
  CLAIMING_KINDS,
  type ClaimingKind,
  type ProjectionOptions,
  type ResourceKind,
} from './projection/contract.ts';
export type { LabelSelector } from './projection/label-selector.ts';
export { kindsReadFor } from './projection/projectors.ts';
export type {
  Kind,
  KindStatus,
  Logger,
  MissingRule,
  ObjectKind,
  ObjectName,
  Sink,
  Source,
  SourceErrorCode,
  Wanted,
} from './sources/contract.ts';
export { SourceError } from './sources/contract.ts';
export { type HostsFile, type HostsLine, readHosts } from './static/hosts/hosts-file.ts';
export { type HostsOptions, HostsSource, type PlacedLine } from './static/hosts/hosts-source.ts';
export { HostsTable } from './static/hosts/hosts-table.ts';
export { ZoneFileSource } from './static/zone-file/zone-file-source.ts';
export type { After, ResolverAddress } from './targets/contract.ts';
export { Watcher } from './watcher.ts';
export type {
  WatchedGateway,
  WatchedSource,
  WatchedView,
  WatcherOptions,
} from './watching/options.ts';
export type { GatewayStatus, SourceStatus, ViewStatus, WatcherStatus } from './watching/status.ts';
export type { GatewayOptions, NameServerOptions } from './zone-index/gateway.ts';
