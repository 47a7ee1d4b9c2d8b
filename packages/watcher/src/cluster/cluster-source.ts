import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Logger, ObjectKind, Sink, Source, Wanted } from '../sources/contract.ts';
import { resources } from '../sources/resources.ts';
import type { AccessSource, ClusterLocation } from './access.ts';
import type { AccessAsker } from './access-reply.ts';
import { askAccess } from './ask-access.ts';
import { Backoff, type BackoffLimits, defaultBackoff } from './backoff.ts';
import { ApiConnection } from './connection.ts';
import { Discovery } from './discovery.ts';
import { KeptAccess } from './kept-access.ts';
import { KindReader } from './kind-reader.ts';
import { warnOfMissing } from './namespaces.ts';
import { type Scope, scopesOf } from './scope.ts';
import { ServiceAccount } from './service-account.ts';

export interface ClusterSourceOptions {
  readonly logger: Logger;
  /**
   * Milliseconds without an octet after which a watch counts as dead and is resumed. Bookmarks come about once
   * a minute, so the default, 150,000, forgives two lost ones; a resumed watch costs one request.
   */
  readonly idleTimeoutMs?: number;
  /** Default: 800 ms doubling to 30 s, with full jitter. */
  readonly backoff?: BackoffLimits;
  /**
   * Where kinds that have namespaces are read, each namespace by itself, so that a Role in each of them suffices.
   * Absent: everywhere. Kinds without namespaces are read as ever.
   */
  readonly namespaces?: readonly string[];
  /** Milliseconds between looks for a kind that the cluster doesn't have. Default 20,000. */
  readonly recheckMs?: number;
  /** For tests: reads a kubeconfig. Default: here, or by a process that lives as long as that takes. */
  readonly ask?: AccessAsker;
  /** For tests: in [0, 1). */
  readonly random?: () => number;
  /** For tests: resolves after `ms` or on abort, and never rejects. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** A kind that is being read, and what ends that. */
interface Reading {
  readonly reader: KindReader;
  readonly end: () => void;
}

/** What readers share, once the cluster can be asked. */
interface Running {
  readonly connection: ApiConnection;
  readonly discovery: Discovery;
  readonly sink: Sink;
  readonly stop: AbortController;
  readonly readers: Map<ObjectKind, Reading>;
  /** What is to end with `stop`. */
  readonly runs: Promise<void>[];
}

/**
 * The objects of a cluster, each kind (and namespace, where they are given) listed and watched on a connection of its
 * own, so that none waits for another, or fails with it.
 */
export class ClusterSource implements Source {
  readonly #location: ClusterLocation;
  #wanted: Wanted[];
  readonly #options: ClusterSourceOptions;
  #running: Running | undefined;

  /** Of a kind that is named more than once, all is read that one of them wants. */
  constructor(
    location: ClusterLocation,
    wanted: readonly (ObjectKind | Wanted)[],
    options: ClusterSourceOptions,
  ) {
    this.#location = location;
    this.#wanted = wanted.map((one) => (typeof one === 'string' ? { kind: one } : one));
    this.#options = options;
  }

  async start(sink: Sink, signal: AbortSignal): Promise<void> {
    // If one kind meets a bug, the others must not run on behind a rejected promise.
    const stop = new AbortController();
    const stopped = new Promise((resolve) => stop.signal.addEventListener('abort', resolve));
    const abort = (): void => stop.abort();
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    try {
      const running = this.#prepare(await this.#open(stop.signal), sink, stop);
      for (const kind of this.#kinds()) this.#run(kind, running);
      this.#running = running;
      follow(running, this.#warnOfMissing(running));
      await stopped;
      await Promise.all(running.runs);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  read(kind: ObjectKind): void {
    this.#wanted.push({ kind });
    if (this.#running === undefined) return;
    const reading = this.#running.readers.get(kind);
    if (reading === undefined) this.#run(kind, this.#running);
    else reading.reader.again(this.#scopesOf(kind));
  }

  keep(wanted: readonly Wanted[]): void {
    const before = new Map(this.#kinds().map((kind) => [kind, this.#scopesOf(kind)]));
    this.#wanted = [...wanted];
    for (const [kind, { reader, end }] of this.#running?.readers ?? []) {
      const scopes = this.#scopesOf(kind);
      if (scopes.length === 0) {
        end();
        this.#running?.readers.delete(kind);
      } else if (!isDeepStrictEqual(scopes, before.get(kind))) reader.again(scopes);
    }
  }

  async #open(signal: AbortSignal): Promise<AccessSource> {
    if (this.#location.kind === 'in-cluster') return new ServiceAccount(this.#location.directory);
    const { ask = askAccess, logger } = this.#options;
    const access = new KeptAccess(this.#location, ask, logger, signal);
    await access.open();
    return access;
  }

  #prepare(access: AccessSource, sink: Sink, stop: AbortController): Running {
    const { idleTimeoutMs = 150_000, recheckMs = 20_000 } = this.#options;
    const headMs = Math.min(60_000, idleTimeoutMs);
    const connection = new ApiConnection(access, { headMs, idleMs: idleTimeoutMs });
    // Kinds that are absent look for themselves, and share what one of them finds.
    const discovery = new Discovery({ connection, signal: stop.signal, shareMs: recheckMs / 10 });
    return { connection, discovery, sink, stop, readers: new Map(), runs: [] };
  }

  #run(kind: ObjectKind, running: Running): void {
    const { connection, discovery, sink, readers, stop } = running;
    const { logger, backoff = defaultBackoff, recheckMs = 20_000 } = this.#options;
    const { random = Math.random, sleep = sleepUntilAbort } = this.#options;
    const reader = new KindReader({
      ...{ connection, discovery, sink, logger, random, sleep, recheckMs },
      resource: resources[kind],
      scopes: this.#scopesOf(kind),
      newBackoff: () => new Backoff(backoff, random),
    });
    const ended = new AbortController();
    const end = (): void => ended.abort();
    stop.signal.addEventListener('abort', end);
    if (stop.signal.aborted) end();
    readers.set(kind, { reader, end });
    // Not at once: whoever asks may be amid a delivery.
    const run = Promise.resolve()
      .then(() => reader.run(ended.signal))
      .finally(() => stop.signal.removeEventListener('abort', end));
    follow(running, run);
  }

  #kinds(): ObjectKind[] {
    return [...new Set(this.#wanted.map(({ kind }) => kind))];
  }

  #warnOfMissing({ connection, stop }: Running): Promise<void> {
    const { logger, namespaces = [], backoff = defaultBackoff } = this.#options;
    const { random = Math.random, sleep = sleepUntilAbort } = this.#options;
    const look = { connection, logger, sleep, backoff: new Backoff(backoff, random) };
    return warnOfMissing(namespaces, look, stop.signal);
  }

  #scopesOf(kind: ObjectKind): readonly Scope[] {
    const wanted = this.#wanted.filter((one) => one.kind === kind);
    return scopesOf(resources[kind], wanted, this.#options.namespaces);
  }
}

/** A bug in one ends all of them, and comes out where they are waited for. */
function follow({ runs, stop }: Running, run: Promise<void>): void {
  run.catch(() => stop.abort());
  runs.push(run);
}

async function sleepUntilAbort(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
