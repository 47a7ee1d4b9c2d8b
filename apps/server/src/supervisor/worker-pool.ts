import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { WORKER_ARGUMENTS } from '../workers/entry.ts';
import { createOrders, ORDER, STOP } from '../workers/orders.ts';
import { type Refusal, RefusedError } from '../workers/refusal.ts';
import type { FromWorker, Service, Totals, ToWorker } from '../workers/tasks.ts';

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
  /** By number: whoever waits for what it was told to be done. */
  readonly waiting: Map<number, (refusal: Refusal | undefined) => void>;
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
 * Threads that serve as long as the server runs, or as they are wanted. Each is one piscina task that settles only
 * when it is told to stop: a task that settles otherwise has died, and is started again in its slot while
 * the others serve. Each has a piscina of its own: in a common one threads can't be fewer than at the start.
 *
 * piscina's `atomics` is disabled on purpose. It parks the event loop of a worker between tasks; here
 * there is no "between", and a worker on the dgram backend needs its loop.
 */
export class WorkerPool<Task> {
  /** By its number; undefined where there was one. */
  private readonly slots: (WorkerSlot<Task> | undefined)[] = [];
  private readonly pools: (Piscina | undefined)[] = [];
  private readonly running: (Running | undefined)[] = [];
  private readonly totals: (Totals | undefined)[] = [];
  private readonly past: Record<string, number> = {};
  private readonly options: WorkerPoolOptions;
  private readonly restartMs: number;
  private readonly steadyMs: number;
  /** Of slots whose worker is to be replaced. */
  private readonly timers = new Map<number, NodeJS.Timeout>();
  /** Told last. */
  private number = 0;
  private stopping = false;
  /** Workers that died and were replaced. */
  restarts = 0;

  constructor(slots: readonly WorkerSlot<Task>[], options: WorkerPoolOptions) {
    for (const [index, slot] of slots.entries()) this.put(index, slot);
    this.options = options;
    this.restartMs = options.restartMs ?? RESTART_MS;
    this.steadyMs = options.steadyMs ?? STEADY_MS;
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

  /** The lowest number that no slot has. */
  get freeSlot(): number {
    const free = this.slots.indexOf(undefined);
    return free < 0 ? this.slots.length : free;
  }

  /**
   * Adds a slot under a number that is free; resolves when its worker serves.
   *
   * @throws what it failed with; the slot is free again then.
   */
  async add(index: number, slot: WorkerSlot<Task>): Promise<void> {
    this.put(index, slot);
    try {
      await this.launch(index, 0);
    } catch (error) {
      await this.free(index);
      throw error;
    }
  }

  /** Lets a worker end while others go on at its addresses, without losing what comes there; frees its slot. */
  async retire(index: number): Promise<void> {
    clearTimeout(this.timers.get(index));
    const slot = this.slots[index];
    this.slots[index] = undefined;
    const worker = this.running[index];
    if (worker !== undefined) {
      this.end(worker, STOP.ALONE);
      await worker.ended;
    }
    if (slot !== undefined) await this.free(index);
  }

  /**
   * Tells every worker, be it blocked or not, what is to be served, and waits until each has done it or is gone.
   *
   * @returns the first refusal
   */
  async tell(kind: 'open' | 'serve', service: Service): Promise<Refusal | undefined> {
    this.number += 1;
    const { number } = this;
    const outcomes = this.running.flatMap((worker) => {
      if (worker === undefined) return [];
      const done = Promise.withResolvers<Refusal | undefined>();
      worker.waiting.set(number, done.resolve);
      worker.port.postMessage({ kind, number, service } satisfies ToWorker);
      Atomics.add(worker.orders, ORDER.MAIL, 1);
      return [done.promise];
    });
    return (await Promise.all(outcomes)).find((refusal) => refusal !== undefined);
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
    for (const timer of this.timers.values()) clearTimeout(timer);
    for (const worker of this.running) {
      if (worker !== undefined) this.end(worker, STOP.TOGETHER);
    }
    await Promise.all(this.running.map((worker) => worker?.ended));
    await Promise.all(this.pools.map((pool) => pool?.destroy()));
  }

  private put(index: number, slot: WorkerSlot<Task>): void {
    const pool = new Piscina({
      minThreads: 1,
      maxThreads: 1,
      concurrentTasksPerWorker: 1,
      atomics: 'disabled',
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
      ...WORKER_ARGUMENTS,
    });
    // An idle thread, whose task has died, throws once more: piscina has another in its place by then.
    pool.on('error', () => {});
    this.slots[index] = slot;
    this.pools[index] = pool;
    this.running[index] = undefined;
    this.totals[index] = undefined;
  }

  private async free(index: number): Promise<void> {
    const pool = this.pools[index];
    this.slots[index] = undefined;
    await pool?.destroy();
    this.pools[index] = undefined;
  }

  private end({ orders, port }: Running, how: number): void {
    Atomics.store(orders, ORDER.STOP, how);
    port.postMessage({ kind: 'stop' } satisfies ToWorker);
  }

  /** @returns when the worker serves; rejects if it ends before that. */
  private launch(index: number, deaths: number): Promise<void> {
    const slot = this.slots[index] as WorkerSlot<Task>;
    const { port1, port2 } = new MessageChannel();
    const orders = createOrders();
    const serving = Promise.withResolvers<void>();
    const waiting: Running['waiting'] = new Map();
    const began = Date.now();
    let served = false;
    port1.on('message', (message: FromWorker) => {
      switch (message.kind) {
        case 'serving':
          served = true;
          serving.resolve();
          break;
        case 'done':
          waiting.get(message.number)?.(message.refusal);
          waiting.delete(message.number);
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
    const task = (this.pools[index] as Piscina).run(slot.task(port2, orders), {
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
      for (const done of waiting.values()) done(undefined);
      if (this.stopping || this.slots[index] !== slot) return serving.resolve();
      if (!served && deaths === 0) return serving.reject(failure);
      this.replace(index, failure, Date.now() - began < this.steadyMs ? deaths + 1 : 1);
    })();
    this.running[index] = { port: port1, orders: new Int32Array(orders), waiting, ended };
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
      this.timers.delete(index);
      // A failure to start is a death like any other: `launch` replaces it again.
      void this.launch(index, deaths);
    }, wait);
    this.timers.set(index, timer);
  }
}
