import { availableParallelism } from 'node:os';
import { leave } from '@seamark/snapshot';
import { batchedSupport, usableCores } from '@seamark/udp';
import {
  type Endpoint as AdminEndpoint,
  type AdminServer,
  openAdmin,
} from '../admin/admin-server.ts';
import {
  healthEndpoint,
  metricsEndpoint,
  readyEndpoint,
  statusEndpoint,
} from '../admin/endpoints.ts';
import type { ViewListener } from '../admin/status.ts';
import type { ReloadStatus } from '../admin/telemetry-source.ts';
import { type ConfigChange, compareConfigs, isEmpty } from '../config/compare.ts';
import { lameduckOf } from '../config/endpoint-addresses.ts';
import { MOST_WORKERS, statusAddresses } from '../config/index.ts';
import type { HttpAddress, ServerConfig } from '../config/server-config.ts';
import { Bell } from '../detour/bell.ts';
import { listenerDetour } from '../detour/plan.ts';
import { allocateDetourRing } from '../detour/ring.ts';
import type { Logger } from '../log/logger.ts';
import { allocateTicketKeys } from '../stream/tls/ticket-keys.ts';
import { Counters } from '../telemetry/counters.ts';
import { allocateQueryLog, QueryLogReader } from '../telemetry/query-log.ts';
import { pumpQueryLog, type QueryLogPump } from '../telemetry/query-log-pump.ts';
import { collectGarbage } from '../workers/collect-garbage.ts';
import { CookieKeeper } from '../workers/cookie-memory.ts';
import { type WorkerEntry, workerFile } from '../workers/entry.ts';
import { RefusedError } from '../workers/refusal.ts';
import type {
  AnswerTask,
  DetourTask,
  ListenerTask,
  Service,
  StreamTask,
  UdpBackend,
  UdpTask,
  ViewTask,
} from '../workers/tasks.ts';
import { CookieSecrets } from './cookie-secrets.ts';
import { obstacles } from './in-place.ts';
import { type BoundListener, bindListeners } from './listener-ports.ts';
import { RateLimits } from './rate-limits.ts';
import { ReloadError } from './reload-error.ts';
import { Report } from './report.ts';
import type { SpareThread } from './spare-thread.ts';
import { directiveOf, planView, type ViewPlan } from './view-plan.ts';
import { WatcherThread } from './watcher-thread.ts';
import { WorkerPool, type WorkerSlot } from './worker-pool.ts';

export interface SupervisorOptions {
  readonly log: Logger;
  readonly version: string;
  /** `auto`: batched where the system has it. */
  readonly udp: UdpBackend | 'auto';
  /** For the watcher. */
  readonly spare?: SpareThread | undefined;
  /** A source can't ever work: nothing can be served. */
  readonly onHopeless: (message: string) => void;
  /** What became of reading the Corefile again. */
  readonly reloads: () => ReloadStatus;
}

/** What a reload has changed. */
export interface Reloaded {
  readonly change: ConfigChange;
  /** Settings that stay as they were until a restart. */
  readonly needsRestart: readonly string[];
  /** All listeners, as bound, in the order of the configuration. */
  readonly listeners: readonly { readonly address: string; readonly port: number }[];
}

/** Room for readers of a snapshot that costs little: 64 octets each. */
const LEAST_READERS = 64;

/** New sources are given so long at least, however short `synctimeout` is. */
const LEAST_WAIT_MS = 10_000;
const MOST_WAIT_MS = 86_400_000;

const WATCHER_DIED = 'the watcher has died, and the next one has not read everything yet';
const NOT_NOW = 'the server is not serving';

