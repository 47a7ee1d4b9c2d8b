/**
 * Kubernetes objects in, host index snapshots out. Knows no wire format beyond RDATA, and no
 * sockets but those to API servers.
 */

export type {
  ClaimedName,
  Kind,
  KindStatus,
  Logger,
  Projection,
  Sink,
  Source,
} from './sources/contract.ts';
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
export type { GatewayOptions } from './zone-index/view-index.ts';
