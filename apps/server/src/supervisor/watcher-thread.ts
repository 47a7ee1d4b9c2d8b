import { Worker } from 'node:worker_threads';
import type { SnapshotHandle } from '@seamark/snapshot';
import type { WatcherStatus } from '@seamark/watcher';
import type { Logger } from '../log/logger.ts';
import { relay } from '../log/port-logger.ts';
import type { FromWatcher, WatcherTask } from '../workers/watcher-messages.ts';

export interface WatcherThreadOptions {
  readonly task: WatcherTask;
  readonly log: Logger;
  /** A source can't ever work: the server had better end. */
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
  private stopping = false;
  private deaths = 0;
  private timer: NodeJS.Timeout | undefined;
  restarts = 0;

  constructor(options: WatcherThreadOptions) {
    this.options = options;
  }

  /** Undefined until the thread has spoken for the first time. */
  get status(): WatcherStatus | undefined {
    return this.current;
  }

  /** Starts the thread. @returns the snapshots' handles, one a view, as soon as they exist. */
  start(): Promise<readonly SnapshotHandle[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly SnapshotHandle[]>();
    this.launch(resolve, reject);
    return promise;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.timer);
    this.worker?.postMessage('stop');
    await this.exited;
  }

  private launch(
    onSnapshots: (snapshots: readonly SnapshotHandle[]) => void,
    onFailure: (error: unknown) => void,
  ): void {
    const began = Date.now();
    const source = import.meta.url.endsWith('.ts');
    const entry = new URL(
      source ? '../workers/watcher-worker.ts' : '../workers/watcher-worker.js',
      import.meta.url,
    );
    const worker = new Worker(entry, {
      name: 'seamark-watcher',
      workerData: this.options.task,
      ...(source ? { execArgv: ['--conditions=seamark-source'] } : {}),
    });
    this.worker = worker;
    const { promise: exited, resolve: onExit } = Promise.withResolvers<void>();
    this.exited = exited;
    let failure: unknown = new Error('it ended without having been asked to');
    let hopeless = false;
    worker.on('message', (message: FromWatcher) => {
      switch (message.kind) {
        case 'snapshots':
          onSnapshots(message.snapshots);
          break;
        case 'status':
          this.current = message.status;
          break;
        case 'log':
          relay(this.options.log, message, { thread: 'watcher' });
          break;
        case 'hopeless':
          hopeless = true;
          this.options.onHopeless(message.message);
          break;
        default:
          message satisfies never;
      }
    });
    worker.on('error', (error) => {
      failure = error;
      onFailure(error);
    });
    worker.on('exit', () => {
      this.worker = undefined;
      onExit();
      if (!this.stopping && !hopeless) this.replace(failure, Date.now() - began);
    });
  }

  private replace(failure: unknown, livedMs: number): void {
    this.deaths = livedMs < STEADY_MS ? this.deaths + 1 : 1;
    this.restarts += 1;
    const wait = Math.min(RESTART_MS * 2 ** (this.deaths - 1), RESTART_AT_MOST_MS);
    this.options.log.error(
      { event: 'watcher-died', err: failure, restartInMs: wait },
      `the watcher died: ${failure}; answers stay as they are, the next one starts in ${wait} ms`,
    );
    this.timer = setTimeout(() => {
      let fresh: readonly SnapshotHandle[] = [];
      this.launch(
        (snapshots) => {
          fresh = snapshots;
          this.handOver(() => fresh);
        },
        () => {},
      );
    }, wait);
  }

  /** Waits for the replacement to have read everything. */
  private handOver(fresh: () => readonly SnapshotHandle[]): void {
    const worker = this.worker;
    if (worker === undefined) return;
    const onMessage = (message: FromWatcher): void => {
      if (message.kind !== 'status' || !message.status.views.every(({ synced }) => synced)) return;
      worker.off('message', onMessage);
      this.options.onReplaced(fresh());
    };
    worker.on('message', onMessage);
  }
}