/** An address where DNS is answered, as bound. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
  readonly transport: 'udp' | 'tcp' | 'tls' | 'https';
}

/** Starts the threads, keeps them alive, changes what they serve, and ends them in order. */
export class Supervisor {
  /** What it was started with. */
  private readonly first: ServerConfig;
  private config: ServerConfig;
  private readonly options: SupervisorOptions;
  private readonly log: Logger;
  private readonly watcher: WatcherThread;
  /** Known when the workers start. */
  private chosen: UdpBackend = 'batched';
  /** How many may read a snapshot: the workers, once more as many while some take the place of others, and streams. */
  private readonly readers: number;
  /** By the number of the worker that writes it, or of one that comes after it. */
  private readonly counters: SharedArrayBuffer[] = [];
  private readonly queryLogs: SharedArrayBuffer[] = [];
  private readonly queryLog: QueryLogPump;
  private readonly cookies = new CookieKeeper();
  private readonly secrets: CookieSecrets;
  private readonly rateLimits: RateLimits;
  private readonly tickets = allocateTicketKeys();
  /** By the slots of UDP workers; none where nothing is answered elsewhere. */
  private readonly rings: SharedArrayBuffer[] = [];
  private readonly bell = new Bell();
  private readonly report: Report;
  private metrics: Promise<AdminEndpoint> | undefined;
  private plans: readonly ViewPlan[];
  private views: readonly ViewTask[] = [];
  private bound: readonly BoundListener[] = [];
  /** UDP workers by the numbers of their slots. */
  private workers: readonly number[] = [];
  /** Whether these are pinned to cores. */
  private pinned = false;
  private pool: WorkerPool<AnswerTask> | undefined;
  private admin: AdminServer | undefined;
  private started: Promise<void> = Promise.resolve();
  /** The reload under way, if there is one. */
  private reloading: Promise<unknown> = Promise.resolve();
  private stopping = false;

  constructor(config: ServerConfig, options: SupervisorOptions) {
    this.first = config;
    this.config = config;
    this.options = options;
    this.log = options.log;
    this.readers = Math.max(LEAST_READERS, 2 * workersOf(config) + 1);
    this.queryLog = pumpQueryLog((fields, line) =>
      this.log.info({ event: 'query', ...fields }, line),
    );
    this.secrets = new CookieSecrets(this.cookies, this.log);
    this.rateLimits = new RateLimits(this.log, this.cookies.clock);
    this.watcher = new WatcherThread({
      readers: this.readers,
      spare: options.spare,
      log: this.log,
      onHopeless: options.onHopeless,
      onReplaced: (views) => this.replaceViews(views),
    });
    this.plans = this.plan(config);
    this.report = new Report({
      version: options.version,
      counters: this.counters,
      queryLog: this.queryLog,
      watcher: this.watcher,
      listeners: () => this.viewListeners(),
      pool: () => this.pool,
      directiveOf: (view, zone) => directiveOf(this.plans[view] as ViewPlan, zone),
      reloads: options.reloads,
    });
  }

  /**
   * Resolves when every listener answers: SERVFAIL until the first object has been read. A `stop` that
   * comes meanwhile waits for the step in hand, and no further one is taken.
   *
   * @throws the error of whatever could not be opened; `stop` then ends what runs.
   */
  start(): Promise<void> {
    this.started = this.open();
    return this.started;
  }

  private async open(): Promise<void> {
    const useSecrets = await this.secrets.prepare(this.config.cookieSecrets);
    useSecrets();
    this.views = await this.watcher.start(this.plans);
    if (this.stopping) return;
    this.admin = await openAdmin(await this.adminEndpoints(this.config));
    this.bound = await bindListeners(this.config, []);
    if (this.stopping) return;
    const backend = this.chooseBackend();
    const count = workersOf(this.config);
    this.workers = Array.from({ length: count }, (_, index) => index);
    this.pinned = this.isPinned(this.config);
    const { pinned } = this;
    const slots = this.workers.map((index) => this.udpSlot(index, index, pinned));
    this.pool = new WorkerPool([...slots, this.streamSlot(count)], {
      onDeath: (name, error, restartInMs) =>
        this.log.error(
          { event: 'worker-died', worker: name, err: error, restartInMs },
          `${name} died: ${error}; the others serve on, it starts again in ${restartInMs} ms`,
        ),
      onNote: ({ level, event, fields, text }) => this.log[level]({ event, ...fields }, text),
      onHopeless: this.options.onHopeless,
    });
    await this.pool.start();
    if (this.stopping) return;
    const { bound } = this;
    const endpoints: Endpoint[] = bound.flatMap(({ address, port, config: { transport } }) =>
      (transport === undefined ? (['udp', 'tcp'] as const) : [transport]).map((one) => ({
        ...{ address, port, transport: one },
      })),
    );
    this.log.info(
      { event: 'serving', listeners: endpoints, workers: count, pinned, udp: backend },
      `serving ${describeEndpoints(bound)}`,
    );
  }

