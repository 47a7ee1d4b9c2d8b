import { setTimeout as delay } from 'node:timers/promises';
import type { Kind, Logger, Sink, Source } from '../sources/contract.ts';
import { resources } from '../sources/resources.ts';
import type { AccessSource, ClusterLocation } from './access.ts';
import type { AccessAsker } from './access-reply.ts';
import { askAccess } from './ask-access.ts';
import { Backoff, type BackoffLimits, defaultBackoff } from './backoff.ts';
import { ApiConnection } from './connection.ts';
import { KeptAccess } from './kept-access.ts';
import { Reflector } from './reflector.ts';
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
  /** For tests: reads a kubeconfig. Default: here, or by a process that lives as long as that takes. */
  readonly ask?: AccessAsker;
  /** For tests: in [0, 1). */
  readonly random?: () => number;
  /** For tests: resolves after `ms` or on abort, and never rejects. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** The objects of a cluster, each kind listed and watched on a connection of its own. */
export class ClusterSource implements Source {
  readonly #location: ClusterLocation;
  readonly #kinds: readonly Kind[];
  readonly #options: ClusterSourceOptions;

  constructor(location: ClusterLocation, kinds: readonly Kind[], options: ClusterSourceOptions) {
    this.#location = location;
    this.#kinds = kinds;
    this.#options = options;
  }

  async start(sink: Sink, signal: AbortSignal): Promise<void> {
    // If one kind meets a bug, the others must not run on behind a rejected promise.
    const stop = new AbortController();
    const abort = (): void => stop.abort();
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    try {
      const access = await this.#open(stop.signal);
      await Promise.all(this.#kinds.map((kind) => this.#run(kind, access, sink, stop)));
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  async #open(signal: AbortSignal): Promise<AccessSource> {
    if (this.#location.kind === 'in-cluster') return new ServiceAccount(this.#location.directory);
    const { ask = askAccess, logger } = this.#options;
    const access = new KeptAccess(this.#location, ask, logger, signal);
    await access.open();
    return access;
  }

  async #run(kind: Kind, access: AccessSource, sink: Sink, stop: AbortController): Promise<void> {
    const { logger, idleTimeoutMs = 150_000, backoff = defaultBackoff } = this.#options;
    const { random = Math.random, sleep = sleepUntilAbort } = this.#options;
    const connection = new ApiConnection(access, {
      headMs: Math.min(60_000, idleTimeoutMs),
      idleMs: idleTimeoutMs,
    });
    const reflector = new Reflector({
      connection,
      resource: resources[kind],
      sink,
      logger,
      backoff: new Backoff(backoff, random),
      random,
      sleep,
    });
    try {
      await reflector.run(stop.signal);
    } finally {
      stop.abort();
    }
  }
}

async function sleepUntilAbort(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
