import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { createOrders, ORDER } from '../workers/orders.ts';
import { type Refusal, RefusedError } from '../workers/refusal.ts';
import type { FromWorker, Totals, ToWorker } from '../workers/tasks.ts';

/** One worker's place in the pool. */
export interface WorkerSlot<Task> {
  readonly name: string;
  /** The module whose default export is the task function; it may resolve to a Refusal. */
  readonly filename: string;
  /** What it is started with, each time anew. */
  task(port: MessagePort, orders: SharedArrayBuffer): Task;
  /** Its thread is gone: whatever it held in shared memory is held no longer. */
  died(): void;
}

export interface WorkerPoolOptions {
  readonly onDeath: (name: string, error: unknown, restartInMs: number) => void;
  /** A worker has something for the log. */
  readonly onNote?: (note: FromWorker & { kind: 'note' }) => void;
  /** A worker says that nothing can be served any more. */
  readonly onHopeless?: (message: string) => void;
  /** Wait before a replacement that follows a death within `steadyMs`, doubled each time. */
  readonly restartMs?: number;
  readonly steadyMs?: number;
}

/** piscina derives its type from the first overload of postMessage, which takes no list any more. */
type TransferList = NonNullable<NonNullable<Parameters<Piscina['run']>[1]>['transferList']>;

interface Running {
  readonly port: MessagePort;
  readonly orders: Int32Array;
  /** Resolves when the worker has ended as asked, and never rejects. */
  readonly ended: Promise<void>;
}

const RESTART_MS = 100;
const RESTART_AT_MOST_MS = 10_000;
const STEADY_MS = 30_000;

/**
 * New objects; the old generation stays as large as V8 makes it. The default of 96 MB is for programs that
 * allocate: the query path doesn't, and what TCP and the dgram backend do is short-lived. TCP was as fast.
 */
const YOUNG_GENERATION_MB = 3;

/**
 * Threads that serve as long as the server runs. Each is one piscina task that settles only when it
 * is told to stop: a task that settles otherwise has died, and is started again in its slot while
 * the others serve.
 *
 * piscina's `atomics` is disabled on purpose. It parks the event loop of a worker between tasks; here
 * there is no "between", and a worker on the dgram backend needs its loop.
 */
export class WorkerPool<Task> {
  private readonly pool: Piscina;
  private readonly slots: readonly WorkerSlot<Task>[];
  private readonly running: (Running | undefined)[];
  private readonly totals: (Totals | undefined)[];
  private readonly past: Record<string, number> = {};
  private readonly options: WorkerPoolOptions;
  private readonly restartMs: number;
  private readonly steadyMs: number;
  private readonly timers = new Set<NodeJS.Timeout>();
  private stopping = false;
  /** Workers that died and were replaced. */
  restarts = 0;

  constructor(slots: readonly WorkerSlot<Task>[], options: WorkerPoolOptions) {
    this.slots = slots;
    this.running = slots.map(() => undefined);
    this.totals = slots.map(() => undefined);
    this.options = options;
    this.restartMs = options.restartMs ?? RESTART_MS;
    this.steadyMs = options.steadyMs ?? STEADY_MS;
    this.pool = new Piscina({
      minThreads: slots.length,
      maxThreads: slots.length,
      concurrentTasksPerWorker: 1,
      atomics: 'disabled',
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
      ...(import.meta.url.endsWith('.ts') ? { execArgv: ['--conditions=seamark-source'] } : {}),
    });
    // An idle thread, whose task has died, throws once more: piscina has another in its place by then.
    this.pool.on('error', () => {});
  }

  /**
   * Starts all workers; resolves when each of them serves.
   *
   * @throws what the first one to fail failed with; the others have been stopped then.
   */
  async start(): Promise<void> {
    try {
      await Promise.all(this.slots.map((_, index) => this.launch(index, 0)));
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Posts to every worker, be it blocked or not. */
  tell(message: ToWorker): void {
    for (const worker of this.running) {
      if (worker === undefined) continue;
      worker.port.postMessage(message);
      Atomics.add(worker.orders, ORDER.MAIL, 1);
    }
  }

  /** What the worker that each slot has now counted last. */
  counted(): readonly (Totals | undefined)[] {
    return this.totals;
  }

  /** What those before them had counted: without it, totals would fall. */
  countedBefore(): Totals {
    return this.past;
  }

  /** Lets every worker answer what it has received and end. */
  async stop(): Promise<void> {
    this.stopping = true;
    for (const timer of this.timers) clearTimeout(timer);
    for (const worker of this.running) {
      if (worker === undefined) continue;
      Atomics.store(worker.orders, ORDER.STOP, 1);
      worker.port.postMessage({ kind: 'stop' } satisfies ToWorker);
    }
    await Promise.all(this.running.map((worker) => worker?.ended));
    await this.pool.destroy();
  }

  /** @returns when the worker serves; rejects if it ends before that. */
  private launch(index: number, deaths: number): Promise<void> {
    const slot = this.slots[index] as WorkerSlot<Task>;
    const { port1, port2 } = new MessageChannel();
    const orders = createOrders();
    const serving = Promise.withResolvers<void>();
    const began = Date.now();
    let served = false;
    port1.on('message', (message: FromWorker) => {
      switch (message.kind) {
        case 'serving':
          served = true;
          serving.resolve();
          break;
        case 'totals':
          this.totals[index] = message.totals;
          break;
        case 'note':
          this.options.onNote?.(message);
          break;
        case 'hopeless':
          this.options.onHopeless?.(message.message);
          break;
        default:
          message satisfies never;
      }
    });
    port1.unref();
    const task = this.pool.run(slot.task(port2, orders), {
      filename: slot.filename,
      transferList: [port2] as unknown as TransferList,
    });
    const ended = (async () => {
      let failure: unknown = new Error('it ended without having been asked to');
      try {
        const refusal: Refusal | undefined = await task;
        if (refusal !== undefined) failure = new RefusedError(refusal);
      } catch (error) {
        failure = error;
      }
      port1.close();
      this.running[index] = undefined;
      this.keepTotals(index);
      slot.died();
      if (this.stopping) return serving.resolve();
      if (!served && deaths === 0) return serving.reject(failure);
      this.replace(index, failure, Date.now() - began < this.steadyMs ? deaths + 1 : 1);
    })();
    this.running[index] = { port: port1, orders: new Int32Array(orders), ended };
    return serving.promise;
  }

  private keepTotals(index: number): void {
    for (const [name, value] of Object.entries(this.totals[index] ?? {})) {
      this.past[name] = (this.past[name] ?? 0) + value;
    }
    this.totals[index] = undefined;
  }

  private replace(index: number, failure: unknown, deaths: number): void {
    const slot = this.slots[index] as WorkerSlot<Task>;
    const wait = Math.min(this.restartMs * 2 ** (deaths - 1), RESTART_AT_MOST_MS);
    this.restarts += 1;
    this.options.onDeath(slot.name, failure, wait);
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      // A failure to start is a death like any other: `launch` replaces it again.
      void this.launch(index, deaths);
    }, wait);
    this.timers.add(timer);
  }
}
