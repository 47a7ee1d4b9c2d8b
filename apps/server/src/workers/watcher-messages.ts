import type { SnapshotHandle } from '@seamark/snapshot';
import type { WatcherStatus } from '@seamark/watcher';
import type {
  FileZoneConfig,
  GatewayConfig,
  HostsConfig,
  SourceConfig,
  ViewConfig,
} from '../config/server-config.ts';
import type { LogMessage } from '../log/port-logger.ts';

/** What the watcher's thread is started with. */
export interface WatcherTask {
  readonly gateways: readonly GatewayConfig[];
  readonly fileZones: readonly FileZoneConfig[];
  readonly hosts: readonly HostsConfig[];
  readonly views: readonly ViewConfig[];
  readonly readers: number;
  /** The last serial of each zone, 32 bits each: what a watcher leaves to its successor. */
  readonly serials: SharedArrayBuffer;
}

/** From the watcher's thread to the main one. */
export type FromWatcher =
  | { readonly kind: 'snapshots'; readonly snapshots: readonly SnapshotHandle[] }
  | { readonly kind: 'status'; readonly status: WatcherStatus }
  /** All that the sources have is published, and what reading it took is garbage no more. */
  | { readonly kind: 'synced' }
  /** A source can't ever work; `message` says what, where, and what to do. */
  | { readonly kind: 'hopeless'; readonly code: string; readonly message: string }
  | LogMessage;

/** What a source is called in logs and metrics: no two alike, where one place is read for several namespaces. */
export function sourceLabel(source: SourceConfig, namespaces?: readonly string[]): string {
  const place = placeOf(source);
  return namespaces === undefined ? place : `${place} (${namespaces.join(' ')})`;
}

function placeOf(source: SourceConfig): string {
  switch (source.kind) {
    case 'in-cluster':
      return 'in-cluster';
    case 'kubeconfig':
      return source.context === undefined ? source.file : `${source.file}#${source.context}`;
    case 'manifests':
      return source.directories.join(' ');
    default:
      return source satisfies never;
  }
}
