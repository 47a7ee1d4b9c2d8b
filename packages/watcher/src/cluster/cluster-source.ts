import { setTimeout as delay } from 'node:timers/promises';
import type { Kind, Logger, Sink, Source } from '../sources/contract.ts';
import { resources } from '../sources/resources.ts';
import { Backoff, type BackoffLimits, defaultBackoff } from './backoff.ts';
import { ApiConnection } from './connection.ts';
import type { ClusterLocation } from './kube-config.ts';
import { Reflector, type ReflectorParts } from './reflector.ts';

export interface ClusterSourceOptions {
  readonly logger: Logger;
  /**
   * Milliseconds without an octet after which a watch counts as dead and is resumed. Bookmarks come about once
   * a minute, so the default, 150,000, forgives two lost ones; a resumed watch costs one request.
   */
  readonly idleTimeoutMs?: number;
  /** Default: 800 ms doubling to 30 s, with full jitter. */
  readonly backoff?: BackoffLimits;
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
    const { logger, idleTimeoutMs = 150_000, backoff = defaultBackoff } = this.#options;
    const { random = Math.random, sleep = sleepUntilAbort } = this.#options;
    // Here and not above: client-node takes 0.7 s and 80 MB to load, which manifests need not pay for.
    const { loadKubeConfig } = await import('./kube-config.ts');
    const config = loadKubeConfig(this.#location);
    const connection = new ApiConnection(config, {
      headMs: Math.min(60_000, idleTimeoutMs),
      idleMs: idleTimeoutMs,
    });
    // If one kind meets a bug, the others must not run on behind a rejected promise.
    const stop = new AbortController();
    const abort = (): void => stop.abort();
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    const shared: Omit<ReflectorParts, 'resource' | 'backoff'> = {
      connection,
      sink,
      logger,
      random,
      sleep,
    };
    const run = async (kind: Kind): Promise<void> => {
      const parts = { ...shared, resource: resources[kind], backoff: new Backoff(backoff, random) };
      try {
        await new Reflector(parts).run(stop.signal);
      } finally {
        stop.abort();
      }
    };
    try {
      await Promise.all(this.#kinds.map(run));
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }
}

async function sleepUntilAbort(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
