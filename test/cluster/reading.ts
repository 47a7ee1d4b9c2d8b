// What a ClusterSource delivers of a real API server, as tests look at it.

import {
  ClusterSource,
  type Kind,
  type KindStatus,
  type ObjectKind,
  type Sink,
  type Wanted,
} from '@seamark/watcher';
import { waitFor } from '../support/wait.ts';

export interface ReadingOptions {
  readonly kubeconfig: string;
  readonly context?: string;
  readonly wanted: readonly (ObjectKind | Wanted)[];
  readonly namespaces?: readonly string[];
}

/** The objects that there are, by kind, as a sink is to understand what it is told. */
export class Reading implements AsyncDisposable {
  readonly #objects = new Map<Kind, Set<string>>();
  readonly #listed = new Map<Kind, Set<string>>();
  readonly #statuses = new Map<Kind, KindStatus>();
  /** `Kind namespace/name` of whatever was there and then wasn't. */
  readonly dropped: string[] = [];
  readonly #warnings: string[] = [];
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  constructor({ kubeconfig: file, context, wanted, namespaces }: ReadingOptions) {
    const location = {
      kind: 'kubeconfig',
      file,
      ...(context === undefined ? {} : { context }),
    } as const;
    const none = (): void => {};
    const source = new ClusterSource(location, wanted, {
      logger: {
        debug: none,
        info: none,
        warn: (_, line) => this.#warnings.push(line),
        error: none,
      },
      recheckMs: 300,
      ...(namespaces === undefined ? {} : { namespaces }),
    });
    this.#running = source.start(this.#sink(), this.#stop.signal);
  }

  keys(kind: Kind): readonly string[] {
    return [...(this.#objects.get(kind) ?? [])].sort();
  }

  /** Until the kind is in this state, for a reason with these words. */
  async becomes(kind: Kind, state: KindStatus['state'], words = ''): Promise<void> {
    await waitFor(
      () => {
        const status = this.#statuses.get(kind);
        return status?.state === state && (status.reason ?? '').includes(words);
      },
      { what: `${kind} ${state} ${words}`, evidence: () => this.#evidence() },
    );
  }

  /** Until the kind has these objects and no others. */
  async has(kind: Kind, ...keys: readonly string[]): Promise<void> {
    await waitFor(() => this.keys(kind).join() === keys.join(), {
      what: `${kind} ${keys.join()}`,
      evidence: () => this.#evidence(),
    });
  }

  /** Until a warning has these words. */
  async warned(words: string): Promise<void> {
    await waitFor(() => this.#warnings.some((line) => line.includes(words)), {
      what: `a warning with ${words}`,
      evidence: () => this.#evidence(),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  #evidence(): string {
    const statuses = JSON.stringify([...this.#statuses]);
    const keys = [...this.#objects.keys()].map((kind) => `${kind}: ${this.keys(kind).join(' ')}`);
    return [statuses, ...keys, ...this.#warnings].join('\n');
  }

  #sink(): Sink {
    const of = (sets: Map<Kind, Set<string>>, kind: Kind): Set<string> => {
      const set = sets.get(kind) ?? new Set();
      sets.set(kind, set);
      return set;
    };
    const remove = (kind: Kind, key: string): void => {
      if (of(this.#objects, kind).delete(key)) this.dropped.push(`${kind} ${key}`);
    };
    return {
      beginList: (kind) => of(this.#listed, kind).clear(),
      upsert: (kind, key) => {
        of(this.#objects, kind).add(key);
        of(this.#listed, kind).add(key);
      },
      remove,
      endList: (kind) => {
        for (const key of this.keys(kind)) if (!this.#listed.get(kind)?.has(key)) remove(kind, key);
      },
      status: (kind, status) => this.#statuses.set(kind, status),
      flush: () => {},
    };
  }
}
