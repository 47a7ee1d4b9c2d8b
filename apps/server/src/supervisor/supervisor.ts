import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { leave, type SnapshotHandle } from '@seamark/snapshot';
import { batchedSupport, probeAddress, usableCores } from '@seamark/udp';
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
import { MOST_WORKERS, statusAddress } from '../config/index.ts';
import type { ServerConfig } from '../config/server-config.ts';
import { zonesBehind } from '../config/zones-behind.ts';
import { Bell } from '../detour/bell.ts';
import { listenerDetour } from '../detour/plan.ts';
import { allocateDetourRing } from '../detour/ring.ts';
import type { Logger } from '../log/logger.ts';
import { Counters } from '../telemetry/counters.ts';
import { allocateQueryLog, QueryLogReader } from '../telemetry/query-log.ts';
import { pumpQueryLog, type QueryLogPump } from '../telemetry/query-log-pump.ts';
import { CookieKeeper } from '../workers/cookie-memory.ts';
import type {
  AnswerTask,
  DetourMemory,
  ListenerTask,
  StreamTask,
  UdpBackend,
  UdpTask,
} from '../workers/tasks.ts';
import { Report } from './report.ts';
import type { SpareThread } from './spare-thread.ts';
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
}

/** An address where DNS is answered, as bound. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
  readonly transport: 'udp' | 'tcp';
}

/** Starts the threads, keeps them alive, and ends them in order. */
export class Supervisor {
  private readonly config: ServerConfig;
  private readonly options: SupervisorOptions;
  private readonly log: Logger;
  private readonly watcher: WatcherThread;
  /** UDP workers; the stream worker's slot comes behind theirs. */
  private readonly workers: number;
  private readonly counters: readonly SharedArrayBuffer[];
  private readonly queryLogs: readonly SharedArrayBuffer[];
  private readonly queryLog: QueryLogPump;
  private readonly cookies = new CookieKeeper();
  private snapshots: readonly SnapshotHandle[] = [];
  private listeners: readonly ViewListener[];
  private readonly report: Report;
  private pool: WorkerPool<AnswerTask> | undefined;
  private admin: AdminServer | undefined;
  private started: Promise<void> = Promise.resolve();
  private stopping = false;

