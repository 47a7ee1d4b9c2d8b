import type { MessagePort } from 'node:worker_threads';
import type { AnswerSettings, DetourPlan } from '@seamark/matcher';
import type { SnapshotHandle } from '@seamark/snapshot';
import type { ForwardConfig, HostsConfig, TemplateConfig } from '../config/server-config.ts';
import type { CookieMemory } from './cookie-memory.ts';
import type { LogSelection } from './query-filter.ts';

/** A listening address as workers need it. */
export interface ListenerTask extends LogSelection {
  readonly address: string;
  readonly port: number;
  /** Index into the snapshot handles. */
  readonly view: number;
  /** Absent: as by default. */
  readonly answering?: AnswerSettings;
  /** What is answered elsewhere than from the snapshot; absent where nothing is. */
  readonly detour?: ListenerDetour;
}

export interface ListenerDetour {
  readonly plan: DetourPlan;
  /** Keys of the server blocks that look for a loop. */
  readonly loops: readonly string[];
}

/** Shared memory between those who leave queries to be answered elsewhere and the one who does. */
export interface DetourMemory {
  /** One for each UDP worker, by its slot. */
  readonly rings: readonly SharedArrayBuffer[];
  readonly bell: SharedArrayBuffer;
}

export type UdpBackend = 'batched' | 'dgram';

/** What a worker that answers queries is started with. */
export interface AnswerTask {
  /** Its number: reader slot, counter block, name in logs. */
  readonly slot: number;
  readonly listeners: readonly ListenerTask[];
  /** One for each view. */
  readonly snapshots: readonly SnapshotHandle[];
  readonly orders: SharedArrayBuffer;
  readonly counters: SharedArrayBuffer;
  readonly queryLog: SharedArrayBuffer;
  readonly cookies: CookieMemory;
  readonly port: MessagePort;
}

export interface StreamTask extends AnswerTask {
  /** Absent where no listener has detours. */
  readonly detours?: DetourMemory & {
    readonly forwards: readonly ForwardConfig[];
    readonly templates: readonly TemplateConfig[];
    readonly hosts: readonly HostsConfig[];
    /** That of the UDP workers. */
    readonly backend: UdpBackend;
  };
}

export interface UdpTask extends AnswerTask {
  readonly backend: UdpBackend;
  readonly detours?: DetourMemory;
  /** Stay on it, and answer what comes to it; anywhere if absent. Batched only. */
  readonly core?: number;
}

/** From the main thread to a worker. */
export type ToWorker =
  | { readonly kind: 'stop' }
  /** Another watcher took over: read from these from now on. */
  | { readonly kind: 'snapshots'; readonly snapshots: readonly SnapshotHandle[] };

/** From a worker to the main thread. */
export type FromWorker =
  | { readonly kind: 'serving' }
  | { readonly kind: 'totals'; readonly totals: Totals }
  /** For the log. */
  | {
      readonly kind: 'note';
      readonly level: 'info' | 'warn';
      readonly event: string;
      readonly fields: Readonly<Record<string, unknown>>;
      readonly text: string;
    }
  /** Nothing can be served any more. */
  | { readonly kind: 'hopeless'; readonly message: string };

/** What a worker counts elsewhere than in its counter block, sent about once a second. */
export type Totals = Readonly<Record<string, number>>;