  /**
   * Goes over to another configuration. Everything new is opened and read before anything changes; what does not
   * change is not touched. Called again only when it has settled.
   *
   * @param signal calls it off, as long as nothing has changed
   * @throws ReloadError and the errors of what could not be opened; all is as it was then
   */
  reload(next: ServerConfig, signal: AbortSignal): Promise<Reloaded> {
    const reloading = this.change(next, signal);
    this.reloading = reloading.catch(() => {});
    return reloading;
  }

  private async change(next: ServerConfig, signal: AbortSignal): Promise<Reloaded> {
    const { pool, admin, config, plans } = this;
    if (pool === undefined || admin === undefined || this.stopping) throw new ReloadError(NOT_NOW);
    const change = compareConfigs(config, next);
    const { restarts } = this.watcher;
    if (!this.watcher.isSteady) throw new ReloadError(WATCHER_DIED);
    const { refused, needsRestart } = obstacles(this.first, config, next, this.workersStay(next));
    if (refused.length > 0) throw new ReloadError(`${refused.join('; ')}: restart to change that`);
    const undo = new AsyncDisposableStack();
    try {
      const useSecrets = await this.secrets.prepare(next.cookieSecrets);
      const bound = await bindListeners(next, this.bound);
      const nextPlans = this.plan(next, change);
      const fresh = nextPlans.filter((plan) => !plans.includes(plan));
      undo.defer(() => this.watcher.release(fresh));
      const views = await this.prepareViews(fresh, signal);
      const adminChange = await admin.prepare(await this.adminEndpoints(next));
      undo.defer(() => adminChange.rollback());
      const workers = await this.prepareWorkers(pool, next, undo, needsRestart);
      const allViews = [...this.views, ...views];
      const service = this.serviceOf(next, bound, nextPlans, allViews, workers);
      // To what was served: sockets that were opened meanwhile are closed again.
      undo.defer(async () => void (await pool.tell('serve', this.service)));
      const refusal = await pool.tell('open', service);
      if (refusal !== undefined) throw new RefusedError(refusal);
      if (signal.aborted || this.stopping) throw new ReloadError(NOT_NOW);
      if (this.watcher.restarts !== restarts) throw new ReloadError(WATCHER_DIED);

      undo.move();
      // Threads that start from here on start with this.
      const retired = this.workers.filter((slot) => !workers.includes(slot));
      this.config = next;
      useSecrets();
      this.plans = nextPlans;
      this.views = service.views;
      this.bound = bound;
      this.workers = workers;
      if (!needsRestart.includes('workers')) this.pinned = this.isPinned(next);
      await this.watcher.takeOver(nextPlans);
      await pool.tell('serve', this.service);
      this.watcher.release(plans.filter((plan) => !nextPlans.includes(plan)));
      this.watcher.tryAgain(plans.filter((plan) => nextPlans.includes(plan)));
      await adminChange.commit();
      await Promise.all(retired.map((slot) => pool.retire(slot)));
      if (!isEmpty(change)) collectGarbage();
      return { change, needsRestart, listeners: bound.map(placeOf) };
    } finally {
      await undo.disposeAsync();
    }
  }

  private async prepareViews(
    fresh: readonly ViewPlan[],
    signal: AbortSignal,
  ): Promise<readonly ViewTask[]> {
    if (fresh.length === 0) return [];
    const timeouts = fresh.flatMap(({ view, config }) =>
      view.gateways.flatMap((index) => config.gateways[index]?.syncTimeoutMs ?? []),
    );
    // A timer takes no more than 24 days, and `synctimeout` may be without end.
    const waitMs = Math.min(Math.max(LEAST_WAIT_MS, ...timeouts), MOST_WAIT_MS);
    return await this.watcher.prepare(fresh, waitMs, signal);
  }

  /** Starts the workers that a configuration wants and that there are not yet. @returns the slots of all of them */
  private async prepareWorkers(
    pool: WorkerPool<AnswerTask>,
    next: ServerConfig,
    undo: AsyncDisposableStack,
    needsRestart: readonly string[],
  ): Promise<readonly number[]> {
    if (needsRestart.includes('workers')) return this.workers;
    const pinned = this.isPinned(next);
    // A thread is pinned for good, and so are its sockets: others take the place of all of them.
    const kept = pinned === this.pinned ? this.workers : [];
    const workers = kept.slice(0, workersOf(next));
    for (let ordinal = workers.length; ordinal < workersOf(next); ordinal++) {
      const slot = pool.freeSlot;
      await pool.add(slot, this.udpSlot(slot, ordinal, pinned));
      undo.defer(() => pool.retire(slot));
      workers.push(slot);
    }
    return workers;
  }