  constructor(config: ServerConfig, options: SupervisorOptions) {
    this.config = config;
    this.listeners = config.listeners;
    this.options = options;
    this.log = options.log;
    // Those that this process may use; of a quota of CPU time, as many as it comes to.
    const cores = Math.min(availableParallelism(), MOST_WORKERS);
    this.workers = config.workers.count ?? cores;
    const slots = Array.from({ length: this.workers + 1 });
    this.counters = slots.map(() => new Counters().memory);
    this.queryLogs = slots.map(() => allocateQueryLog());
    this.queryLog = pumpQueryLog((fields, line) =>
      this.log.info({ event: 'query', ...fields }, line),
    );
    for (const memory of this.queryLogs) this.queryLog.add(new QueryLogReader(memory));
    this.watcher = new WatcherThread({
      task: {
        gateways: config.gateways,
        fileZones: config.fileZones,
        hosts: config.hosts,
        views: config.views,
        readers: slots.length,
        serials: new SharedArrayBuffer(4 * countZones(config)),
      },
      spare: options.spare,
      log: this.log,
      onHopeless: options.onHopeless,
      onReplaced: (snapshots) => {
        this.snapshots = snapshots;
        this.pool?.tell({ kind: 'snapshots', snapshots });
      },
    });
    this.report = new Report({
      version: options.version,
      counters: this.counters,
      queryLog: this.queryLog,
      watcher: this.watcher,
      listeners: () => this.listeners,
      pool: () => this.pool,
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
    this.snapshots = await this.watcher.start();
    if (this.stopping) return;
    this.admin = await openAdmin(await this.adminEndpoints());
    const listeners: ListenerTask[] = [];
    for (const { address, port, view, answering, log, logged, detour } of this.config.listeners) {
      // Once, without SO_REUSEPORT: two servers of one user would share the port in silence.
      const bound = await probeAddress({ address, port });
      listeners.push({
        ...bound,
        ...{ view, log },
        ...(answering === undefined ? {} : { answering }),
        ...(logged === undefined ? {} : { logged }),
        ...(detour === undefined ? {} : { detour: listenerDetour(detour, this.config) }),
      });
    }
    this.listeners = listeners;
    if (this.stopping) return;
    const backend = this.chooseBackend();
    this.pool = new WorkerPool(this.slots(listeners, backend), {
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
    const endpoints: Endpoint[] = listeners.flatMap(({ address, port }) =>
      (['udp', 'tcp'] as const).map((transport) => ({ address, port, transport })),
    );
    const pinned = this.isPinned(backend);
    this.log.info(
      { event: 'serving', listeners: endpoints, workers: this.workers, pinned, udp: backend },
      `serving ${listeners.map(formatEndpoint).join(', ')} over UDP and TCP`,
    );
  }

  /** Answers on while whoever routes to us learns that it is time to stop. */
  async lameDuck(): Promise<void> {
    this.report.isStopping = true;
    const ms = this.config.health?.lameduckMs ?? 0;
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
  }

  /** Answers what has been received and ends every thread. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.started.catch(() => {});
    await Promise.all([this.pool?.stop(), this.watcher.stop(), this.admin?.close()]);
    this.queryLog.stop();
    this.cookies.stop();
  }

  private async adminEndpoints(): Promise<AdminEndpoint[]> {
    const { health, ready, prometheus } = this.config;
    const status = statusAddress(this.config);
    return [
      ...(health === undefined ? [] : [healthEndpoint(health)]),
      ...(ready === undefined ? [] : [readyEndpoint(ready, this.report)]),
      ...(prometheus === undefined ? [] : [await metricsEndpoint(prometheus, this.report)]),
      ...(status === undefined ? [] : [statusEndpoint(status, this.report)]),
    ];
  }

  private chooseBackend(): UdpBackend {
    const { udp } = this.options;
    const support = batchedSupport();
    if (udp === 'dgram' || (udp === 'auto' && !support.ok)) {
      const reason = support.ok ? 'as asked for' : support.reason;
      this.log.info({ event: 'udp-backend', backend: 'dgram', reason }, `UDP by dgram: ${reason}`);
      if (this.config.workers.pin) {
        const text = 'the workers are not pinned: dgram can have no say in which of them is asked';
        this.log.warn({ event: 'not-pinned', backend: 'dgram' }, text);
      }
      return 'dgram';
    }
    // Asked for and not to be had: opening the sockets says why.
    this.log.info({ event: 'udp-backend', backend: 'batched' }, 'UDP by recvmmsg and sendmmsg');
    return 'batched';
  }

  private isPinned(backend: UdpBackend): boolean {
    return this.config.workers.pin && backend === 'batched';
  }

  private slots(listeners: readonly ListenerTask[], backend: UdpBackend): WorkerSlot<AnswerTask>[] {
    const detours = this.detourMemory(listeners);
    const slot = (
      index: number,
      name: string,
      module: string,
      extra: () => Partial<UdpTask> | Partial<StreamTask> = () => ({}),
    ): WorkerSlot<AnswerTask> => ({
      name,
      filename: fileURLToPath(new URL(`../workers/${module}${EXTENSION}`, import.meta.url)),
      task: (port, orders) => ({
        slot: index,
        listeners,
        snapshots: this.snapshots,
        orders,
        port,
        counters: this.counters[index] as SharedArrayBuffer,
        queryLog: this.queryLogs[index] as SharedArrayBuffer,
        cookies: this.cookies.memory,
        ...extra(),
      }),
      died: () => {
        for (const { control } of this.snapshots) leave(new Int32Array(control), index);
      },
    });
    const pinned = this.isPinned(backend);
    const udp = Array.from({ length: this.workers }, (_, index) =>
      slot(index, `udp worker ${index + 1}`, 'udp-worker', () => ({
        backend,
        ...(pinned ? { core: coreOf(index) } : {}),
        ...(detours === undefined ? {} : { detours }),
      })),
    );
    const { forwards, templates, hosts } = this.config;
    const stream = slot(this.workers, 'stream worker', 'stream-worker', () =>
      detours === undefined ? {} : { detours: { ...detours, forwards, templates, hosts, backend } },
    );
    return [...udp, stream];
  }

  private detourMemory(listeners: readonly ListenerTask[]): DetourMemory | undefined {
    if (listeners.every(({ detour }) => detour === undefined)) return undefined;
    const rings = Array.from({ length: this.workers }, () => allocateDetourRing());
    return { rings, bell: new Bell().memory };
  }
}

/** Looked up for each thread that starts: the cpuset may be another one than when the last one did. */
function coreOf(worker: number): number {
  const cores = usableCores();
  return cores[worker % cores.length] as number;
}

/** Sources run as they are in development, and built ones elsewhere. */
const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

function formatEndpoint({ address, port }: { address: string; port: number }): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function countZones(config: ServerConfig): number {
  return config.views.flatMap((_, view) => zonesBehind(config, view)).length;
}
