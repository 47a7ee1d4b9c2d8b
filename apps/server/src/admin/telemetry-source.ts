import type { UpstreamTotal } from '../detour/totals.ts';
import type { TcpCounters } from '../stream/tcp-options.ts';
import type { SecurityTotals } from '../stream/tls/totals.ts';
import type { CounterTotals } from '../telemetry/counters.ts';

/** How a kind of object is being followed; `absent`: the cluster has no such kind. */
export type SourceState = 'starting' | 'synced' | 'retrying' | 'absent';

export const SOURCE_STATES: readonly SourceState[] = ['starting', 'synced', 'retrying', 'absent'];

/** A rule of RBAC without which a kind can't be read; '' stands for what it does not say. */
export interface MissingRule {
  readonly group: string;
  readonly resource: string;
  readonly verbs: readonly string[];
  /** '': it takes a ClusterRole. */
  readonly namespace: string;
  readonly name: string;
}

export interface SourceStatus {
  /** Which cluster or folder: as it is called in logs. */
  readonly source: string;
  /** A Kubernetes kind. */
  readonly kind: string;
  readonly state: SourceState;
  /** Milliseconds since the epoch when it was last known to be up to date; undefined before the first time. */
  readonly syncedAt: number | undefined;
  /** For want of which it is retried; none where it is for another reason. */
  readonly missingRules: readonly MissingRule[];
}

export interface ZoneStatus {
  /** In presentation format, with the trailing dot. */
  readonly zone: string;
  /** `ADDRESS:PORT` of each listener that answers it so, separated by blanks. */
  readonly listeners: string;
  readonly serial: number;
  /** Names that exist, empty non-terminals among them. */
  readonly names: number;
}

export interface UdpTotals {
  readonly batches: number;
  readonly sendErrors: number;
}

/** What forwarding came to; all zero or empty where nothing is forwarded. */
export interface ForwardTotals {
  readonly upstreams: readonly UpstreamTotal[];
  /** Questions that found all upstreams of a `forward` down. */
  readonly broken: number;
  /** Questions that were too many at once. */
  readonly rejected: number;
}

/**
 * What the admin endpoints tell the world; the supervisor implements it. Every getter is read at each
 * scrape or probe, must not wait, and says what is the case at that moment. Totals never fall.
 */
export interface TelemetrySource {
  readonly version: string;
  /** The commit it was built from, '' if that isn't known. */
  readonly revision: string;
  /**
   * CoreDNS's label `server`, such as `dns://:53`, where one server block answers; '' where there are
   * several, because queries are not counted apart.
   */
  readonly server: string;
  /** What keeps queries from being answered rightly, such as `k8s_gateway`; empty when ready. */
  readonly notReady: readonly string[];
  /** Sum of all workers, past ones included. */
  readonly queries: CounterTotals;
  readonly udp: UdpTotals;
  readonly tcp: Readonly<TcpCounters>;
  readonly forward: ForwardTotals;
  readonly security: SecurityTotals;
  readonly queryLogDropped: number;
  /** Workers that were replaced. */
  readonly workerRestarts: number;
  readonly generation: number;
  /** Milliseconds since the epoch; undefined before the first. */
  readonly publishedAt: number | undefined;
  readonly zones: readonly ZoneStatus[];
  readonly sources: readonly SourceStatus[];
  readonly reloads: ReloadStatus;
}

/** What became of reading the Corefile again. */
export interface ReloadStatus {
  readonly successes: number;
  readonly failures: number;
  /** Milliseconds since the epoch when what is served was gone over to: at first the start. */
  readonly succeededAt: number;
  /** SHA-512 of the files that it was read from, in hexadecimal; '' before that is known. */
  readonly digest: string;
  /** The last attempt, if it failed: when, and each thing that was wrong. */
  readonly failure?: { readonly at: number; readonly reasons: readonly string[] };
  /** Settings that are others in the Corefile, and that only a restart takes up. */
  readonly needsRestart: readonly string[];
}
