import type { MissingRule, WatcherStatus } from '@seamark/watcher';
import { formatHttpAddress } from '../config/http-address.ts';
import type { ReloadStatus } from './telemetry-source.ts';

/**
 * What GET /status says, as JSON: stable for programs, `seamark explain` among them. Times are ISO 8601, in UTC.
 * Members may be added.
 */
export interface StatusDocument {
  readonly version: string;
  readonly ready: boolean;
  /** What /ready says is missing. */
  readonly notReady: readonly string[];
  readonly zones: readonly StatusZone[];
  readonly sources: readonly StatusSource[];
  /** Of a server that runs. */
  readonly reload?: StatusReload;
}

/** The Corefile that is served, and what became of the last one that was read. */
export interface StatusReload {
  /** SHA-512 of the Corefile and what it imports, in hexadecimal. */
  readonly digest: string;
  /** Since when it is served. */
  readonly since: string;
  /** Settings that are others in the Corefile, and that only a restart takes up. */
  readonly needsRestart: readonly string[];
  /** Why the last one that was read is not served. */
  readonly failed?: { readonly at: string; readonly reasons: readonly string[] };
}

export interface StatusZone {
  readonly zone: string;
  /** Where it is answered so, `ADDRESS:PORT` each: another listener may serve the zone from other objects. */
  readonly listeners: readonly string[];
  readonly serial: number;
  /** Names that exist, empty non-terminals among them. */
  readonly names: number;
  /** Every kind that it has its names of has been read. */
  readonly synced: boolean;
  /** Or waited for long enough, if anything was read of any source: it can be sent questions. */
  readonly ready: boolean;
  /** Names are denied that may exist, because what would tell could not be read in time. */
  readonly warning?: string;
  /** When a change of it or its neighbours was last published; null before the first. */
  readonly publishedAt: string | null;
}

export interface StatusSource {
  /** As in log lines and metrics. */
  readonly source: string;
  readonly kinds: readonly StatusKind[];
}

export interface StatusKind {
  readonly kind: string;
  readonly state: WatcherStatus['sources'][number]['kinds'][number]['status']['state'];
  /** Since when it is in that state. */
  readonly since: string;
  /** It has been read whole at least once. */
  readonly synced: boolean;
  /** Those that have, or want, a name. */
  readonly objects: number;
  /** What is wrong, where, and what to do: the RBAC rule that is missing. */
  readonly reason?: string;
  /** The rules of RBAC that are missing, for programs. */
  readonly missingRules?: readonly MissingRule[];
  /** Milliseconds from one attempt to the next. */
  readonly retryInMs?: number;
}

/** An address and port where DNS is answered, and the view that is behind it. */
export interface ViewListener {
  readonly address: string;
  readonly port: number;
  /** Its place among those of the watcher. */
  readonly view: number;
}

/** Those of one view, as texts. */
export function listenersOf(view: number, listeners: readonly ViewListener[]): readonly string[] {
  return listeners.filter((listener) => listener.view === view).map(formatHttpAddress);
}

/** @param status undefined before the watcher has spoken */
export function statusDocument(
  version: string,
  notReady: readonly string[],
  status: WatcherStatus | undefined,
  listeners: readonly ViewListener[],
  reloads?: ReloadStatus,
): StatusDocument {
  const { views = [], sources = [] } = status ?? {};
  return {
    ...{ version, ready: notReady.length === 0, notReady },
    zones: views.flatMap(({ zones, publishedAt }, view) =>
      zones.map((zone) => ({
        ...{ ...zone, listeners: listenersOf(view, listeners) },
        publishedAt: publishedAt === 0 ? null : new Date(publishedAt).toISOString(),
      })),
    ),
    sources: sources.map(({ label, kinds }) => ({
      source: label,
      kinds: kinds.map(
        ({ kind, status: { state, reason, missingRules, retryInMs }, since, synced, objects }) => ({
          ...{ kind, state, since: new Date(since).toISOString(), synced, objects },
          ...(reason !== undefined && { reason }),
          ...(missingRules !== undefined && { missingRules }),
          ...(retryInMs !== undefined && { retryInMs }),
        }),
      ),
    })),
    ...(reloads !== undefined && { reload: statusReload(reloads) }),
  };
}

function statusReload({ digest, succeededAt, needsRestart, failure }: ReloadStatus): StatusReload {
  return {
    ...{ digest, since: new Date(succeededAt).toISOString(), needsRestart },
    ...(failure !== undefined && {
      failed: { at: new Date(failure.at).toISOString(), reasons: failure.reasons },
    }),
  };
}
