import type { Worker } from 'node:worker_threads';
import type { SnapshotHandle } from '@seamark/snapshot';
import { trimFreeMemory } from '@seamark/udp';
import type { WatcherStatus } from '@seamark/watcher';
import type { Logger } from '../log/logger.ts';
import { relay } from '../log/port-logger.ts';
import type { ViewTask } from '../workers/tasks.ts';
import type { FromWatcher, ToWatcher } from '../workers/watcher-messages.ts';
import { type Lack, progressOf } from './caught-up.ts';
import { ReloadError } from './reload-error.ts';
import { SerialBook } from './serial-book.ts';
import { type SpareThread, startThread } from './spare-thread.ts';
import { type ViewPlan, watcherTask, zonesOf } from './view-plan.ts';

export interface WatcherThreadOptions {
  /** Threads that will read each snapshot at the same time, at most. */
  readonly readers: number;
  /** For the first watcher. */
  readonly spare?: SpareThread | undefined;
  readonly log: Logger;
  /** A source can't ever work, and nothing has been read: the server had better end. */
  readonly onHopeless: (message: string) => void;
  /** A new watcher stands in for one that died, and has read all that the old one had. */
  readonly onReplaced: (views: readonly ViewTask[]) => void;
}

const RESTART_MS = 1000;
const RESTART_AT_MOST_MS = 60_000;
const STEADY_MS = 60_000;

/**
 * The watcher on its thread. If it dies, the snapshots that it wrote stay, and are answered from until
 * its replacement has read every source itself: nobody sees the zones emptied by an accident.
 *
 * A reload has what changes watched by a group of its own in the same thread, beside what is answered from:
 *
 *   prepare   ──new group reads──▶ caught up ──▶ takeOver ──▶ (threads read the new) ──▶ settle
 *                     └── fails, or takes too long ──▶ abandoned: nothing has changed
 */
