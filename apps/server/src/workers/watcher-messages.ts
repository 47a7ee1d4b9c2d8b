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

/**
 * Views that are watched together, with sources of their own. At the start there is one group; what a reload makes
 * another is a further one, beside those that go on.
 */
export interface WatcherTask {
  readonly gateways: readonly GatewayConfig[];
  readonly fileZones: readonly FileZoneConfig[];
  readonly hosts: readonly HostsConfig[];
  /** What of a view the watcher has to know, and the number that it goes by: no two of a thread's life are alike. */
  readonly views: readonly (ViewConfig & { readonly number: number })[];
  readonly readers: number;
  /** The last serial of each zone, 32 bits each: what a watcher leaves to its successor. */
  readonly serials: SharedArrayBuffer;
}

/** From the main thread to the watcher's. Views go by their numbers. */
export type ToWatcher =
  | { readonly kind: 'watch'; readonly group: number; readonly task: WatcherTask }
  /** A group is about to be answered from: what it takes the place of is published no more, nor are serials below. */
  | { readonly kind: 'succeed'; readonly group: number; readonly views: readonly number[] }
  /** What these read of sources that were given up is tried again. */
  | { readonly kind: 'try-again'; readonly views: readonly number[] }
  /** Nobody reads these any more. A group without any is over. */
  | { readonly kind: 'release'; readonly views: readonly number[] }
  | { readonly kind: 'stop' };

/** From the watcher's thread to the main one. */
export type FromWatcher =
  | {
      readonly kind: 'snapshots';
      readonly group: number;
      readonly snapshots: readonly SnapshotHandle[];
    }
  | {
      readonly kind: 'status';
      readonly group: number;
      /** Those that the group still has, in the order of the status's. */
      readonly views: readonly number[];
      readonly status: WatcherStatus;
    }
  | { readonly kind: 'succeeded'; readonly group: number }
  /** All that the sources have is published, and what reading it took is garbage no more. */
  | { readonly kind: 'synced' }
  /** A source can't ever work; `message` says what, where, and what to do. */
  | {
      readonly kind: 'hopeless';
      readonly group: number;
      readonly code: string;
      readonly message: string;
    }
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
