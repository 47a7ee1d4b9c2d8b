import type { SnapshotHandle } from '@seamark/snapshot';
import {
  type Kind,
  type NameExplanation,
  type WatchedSource,
  Watcher,
  type WatcherStatus,
} from '@seamark/watcher';
import type { ServerConfig } from '../config/server-config.ts';
import { watchedViews } from '../workers/watched-gateways.ts';

export interface ReadOptions {
  /** Indices of the views to be read, each once. */
  readonly views: readonly number[];
  /** Seconds after which what has not been read is done without. */
  readonly timeout: number;
  /** Names to be explained with the objects that are passed over for them. */
  readonly explain?: readonly string[];
}

/** What the sources of some views said at one moment. */
export interface Reading {
  /** Snapshots of the views asked for, in their order. */
  readonly snapshots: readonly SnapshotHandle[];
  readonly status: WatcherStatus;
  readonly startedAt: Date;
  /** What was wrong with objects and files, as the server would log it. */
  readonly complaints: readonly Complaint[];
  /**
   * Of the first name that was to be explained, or of the one given, by the place of a view among those asked for.
   */
  explain(view: number, name?: string): NameExplanation;
}

export interface Complaint {
  /** `Kind namespace/name`, where it is about one object. */
  readonly object?: string;
  /** As the object has it, where it is about one of its names. */
  readonly name?: string;
  readonly text: string;
}

/** A kind of a source that could not be read, and why. */
export interface Missing {
  readonly source: string;
  readonly kind: Kind;
  readonly reason: string;
}

/**
 * Reads all sources of some views once, with the same code that serves them. A kind that fails is not tried again:
 * whoever asks can ask again.
 *
 * @throws SourceError where a source can't ever work
 */
export async function readOnce(config: ServerConfig, options: ReadOptions): Promise<Reading> {
  const startedAt = new Date();
  const complaints: Complaint[] = [];
  const complain = (fields: object, text: string): void => {
    // No object is at fault where a name server has no address; the server itself tells of that.
    if ('nameServer' in fields) return;
    // How a kind stands is told by the status.
    if ('kind' in fields && 'server' in fields) return;
    const object = 'object' in fields ? { object: String(fields.object) } : {};
    const name = 'object' in fields && 'name' in fields ? { name: String(fields.name) } : {};
    complaints.push({ ...object, ...name, text });
  };
  const log = { debug() {}, info() {}, warn: complain, error: complain };
  const wanted = options.views.flatMap((view) => config.views[view] ?? []);
  const { sources, views } = watchedViews(config, wanted, log);
  const stop = new AbortController();
  let isMade = false;
  const watcher: Watcher = new Watcher({
    ...{ sources, readers: 1, log },
    views: views.map(({ gateways }) => ({
      // Of what could not be read nothing is known: nobody is told that it is not there.
      gateways: gateways.map((one) => ({ ...one, syncTimeoutMs: Number.POSITIVE_INFINITY })),
    })),
    ...(options.explain !== undefined && { explain: options.explain }),
    onChange: () => {
      // Called from the constructor, too. And what is being delivered is to be published yet.
      if (isMade && isSettled(watcher.status())) queueMicrotask(() => stop.abort());
    },
  });
  isMade = true;
  const patience = setTimeout(() => stop.abort(), 1000 * options.timeout);
  try {
    if (hasNothingToRead(sources)) stop.abort();
    await watcher.run(stop.signal);
  } finally {
    clearTimeout(patience);
  }
  const status = watcher.status();
  const explain = (view: number, name?: string): NameExplanation => watcher.explain(view, name);
  return { snapshots: watcher.handles, status, startedAt, complaints, explain };
}

/** What a reading lacks; of kinds that claim names or are needed for it alike. */
export function missingFrom({ status }: Reading): readonly Missing[] {
  return status.sources.flatMap(({ label, kinds }) =>
    kinds
      .filter(({ synced }) => !synced)
      .map(({ kind, status: { reason } }) => ({
        ...{ source: label, kind },
        reason: reason ?? `${kind} was not read in time; --timeout SECONDS waits longer`,
      })),
  );
}

function isSettled({ sources, views }: WatcherStatus): boolean {
  const isRead = sources.every(({ kinds }) =>
    kinds.every(({ synced, status }) => synced || status.state === 'failing'),
  );
  // Host names are asked for when what leads to them has been read.
  return isRead && views.every(({ resolving }) => !resolving);
}

function hasNothingToRead(sources: readonly WatchedSource[]): boolean {
  return sources.every(({ kinds }) => kinds.length === 0);
}
