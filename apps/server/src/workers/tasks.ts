import type { MessagePort } from 'node:worker_threads';
import type { SnapshotHandle } from '@seamark/snapshot';
import type { CookieMemory } from './cookie-memory.ts';

/** A listening address as workers need it. */
export interface ListenerTask {
  readonly address: string;
  readonly port: number;
  /** Index into the snapshot handles. */
  readonly view: number;
  /** Its queries are logged. */
  readonly log: boolean;
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

/** The stream worker needs nothing more. */
export type StreamTask = AnswerTask;

export interface UdpTask extends AnswerTask {
  readonly backend: UdpBackend;
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
  | { readonly kind: 'totals'; readonly totals: Totals };

/** What a worker counts elsewhere than in its counter block, sent about once a second. */
export type Totals = Readonly<Record<string, number>>;