export class WatcherThread {
  private readonly options: WatcherThreadOptions;
  private readonly serials = new SerialBook();
  private worker: Worker | undefined;
  private exited: Promise<void> = Promise.resolve();
  /** What is answered from, in the order of the configuration. */
  private answering: readonly ViewPlan[] = [];
  /** Of the thread there is now. */
  private groups: Group[] = [];
  private groupsEver = 0;
  private viewsEver = 0;
  /** What the snapshots in use say, until a replacement takes over: undefined if none is needed. */
  private outlived: WatcherStatus | undefined;
  /** A replacement's snapshots, until they are answered from. */
  private fresh: readonly ViewTask[] | undefined;
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
    const { outlived } = this;
    const current = this.current;
    if (outlived === undefined) return current;
    const sources = outlived.sources.map((source) => ({
      ...source,
      kinds: source.kinds.map((kind) => {
        const now = kindOf(current, source.label, kind.kind);
        return now === undefined || (kind.synced && !now.synced) ? kind : now;
      }),
    }));
    return { views: outlived.views, sources };
  }

  /** It watches what is answered from: none has died that had read more. */
  get isSteady(): boolean {
    return this.worker !== undefined && this.outlived === undefined;
  }

  /** A number for a view that is not watched yet. */
  nextViewNumber(): number {
    this.viewsEver += 1;
    return this.viewsEver;
  }

  /**
   * Starts the thread.
   *
   * @returns the views' snapshots as soon as they exist
   * @throws what ended the thread before that
   */
  start(plans: readonly ViewPlan[]): Promise<readonly ViewTask[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly ViewTask[]>();
    let handles: readonly ViewTask[] | undefined;
    this.answering = plans;
    this.launch({
      onSnapshots: (views) => {
        handles = views;
        resolve(views);
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

  /**
   * Has further views watched, beside those that are answered from, until they have read what those had; what no
   * other view had is waited for as well, but does not keep the others.
   *
   * @param waitMs after which it is given up, or gone on without what nobody had
   * @throws ReloadError; the views are let go of then
   */
  async prepare(
    plans: readonly ViewPlan[],
    waitMs: number,
    signal: AbortSignal,
  ): Promise<readonly ViewTask[]> {
    const group = this.watch(plans);
    const giveUp = (): void => group.fail(new ReloadError('it was called off'));
    signal.addEventListener('abort', giveUp);
    const timers = [
      setTimeout(() => group.expire(false), waitMs),
      setTimeout(() => group.expire(true), 2 * waitMs),
    ];
    try {
      if (signal.aborted) giveUp();
      return await group.ready;
    } catch (error) {
      this.release(plans);
      throw error;
    } finally {
      for (const timer of timers) clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** Has sources of these views that were given up tried again. */
  tryAgain(plans: readonly ViewPlan[]): void {
    if (plans.length > 0)
      this.post({ kind: 'try-again', views: plans.map(({ number }) => number) });
  }

  /** Lets go of views that have been prepared, or are no longer answered from. */
  release(plans: readonly ViewPlan[]): void {
    const views = plans.map(({ number }) => number);
    if (views.length > 0) this.post({ kind: 'release', views });
    for (const group of this.groups) {
      group.numbers = group.numbers.filter((number) => !views.includes(number));
    }
    for (const { serials } of this.groups.filter(({ numbers }) => numbers.length === 0)) {
      this.serials.close(serials);
    }
    this.groups = this.groups.filter(({ numbers }) => numbers.length > 0);
  }

  /**
   * From now on these are what is answered from; those that are not among them are published no more, until they are
   * released. If the thread dies meanwhile, that is so all the same.
   */
  async takeOver(plans: readonly ViewPlan[]): Promise<void> {
    const now = new Set(plans.map(({ number }) => number));
    const old = this.answering.map(({ number }) => number).filter((number) => !now.has(number));
    const before = new Set(this.answering.map(({ number }) => number));
    const added = this.groups.find(({ numbers }) => numbers.some((number) => !before.has(number)));
    this.answering = plans;
    if (added === undefined || old.length === 0) return;
    this.post({ kind: 'succeed', group: added.number, views: old });
    await Promise.race([added.succeeded, this.exited]);
  }

  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.timer);
    for (const group of this.groups) group.fail(new ReloadError('the server stops'));
    this.post({ kind: 'stop' });
    await this.exited;
  }

  private get current(): WatcherStatus | undefined {
    const views = this.answering.map(({ number }) => {
      for (const { status, numbers } of this.groups) {
        const view = status?.views[status.numbers.indexOf(number)];
        if (view !== undefined && numbers.includes(number)) return view;
      }
      return undefined;
    });
    if (this.groups.length === 0 || views.includes(undefined)) return undefined;
    const answering = new Set(this.answering.map(({ number }) => number));
    const groups = this.groups.filter(({ numbers }) => numbers.some((one) => answering.has(one)));
    return {
      views: views.filter((view) => view !== undefined),
      sources: mergeSources(groups.flatMap(({ status }) => status?.sources ?? [])),
    };
  }

  private post(message: ToWatcher): void {
    this.worker?.postMessage(message);
  }

  /** Has views watched by a group of their own. */
  private watch(plans: readonly ViewPlan[]): Group {
    this.groupsEver += 1;
    const serials = this.serials.open(zonesOf(plans));
    const group = new Group(this.groupsEver, plans, serials, () => this.status);
    this.groups.push(group);
    const task = watcherTask(plans, { readers: this.options.readers, serials });
    this.post({ kind: 'watch', group: group.number, task });
    return group;
  }

  private launch({ onSnapshots, onHopeless, onExit }: Life): void {
    const began = Date.now();
    const worker = this.options.spare?.take() ?? startThread();
    this.worker = worker;
    for (const { serials } of this.groups.splice(0)) this.serials.close(serials);
    const first = this.watch(this.answering);
    const { promise: exited, resolve: hasExited } = Promise.withResolvers<void>();
    this.exited = exited;
    let failure: unknown = new Error('it ended without having been asked to');
    worker.on('message', (message: FromWatcher) => {
      switch (message.kind) {
        case 'snapshots': {
          const views = this.groupOf(message)?.take(message.snapshots);
          if (message.group === first.number && views !== undefined) onSnapshots(views);
          break;
        }
        case 'status':
          this.groupOf(message)?.hear({ ...message.status, numbers: message.views });
          this.handOverIfDue();
          break;
        case 'succeeded':
          this.groupOf(message)?.hasSucceeded();
          break;
        case 'log':
          relay(this.options.log, message, { thread: 'watcher' });
          break;
        case 'synced':
          // Only here, where the C library's door has been opened for the sockets' sake.
          trimFreeMemory();
          break;
        case 'hopeless':
          if (message.group === first.number) {
            failure = new Error(message.message);
            onHopeless(message.message);
          } else this.groupOf(message)?.fail(new ReloadError(message.message));
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
      for (const group of this.groups) group.fail(new ReloadError('the watcher died'));
      hasExited();
      if (!this.stopping) onExit(failure, Date.now() - began);
    });
  }

  private groupOf({ group }: { readonly group: number }): Group | undefined {
    return this.groups.find(({ number }) => number === group);
  }

  private replace(failure: unknown, livedMs: number): void {
    const { current } = this;
    this.outlived ??= current && orphaned(current);
    this.fresh = undefined;
    for (const group of this.groups) group.status = undefined;
    this.deaths = livedMs < STEADY_MS ? this.deaths + 1 : 1;
    this.restarts += 1;
    const wait = Math.min(RESTART_MS * 2 ** (this.deaths - 1), RESTART_AT_MOST_MS);
    this.options.log.error(
      { event: 'watcher-died', err: failure, restartInMs: wait },
      `the watcher died: ${failure}; answers stay as they are, the next one starts in ${wait} ms`,
    );
    this.timer = setTimeout(() => {
      // Theirs are other snapshots, be the views the same.
      this.answering = this.answering.map((plan) => ({ ...plan, number: this.nextViewNumber() }));
      this.launch({
        onSnapshots: (views) => {
          this.fresh = views;
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
    const isBehind = current.sources.some(({ label, kinds }) =>
      kinds.some(({ kind, synced }) => !synced && kindOf(outlived, label, kind)?.synced === true),
    );
    if (isBehind || current.views.some(({ resolving }) => resolving)) return;
    this.fresh = undefined;
    this.outlived = undefined;
    this.options.log.info({ event: 'watcher-replaced' }, 'the new watcher has taken over');
    this.options.onReplaced(fresh);
  }
}

interface GroupStatus extends WatcherStatus {
  /** Of the views. */
  readonly numbers: readonly number[];
}

/** Views that are watched together, as the main thread sees them. */
class Group {
  readonly number: number;
  readonly serials: SharedArrayBuffer;
  /** Of the views that have not been released. */
  numbers: readonly number[];
  status: GroupStatus | undefined;
  /** Resolves when what the views in use had read has been read; rejects if that is not to be. */
  readonly ready: Promise<readonly ViewTask[]>;
  readonly succeeded: Promise<void>;
  private readonly plans: readonly ViewPlan[];
  private readonly before: () => WatcherStatus | undefined;
  private readonly beReady: (views: readonly ViewTask[]) => void;
  readonly fail: (error: Error) => void;
  readonly hasSucceeded: () => void;
  private views: readonly ViewTask[] = [];
  private isExpired = false;

  /** @param before how what is answered from stands */
  constructor(
    number: number,
    plans: readonly ViewPlan[],
    serials: SharedArrayBuffer,
    before: () => WatcherStatus | undefined,
  ) {
    this.number = number;
    this.plans = plans;
    this.serials = serials;
    this.numbers = plans.map((plan) => plan.number);
    this.before = before;
    const ready = Promise.withResolvers<readonly ViewTask[]>();
    this.ready = ready.promise;
    this.beReady = ready.resolve;
    this.fail = ready.reject;
    // Nobody waits for the first group's.
    ready.promise.catch(() => {});
    const succeeded = Promise.withResolvers<void>();
    this.succeeded = succeeded.promise;
    this.hasSucceeded = succeeded.resolve;
  }

  take(snapshots: readonly SnapshotHandle[]): readonly ViewTask[] {
    this.views = this.plans.flatMap(({ number }, i) => {
      const snapshot = snapshots[i];
      return snapshot === undefined ? [] : [{ number, snapshot }];
    });
    return this.views;
  }

  hear(status: GroupStatus): void {
    this.status = status;
    const progress = progressOf(this.before(), status);
    if (progress.isComplete || (this.isExpired && progress.isCaughtUp)) this.beReady(this.views);
  }

  /**
   * It has been waited for long enough; what is held back for a kind that nobody had read, until the gateway gives
   * that up, which it may do a moment later.
   */
  expire(isLast: boolean): void {
    const { status } = this;
    this.isExpired = true;
    if (status !== undefined) this.hear(status);
    const progress = status && progressOf(this.before(), status);
    const lack = progress?.behind[0] ?? (isLast ? progress?.heldBack[0] : undefined);
    if (lack === undefined && !isLast) return;
    const what = lack === undefined ? '' : `: ${describeLack(lack, status)}`;
    this.fail(new ReloadError(`what is served could not be read in time${what}`));
  }
}

function describeLack({ kind, source, zones }: Lack, status: WatcherStatus | undefined): string {
  const reason = kindOf(status, source, kind)?.status.reason;
  const what = `${kind} of ${source} for ${zones.join(' ')}`;
  return reason === undefined ? what : `${what}: ${reason}`;
}

/** A source of several groups is one source: it stands as badly as the worst of them. */
function mergeSources(sources: WatcherStatus['sources']): WatcherStatus['sources'] {
  return [...Map.groupBy(sources, ({ label }) => label)].map(([label, same]) => {
    const kinds = Map.groupBy(
      same.flatMap((source) => source.kinds),
      ({ kind }) => kind,
    );
    return {
      label,
      kinds: Array.from(kinds.values(), (all) => {
        const worst = all.reduce((a, b) => (badness(b) > badness(a) ? b : a));
        const objects = all.reduce((sum, one) => sum + one.objects, 0);
        return { ...worst, objects, synced: all.every(({ synced }) => synced) };
      }),
    };
  });
}

type KindNow = WatcherStatus['sources'][number]['kinds'][number];

function badness({ status }: KindNow): number {
  return ['watching', 'absent', 'listing', 'failing'].indexOf(status.state);
}

function kindOf(
  status: WatcherStatus | undefined,
  label: string,
  kind: string,
): KindNow | undefined {
  const source = status?.sources.find((known) => known.label === label);
  return source?.kinds.find((known) => known.kind === kind);
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
  readonly onSnapshots: (views: readonly ViewTask[]) => void;
  readonly onHopeless: (message: string) => void;
  /** It ended, and was not asked to. */
  readonly onExit: (failure: unknown, livedMs: number) => void;
}
