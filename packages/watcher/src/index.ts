/**
 * Kubernetes objects in, host index snapshots out. Knows no wire format beyond RDATA, and no
 * sockets but those to API servers and resolvers.
 */

export { ClusterSource, type ClusterSourceOptions } from './cluster/cluster-source.ts';
export type { ObjectName, Wanted } from './cluster/scope.ts';
export type {
  ExplainedObject,
  NameExplanation,
  ObjectLossCode,
} from './explain/explanation.ts';
export { ManifestSource } from './manifests/manifest-source.ts';
export {
  CLAIMING_KINDS,
  type ClaimingKind,
  type ProjectionOptions,
} from './projection/contract.ts';
export type { LabelSelector } from './projection/label-selector.ts';
export { kindsReadFor } from './projection/projectors.ts';
export type {
  Kind,
  KindStatus,
  Logger,
  Sink,
  Source,
  SourceErrorCode,
} from './sources/contract.ts';
export { SourceError } from './sources/contract.ts';
export type { After, ResolverAddress } from './targets/contract.ts';
export {
  type SourceStatus,
  type ViewStatus,
  type WatchedGateway,
  type WatchedSource,
  type WatchedView,
  Watcher,
  type WatcherOptions,
  type WatcherStatus,
} from './watcher.ts';
export type { GatewayOptions, NameServerOptions } from './zone-index/gateway.ts';
