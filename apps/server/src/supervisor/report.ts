import type { KindStatus } from '@seamark/watcher';
import {
  listenersOf,
  type StatusDocument,
  statusDocument,
  type ViewListener,
} from '../admin/status.ts';
import type {
  ForwardTotals,
  ReloadStatus,
  SourceState,
  SourceStatus,
  TelemetrySource,
  ZoneStatus,
} from '../admin/telemetry-source.ts';
import { BROKEN, REJECTED, readForwardTotals } from '../detour/totals.ts';
import type { TcpCounters } from '../stream/tcp-options.ts';
import { readSecurityTotals, type SecurityTotals } from '../stream/tls/totals.ts';
import { type CounterTotals, sumCounters } from '../telemetry/counters.ts';
import type { QueryLogPump } from '../telemetry/query-log-pump.ts';
import type { AnswerTask, Totals } from '../workers/tasks.ts';
import type { WatcherThread } from './watcher-thread.ts';
import type { WorkerPool } from './worker-pool.ts';

export interface ReportParts {
  readonly version: string;
  readonly counters: readonly SharedArrayBuffer[];
  readonly queryLog: QueryLogPump;
  readonly watcher: WatcherThread;
  /** As bound, or as configured before that. */
  readonly listeners: () => readonly ViewListener[];
  /** Undefined until the workers are started. */
  readonly pool: () => WorkerPool<AnswerTask> | undefined;
  /** What of the Corefile a zone is answered by; views go by their places. */
  readonly directiveOf: (view: number, zone: string) => string;
  readonly reloads: () => ReloadStatus;
}

/** How the server stands, gathered from where it is known at the moment it is asked. */
export class Report implements TelemetrySource {
  readonly revision = '';
  readonly server = '';
  /** Told to stop: still answering, but no longer to be counted on. */
  isStopping = false;
  private readonly parts: ReportParts;

  constructor(parts: ReportParts) {
    this.parts = parts;
  }

  get version(): string {
    return this.parts.version;
  }

  get notReady(): readonly string[] {
    if (this.isStopping) return ['Shutting down'];
    const { status } = this.parts.watcher;
    if (this.parts.pool() === undefined || status === undefined) return ['starting'];
    return status.views.flatMap(({ zones }, view) => {
      const where = listenersOf(view, this.parts.listeners()).join(' ');
      return zones
        .filter(({ ready }) => !ready)
        .map(({ zone }) => `${this.parts.directiveOf(view, zone)} ${zone} at ${where}`);
    });
  }

  get status(): StatusDocument {
    const { watcher, listeners } = this.parts;
    return statusDocument(this.version, this.notReady, watcher.status, listeners(), this.reloads);
  }

  get reloads(): ReloadStatus {
    return this.parts.reloads();
  }

  get queries(): CounterTotals {
    return sumCounters(this.parts.counters);
  }

  get udp(): { batches: number; sendErrors: number } {
    return { batches: this.sum('batches'), sendErrors: this.sum('sendErrors') };
  }

  get tcp(): TcpCounters {
    return {
      accepted: this.sum('accepted'),
      open: this.present('open'),
      refused: this.sum('refused'),
      queries: this.sum('queries'),
      replies: this.sum('replies'),
      idleClosed: this.sum('idleClosed'),
      slowClosed: this.sum('slowClosed'),
      evicted: this.sum('evicted'),
      overMemory: this.sum('overMemory'),
      badProxy: this.sum('badProxy'),
      queriesClosed: this.sum('queriesClosed'),
      reset: this.sum('reset'),
      acceptErrors: this.sum('acceptErrors'),
    };
  }

  get forward(): ForwardTotals {
    const pool = this.parts.pool();
    const totals: Record<string, number> = {};
    for (const counted of [pool?.countedBefore(), ...(pool?.counted() ?? [])]) {
      for (const [name, value] of Object.entries(counted ?? {})) {
        totals[name] = (totals[name] ?? 0) + value;
      }
    }
    return {
      upstreams: readForwardTotals(totals),
      broken: totals[BROKEN] ?? 0,
      rejected: totals[REJECTED] ?? 0,
    };
  }

  get security(): SecurityTotals {
    const pool = this.parts.pool();
    const present = Object.assign({}, ...(pool?.counted() ?? [])) as Totals;
    return readSecurityTotals(present, pool?.countedBefore() ?? {});
  }

  get queryLogDropped(): number {
    return this.parts.queryLog.dropped;
  }

  get workerRestarts(): number {
    return (this.parts.pool()?.restarts ?? 0) + this.parts.watcher.restarts;
  }

  get generation(): number {
    return Math.max(0, ...this.views.map(({ generation }) => generation));
  }

  get publishedAt(): number | undefined {
    const latest = Math.max(0, ...this.views.map(({ publishedAt }) => publishedAt));
    return latest === 0 ? undefined : latest;
  }

  get zones(): readonly ZoneStatus[] {
    return this.views.flatMap(({ zones }, view) => {
      const listeners = listenersOf(view, this.parts.listeners()).join(' ');
      return zones.map((zone) => ({ ...zone, listeners }));
    });
  }

  get sources(): readonly SourceStatus[] {
    const now = Date.now();
    return (this.parts.watcher.status?.sources ?? []).flatMap(({ label, kinds }) =>
      kinds.map(({ kind, status, since, synced }): SourceStatus => {
        const isCurrent = status.state === 'watching' || status.state === 'absent';
        return {
          source: label,
          kind,
          state: stateOf(status, synced),
          syncedAt: synced ? (isCurrent ? now : since) : undefined,
          missingRules: (status.missingRules ?? []).map((rule) => ({
            ...{ namespace: '', name: '' },
            ...rule,
          })),
        };
      }),
    );
  }

  private get views() {
    return this.parts.watcher.status?.views ?? [];
  }

  /** Over all workers there have been. */
  private sum(name: string): number {
    return this.present(name) + (this.parts.pool()?.countedBefore()[name] ?? 0);
  }

  /** Over the workers there are. */
  private present(name: string): number {
    const counted = this.parts.pool()?.counted() ?? [];
    return counted.reduce((sum, totals) => sum + (totals?.[name] ?? 0), 0);
  }
}

function stateOf({ state }: KindStatus, synced: boolean): SourceState {
  if (state === 'failing') return 'retrying';
  if (state === 'absent') return 'absent';
  return synced ? 'synced' : 'starting';
}