  /**
   * Whether the workers are others than a configuration wants, and stay: dgram can't leave a port to others without
   * losing what it holds, and snapshots have room for so many readers.
   */
  private workersStay(next: ServerConfig): boolean {
    const before = this.workers.length;
    const after = workersOf(next);
    const isSamePin = this.pinned === this.isPinned(next);
    if (isSamePin && before === after) return false;
    const atOnce = isSamePin ? Math.max(before, after) : before + after;
    return atOnce + 1 > this.readers || (this.chosen === 'dgram' && after < before);
  }

  private replaceViews(views: readonly ViewTask[]): void {
    this.views = views;
    this.plans = this.plans.map((plan, i) => ({ ...plan, number: views[i]?.number ?? -1 }));
    void this.pool?.tell('serve', this.service);
  }

  private plan(config: ServerConfig, change?: ConfigChange): readonly ViewPlan[] {
    return config.views.map((_, index) => {
      const before = change?.views.kept[index];
      const kept = before === undefined ? undefined : this.plans[before];
      return kept ?? planView(config, index, this.watcher.nextViewNumber());
    });
  }

  private get service(): Service {
    return this.serviceOf(this.config, this.bound, this.plans, this.views, this.workers);
  }

  /** Answers on while whoever routes to us learns that it is time to stop. */
  async lameDuck(): Promise<void> {
    this.report.isStopping = true;
    const ms = lameduckOf(this.config.health);
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
  }

  /** Answers what has been received and ends every thread. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.started.catch(() => {});
    await this.reloading;
    await Promise.all([this.pool?.stop(), this.watcher.stop(), this.admin?.close()]);
    this.queryLog.stop();
    this.secrets.stop();
    this.rateLimits.stop();
    this.cookies.stop();
  }

  private async adminEndpoints(config: ServerConfig): Promise<AdminEndpoint[]> {
    const { health, ready, prometheus } = config;
    return [
      ...health.map((place) => healthEndpoint(place)),
      ...ready.map((place) => readyEndpoint(place, this.report)),
      ...(await Promise.all(prometheus.map((place) => this.metricsEndpoint(place)))),
      ...statusAddresses(config).map((place) => statusEndpoint(place, this.report)),
    ];
  }

  /** One registry for good, wherever it is asked for: its default metrics watch the process. */
  private async metricsEndpoint(place: HttpAddress): Promise<AdminEndpoint> {
    this.metrics ??= metricsEndpoint(place, this.report);
    const { address, port } = place;
    return { ...(await this.metrics), address, port };
  }

  private chooseBackend(): UdpBackend {
    const { udp } = this.options;
    const support = batchedSupport();
    this.chosen = udp === 'dgram' || (udp === 'auto' && !support.ok) ? 'dgram' : 'batched';
    if (this.chosen === 'dgram') {
      const reason = support.ok ? 'as asked for' : support.reason;
      this.log.info({ event: 'udp-backend', backend: 'dgram', reason }, `UDP by dgram: ${reason}`);
      if (this.config.workers.pin) {
        const text = 'the workers are not pinned: dgram can have no say in which of them is asked';
        this.log.warn({ event: 'not-pinned', backend: 'dgram' }, text);
      }
    } else {
      // Asked for and not to be had: opening the sockets says why.
      this.log.info({ event: 'udp-backend', backend: 'batched' }, 'UDP by recvmmsg and sendmmsg');
    }
    return this.chosen;
  }

  private isPinned(config: ServerConfig): boolean {
    return config.workers.pin && this.chosen === 'batched';
  }

  private udpSlot(slot: number, ordinal: number, pinned: boolean): WorkerSlot<AnswerTask> {
    // Before it is told of detours, which it may be at its start.
    if (this.rings.length > 0) this.rings[slot] ??= allocateDetourRing();
    return this.slot(slot, `udp worker ${ordinal + 1}`, 'udp-worker', () => ({
      backend: this.chosen,
      ...(pinned ? { core: coreOf(ordinal) } : {}),
    }));
  }

