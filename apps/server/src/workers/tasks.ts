import type { MessagePort } from 'node:worker_threads';
import type { AnswerSettings, DetourPlan, RateLimitMemory } from '@seamark/matcher';
import type { SnapshotHandle } from '@seamark/snapshot';
import type {
  ForwardConfig,
  HostsConfig,
  ListenerTransport,
  TemplateConfig,
  TlsConfig,
} from '../config/server-config.ts';
import type { StreamLimits } from '../stream/tcp-options.ts';
import type { TicketMemory } from '../stream/tls/ticket-keys.ts';
import type { CookieMemory } from './cookie-memory.ts';
import type { LogSelection } from './query-filter.ts';
import type { Refusal } from './refusal.ts';

/** A listening address as workers need it. */
export interface ListenerTask extends LogSelection {
  /** Of 16 bits: another for each address and port, the same for good. */
  readonly number: number;
  readonly address: string;
  readonly port: number;
  /** Absent: UDP and TCP. */
  readonly transport?: Exclude<ListenerTransport, 'dns'>;
  /** There where a transport is. */
  readonly tls?: TlsConfig;
  /** The number of its view. */
  readonly view: number;
  /** Absent: as by default. */
  readonly answering?: AnswerSettings;
  /** Whose connections begin with a PROXY header; absent: nobody's. */
  readonly proxies?: readonly string[];
  /** What is answered elsewhere than from the snapshot; absent where nothing is. */
  readonly detour?: ListenerDetour;
}

export interface ListenerDetour {
  readonly plan: DetourPlan;
  /** Keys of the server blocks that look for a loop. */
  readonly loops: readonly string[];
}

/** Shared memory between those who leave queries to be answered elsewhere and the one who does. */
export interface DetourMemory {
  /** One for each UDP worker, by its slot; undefined for other slots. */
  readonly rings: readonly (SharedArrayBuffer | undefined)[];
  readonly bell: SharedArrayBuffer;
}

/** What is answered elsewhere than from snapshots, and how it gets there. */
export interface DetourTask extends DetourMemory {
  readonly forwards: readonly ForwardConfig[];
  readonly templates: readonly TemplateConfig[];
  readonly hosts: readonly HostsConfig[];
  /** That of the UDP workers. */
  readonly backend: UdpBackend;
}

/** What is answered behind listeners. Another snapshot is another view, with a number of its own. */
export interface ViewTask {
  readonly number: number;
  readonly snapshot: SnapshotHandle;
}

/** What is served, where. */
export interface Service {
  readonly listeners: readonly ListenerTask[];
  /** Those of the listeners, and no others. */
  readonly views: readonly ViewTask[];
  /** What connections may take, as far as that is not as by default. */
  readonly streams?: Partial<StreamLimits>;
  /** Absent where no listener has detours. */
  readonly detours?: DetourTask;
  /** Absent where no listener has limits. */
  readonly rateLimits?: RateLimitMemory;
}

export type UdpBackend = 'batched' | 'dgram';

/** What a worker that answers queries is started with. */
export interface AnswerTask extends Service {
  /** Its number: reader slot, counter block, name in logs. */
  readonly slot: number;
  readonly orders: SharedArrayBuffer;
  readonly counters: SharedArrayBuffer;
  readonly queryLog: SharedArrayBuffer;
  readonly cookies: CookieMemory;
  readonly port: MessagePort;
}

export interface StreamTask extends AnswerTask {
  /** For what session tickets are sealed with; only used where a listener encrypts. */
  readonly tickets: TicketMemory;
}

export interface UdpTask extends AnswerTask {
  readonly backend: UdpBackend;
  /** Stay on it, and answer what comes to it; anywhere if absent. Batched only. */
  readonly core?: number;
}

/** From the main thread to a worker. */
export type ToWorker =
  | { readonly kind: 'stop' }
  /**
   * `open`: open what of this is not open yet, and leave all else as it is. `serve`: serve this, and nothing else, from
   * now on. Each is answered with `done` and its number.
   */
  | {
      readonly kind: 'open' | 'serve';
      readonly number: number;
      readonly service: Service;
    };

/** From a worker to the main thread. */
export type FromWorker =
  | { readonly kind: 'serving' }
  /** What was told under this number has been done, or could not be. */
  | { readonly kind: 'done'; readonly number: number; readonly refusal?: Refusal }
  | { readonly kind: 'totals'; readonly totals: Totals }
  /** For the log. */
  | {
      readonly kind: 'note';
      readonly level: 'info' | 'warn';
      readonly event: string;
      readonly fields: Readonly<Record<string, unknown>>;
      readonly text: string;
    }
  /** Nothing can be served any more. */
  | { readonly kind: 'hopeless'; readonly message: string };

/** What a worker counts elsewhere than in its counter block, sent about once a second. */
export type Totals = Readonly<Record<string, number>>;

/** A service without the listeners that have no UDP. */
export function ofDatagrams<T extends Service>(service: T): T {
  const listeners = service.listeners.filter(({ transport }) => transport === undefined);
  return { ...service, listeners };
}
