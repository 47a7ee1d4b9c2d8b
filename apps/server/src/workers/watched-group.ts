import type { SnapshotHandle } from '@seamark/snapshot';
import { type Logger, Watcher, type WatcherStatus } from '@seamark/watcher';
import { watchedViews } from './watched-gateways.ts';
import type { WatcherTask } from './watcher-messages.ts';

/** Status goes out at most this often: a list of 100,000 objects changes it a thousand times. */
const STATUS_MS = 100;

export interface GroupParts {
  readonly log: Logger;
  /** @param views the numbers of those that are left, in the order of the status's */
  readonly onStatus: (status: WatcherStatus, views: readonly number[]) => void;
  readonly onSynced: () => void;
}

/** A watcher of some views, which go by numbers here. */
export class WatchedGroup {
  private readonly watcher: Watcher;
  private readonly numbers: number[];
  private readonly parts: GroupParts;
  private readonly end = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private pending: NodeJS.Timeout | undefined;

  constructor(task: WatcherTask, parts: GroupParts) {
    this.parts = parts;
    this.numbers = task.views.map(({ number }) => number);
    const { sources, views } = watchedViews(task, task.views, parts.log);
    this.watcher = new Watcher({
      ...{ sources, views },
      readers: task.readers,
      serials: new Uint32Array(task.serials),
      log: parts.log,
      // At once, for it is answered from at once: should this thread die now, its successor is to read it as well
      // before it takes over.
      onRead: () => this.tell(),
      onSynced: parts.onSynced,
      onChange: () => {
        this.pending ??= setTimeout(() => this.tell(), STATUS_MS);
      },
    });
  }

  get handles(): readonly SnapshotHandle[] {
    return this.watcher.handles;
  }

  /**
   * Watches until it is stopped, or every view has been released.
   *
   * @throws SourceError as soon as a source can't ever work
   */
  async run(): Promise<void> {
    const running = this.watcher.run(this.end.signal);
    this.running = running.catch(() => {});
    try {
      await running;
    } finally {
      clearTimeout(this.pending);
    }
  }

  async stop(): Promise<void> {
    this.end.abort();
    await this.running;
  }

  /** Says how things stand. */
  tell(): void {
    clearTimeout(this.pending);
    this.pending = undefined;
    this.parts.onStatus(this.watcher.status(), [...this.numbers]);
  }

  /** Publishes nothing more of those of its views that are among these. @returns the serials of their zones */
  freeze(views: readonly number[]): Map<string, number> {
    const serials = new Map<string, number>();
    for (const [place, number] of this.numbers.entries()) {
      if (!views.includes(number)) continue;
      this.watcher.freeze(place);
      for (const [zone, serial] of this.watcher.serials(place)) {
        serials.set(zone, Math.max(serial, serials.get(zone) ?? 0));
      }
    }
    return serials;
  }

  goOnFrom(serials: ReadonlyMap<string, number>): void {
    this.watcher.goOnFrom(serials);
    this.tell();
  }

  /** Of its views, those that are among these: sources that were given up are tried again. */
  tryAgain(views: readonly number[]): void {
    const places = views.map((number) => this.numbers.indexOf(number));
    this.watcher.tryAgain(places.filter((place) => place >= 0));
  }

  /** @returns how many views are left */
  release(views: readonly number[]): number {
    for (const number of views) {
      const place = this.numbers.indexOf(number);
      if (place < 0) continue;
      this.numbers.splice(place, 1);
      this.watcher.release(place);
    }
    if (this.numbers.length > 0) this.tell();
    else void this.stop();
    return this.numbers.length;
  }
}