  private streamSlot(slot: number): WorkerSlot<AnswerTask> {
    return this.slot(slot, 'stream worker', 'stream-worker', () => ({ tickets: this.tickets }));
  }

  private slot(
    slot: number,
    name: string,
    entry: WorkerEntry,
    extra: () => Partial<UdpTask & StreamTask>,
  ): WorkerSlot<AnswerTask> {
    this.counters[slot] ??= new Counters().memory;
    this.queryLogs[slot] ??= this.openQueryLog();
    const counters = this.counters[slot];
    const queryLog = this.queryLogs[slot];
    return {
      name,
      filename: workerFile(entry),
      task: (port, orders) => ({
        ...this.service,
        ...{ slot, orders, port, counters, queryLog, cookies: this.cookies.memory },
        ...extra(),
      }),
      died: () => {
        for (const { snapshot } of this.views) leave(new Int32Array(snapshot.control), slot);
      },
    };
  }

  /** What threads are told: the listeners as bound, and the views behind them by their numbers. */
  private serviceOf(
    config: ServerConfig,
    bound: readonly BoundListener[],
    plans: readonly ViewPlan[],
    views: readonly ViewTask[],
    workers: readonly number[],
  ): Service {
    const numbers = new Set(plans.map(({ number }) => number));
    const listeners = bound.map(({ config: listener, number, address, port }): ListenerTask => {
      const { answering, proxies, log, logged, view, detour, transport, tls } = listener;
      return {
        ...{ number, address, port, log, view: plans[view]?.number ?? -1 },
        ...(answering === undefined ? {} : { answering }),
        ...(proxies === undefined ? {} : { proxies }),
        ...(logged === undefined ? {} : { logged }),
        ...(transport === undefined ? {} : { transport }),
        ...(tls === undefined ? {} : { tls }),
        ...(detour === undefined ? {} : { detour: listenerDetour(detour, config) }),
      };
    });
    const detours = listeners.some(({ detour }) => detour !== undefined);
    const rateLimits = this.rateLimits.memoryFor(config);
    return {
      listeners,
      views: views.filter(({ number }) => numbers.has(number)),
      streams: { ...config.tcp, ...config.timeouts },
      ...(detours ? { detours: this.detoursOf(config, workers) } : {}),
      ...(rateLimits === undefined ? {} : { rateLimits }),
    };
  }

  private detoursOf(
    { forwards, templates, hosts }: ServerConfig,
    workers: readonly number[],
  ): DetourTask {
    for (const slot of workers) this.rings[slot] ??= allocateDetourRing();
    // Of workers that are being retired, too: they may have left something.
    const rings = Array.from(this.rings);
    return { rings, bell: this.bell.memory, forwards, templates, hosts, backend: this.chosen };
  }

  /** As bound, or as configured before that. */
  private viewListeners(): readonly ViewListener[] {
    if (this.bound.length === 0) return this.config.listeners;
    return this.bound.map(({ config, address, port }) => ({ address, port, view: config.view }));
  }

  private openQueryLog(): SharedArrayBuffer {
    const memory = allocateQueryLog();
    this.queryLog.add(new QueryLogReader(memory));
    return memory;
  }
}

/** Those that this process may use; of a quota of CPU time, as many as it comes to. None where nothing has UDP. */
function workersOf({ workers, listeners }: ServerConfig): number {
  if (listeners.every(({ transport }) => transport !== undefined)) return 0;
  return workers.count ?? Math.min(availableParallelism(), MOST_WORKERS);
}

function placeOf({ address, port }: BoundListener): { address: string; port: number } {
  return { address, port };
}

/** Looked up for each thread that starts: the cpuset may be another one than when the last one did. */
function coreOf(worker: number): number {
  const cores = usableCores();
  return cores[worker % cores.length] as number;
}

function describeEndpoints(bound: readonly BoundListener[]): string {
  const groups = Map.groupBy(bound, ({ config }) => config.transport);
  return [...groups]
    .map(([transport, listeners]) => {
      const how = transport === undefined ? 'UDP and TCP' : transport.toUpperCase();
      return `${listeners.map(formatEndpoint).join(', ')} over ${how}`;
    })
    .join('; ');
}

function formatEndpoint({ address, port }: { address: string; port: number }): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
