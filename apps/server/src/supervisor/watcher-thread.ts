import type { Worker } from 'node:worker_threads';
import type { SnapshotHandle } from '@seamark/snapshot';
import { trimFreeMemory } from '@seamark/udp';
import type { WatcherStatus } from '@seamark/watcher';
import type { Logger } from '../log/logger.ts';
import { relay } from '../log/port-logger.ts';
import type { FromWatcher, WatcherTask } from '../workers/watcher-messages.ts';
import { type SpareThread, startThread } from './spare-thread.ts';

export interface WatcherThreadOptions {
  readonly task: WatcherTask;
  /** For the first watcher. */
  readonly spare?: SpareThread | undefined;
  readonly log: Logger;
  /** A source can't ever work, and nothing has been read: the server had better end. */
  readonly onHopeless: (message: string) => void;
  /** A new watcher stands in for one that died, and has read all that the old one had. */
  readonly onReplaced: (snapshots: readonly SnapshotHandle[]) => void;
}

const RESTART_MS = 1000;
const RESTART_AT_MOST_MS = 60_000;
const STEADY_MS = 60_000;

/**
 * The watcher on its thread. If it dies, the snapshots that it wrote stay, and are answered from until
 * its replacement has read every source itself: nobody sees the zones emptied by an accident.
 */
export class WatcherThread {
  private readonly options: WatcherThreadOptions;
  private worker: Worker | undefined;
  private exited: Promise<void> = Promise.resolve();
  private current: WatcherStatus | undefined;
  /** What the snapshots in use say, until a replacement takes over: undefined if none is needed. */
  private outlived: WatcherStatus | undefined;
  /** A replacement's snapshots, until they are answered from. */
  private fresh: readonly SnapshotHandle[] | undefined;
  private stopping = false;
  private deaths = 0;
  private timer: NodeJS.Timeout | undefined;
  restarts = 0;

  constructor(options: WatcherThreadOptions) {
    this.options = options;
  }

  /**
   * Undefined until the thread has spoken for the first time. Of a replacement that has not taken over,
   * only how the sources stand that it has read: the views are those that are answered from.
   */
  get status(): WatcherStatus | undefined {
    const { current, outlived } = this;
    if (outlived === undefined) return current;
    const sources = outlived.sources.map((source, i) => ({
      ...source,
      kinds: source.kinds.map((kind, k) => {
        const now = current?.sources[i]?.kinds[k];
        return now === undefined || (kind.synced && !now.synced) ? kind : now;
      }),
    }));
    return { views: outlived.views, sources };
  }

  /**
   * Starts the thread.
   *
   * @returns the snapshots' handles, one a view, as soon as they exist
   * @throws what ended the thread before that
   */
  start(): Promise<readonly SnapshotHandle[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly SnapshotHandle[]>();
    let handles: readonly SnapshotHandle[] | undefined;
    this.launch({
      onSnapshots: (snapshots) => {
        handles = snapshots;
        resolve(snapshots);
      },
      onHopeless: (message) => {
        this.stopping = true;
        this.options.onHopeless(message);
      },
      onExit: (failure, livedMs) => {
        if (handles === undefined) reject(failure);
        else this.replace(failure, livedMs);
      },
    });
    return promise;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.timer);
    this.worker?.postMessage('stop');
    await this.exited;
  }

  private launch({ onSnapshots, onHopeless, onExit }: Life): void {
    const began = Date.now();
    const worker = this.options.spare?.take() ?? startThread();
    worker.postMessage(this.options.task);
    this.worker = worker;
    const { promise: exited, resolve: hasExited } = Promise.withResolvers<void>();
    this.exited = exited;
    let failure: unknown = new Error('it ended without having been asked to');
    worker.on('message', (message: FromWatcher) => {
      switch (message.kind) {
        case 'snapshots':
          onSnapshots(message.snapshots);
          break;
        case 'status':
          this.current = message.status;
          this.handOverIfDue();
          break;
        case 'log':
          relay(this.options.log, message, { thread: 'watcher' });
          break;
        case 'synced':
          // Only here, where the C library's door has been opened for the sockets' sake.
          trimFreeMemory();
          break;
        case 'hopeless':
          failure = new Error(message.message);
          onHopeless(message.message);
          break;
        default:
          message satisfies never;
      }
    });
    worker.on('error', (error) => {
      failure = error;
    });
    worker.on('exit', () => {
      this.worker = undefined;
      hasExited();
      if (!this.stopping) onExit(failure, Date.now() - began);
    });
  }

  private replace(failure: unknown, livedMs: number): void {
    this.outlived ??= this.current && orphaned(this.current);
    this.current = undefined;
    this.fresh = undefined;
    this.deaths = livedMs < STEADY_MS ? this.deaths + 1 : 1;
    this.restarts += 1;
    const wait = Math.min(RESTART_MS * 2 ** (this.deaths - 1), RESTART_AT_MOST_MS);
    this.options.log.error(
      { event: 'watcher-died', err: failure, restartInMs: wait },
      `the watcher died: ${failure}; answers stay as they are, the next one starts in ${wait} ms`,
    );
    this.timer = setTimeout(() => {
      this.launch({
        onSnapshots: (snapshots) => {
          this.fresh = snapshots;
        },
        // What was read before is still worth more than no answer: its end is a death like others.
        onHopeless: () => {},
        onExit: (reason, ms) => this.replace(reason, ms),
      });
    }, wait);
  }

  /**
   * A replacement takes over when each kind that it reads has been read, or had not been before either. What only
   * its predecessor read, objects asked for that it doesn't find any more. And it has asked for host names, of
   * which its predecessor knows the addresses.
   */
  private handOverIfDue(): void {
    const { fresh, outlived, current } = this;
    if (fresh === undefined || current === undefined) return;
    const isBehind = current.sources.some(({ kinds }, source) =>
      kinds.some(({ kind, synced }) => {
        const before = outlived?.sources[source]?.kinds.find((known) => known.kind === kind);
        return !synced && before?.synced === true;
      }),
    );
    if (isBehind || current.views.some(({ resolving }) => resolving)) return;
    this.fresh = undefined;
    this.outlived = undefined;
    this.options.log.info({ event: 'watcher-replaced' }, 'the new watcher has taken over');
    this.options.onReplaced(fresh);
  }
}

/** What a watcher that died had read is as true as it was, and out of date from now on. */
function orphaned({ views, sources }: WatcherStatus): WatcherStatus {
  const status = { state: 'failing', reason: 'the watcher died' } as const;
  const now = Date.now();
  return {
    views,
    sources: sources.map((source) => ({
      ...source,
      kinds: source.kinds.map((kind) =>
        kind.status.state === 'failing' ? kind : { ...kind, status, since: now },
      ),
    })),
  };
}

/** What one thread's life means to whoever started it. */
interface Life {
  readonly onSnapshots: (snapshots: readonly SnapshotHandle[]) => void;
  readonly onHopeless: (message: string) => void;
  /** It ended, and was not asked to. */
  readonly onExit: (failure: unknown, livedMs: number) => void;
}
