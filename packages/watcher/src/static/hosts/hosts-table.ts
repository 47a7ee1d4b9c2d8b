import { formatName, NameError, TYPE } from '@seamark/protocol';
import type { Logger, Sink } from '../../sources/contract.ts';
import type { Shape } from '../../sources/shape.ts';
import { wireName } from '../../zone-index/wire-name.ts';
import { type HostsObject, type HostsOptions, HostsSource } from './hosts-source.ts';

/** What a hosts file has for a question. */
export interface HostsAnswer {
  /** In presentation form: addresses for A and AAAA, host names with the final dot for PTR. None: NODATA. */
  readonly values: readonly string[];
  /** Seconds. */
  readonly ttl: number;
}

/** What a line gives a name. */
interface Entry {
  readonly type: number;
  readonly value: string;
}

/**
 * The entries of a hosts file by name, for whoever answers names that lie in none of our zones: `forward` looks in here
 * before it asks others. Names within zones are no business of it: their entries are in the snapshot.
 *
 * A table follows its file by itself, on the thread that made it, with `follow`.
 */
export class HostsTable {
  readonly #options: HostsOptions;
  #entries: ReadonlyMap<string, readonly Entry[]> = new Map();

  constructor(options: HostsOptions) {
    this.#options = options;
  }

  /** Reads the file, and again whenever it changes, until `signal` aborts. */
  async follow(logger: Logger, signal: AbortSignal): Promise<void> {
    await new HostsSource(this.#options, { logger }).start(this.#sink(), signal);
  }

  /** Reads the file once: as far as it can be. */
  async read(logger: Logger): Promise<void> {
    const end = new AbortController();
    const sink = this.#sink();
    const heard: Sink = {
      ...sink,
      endList: (kind) => {
        sink.endList(kind);
        end.abort();
      },
    };
    await new HostsSource(this.#options, { logger }).start(heard, end.signal);
  }

  /** How many names have an entry; those of addresses among them. */
  get size(): number {
    return this.#entries.size;
  }

  /**
   * What the file has for a name. A wildcard speaks for one label, as in CoreDNS: `*.example.com` for `a.example.com`,
   * unless that has an entry of its own.
   *
   * @param name presentation format, in any case
   * @returns undefined if the name has no entry: then others are to be asked, or the answer is that there is none
   * @throws nothing: what is no name has no entry
   */
  find(name: string, type: number): HostsAnswer | undefined {
    const key = keyOf(name);
    if (key === undefined) return undefined;
    const entries = this.#entries.get(key) ?? this.#entries.get(key.replace(FIRST_LABEL, '*.'));
    if (entries === undefined) return undefined;
    const values = entries.filter((entry) => entry.type === type).map(({ value }) => value);
    return { values: [...new Set(values)], ttl: this.#options.ttl };
  }

  #sink(): Sink {
    let entries = new Map<string, Entry[]>();
    const add = (name: string, type: number, value: string): void => {
      const key = keyOf(name);
      if (key === undefined) return;
      const known = entries.get(key);
      if (known === undefined) entries.set(key, [{ type, value }]);
      else known.push({ type, value });
    };
    return {
      beginList: () => {
        entries = new Map();
      },
      upsert: (_kind, _key, object: Shape) => {
        const { address, names, back } = object as HostsObject;
        for (const name of names) {
          add(name, address.includes(':') ? TYPE.AAAA : TYPE.A, address);
          if (back !== undefined && !name.startsWith('*.')) add(back, TYPE.PTR, name);
        }
      },
      remove: () => {},
      endList: () => {
        this.#entries = entries;
      },
      status: () => {},
      flush: () => {},
    };
  }
}

/** A dot within a label is written `\.`, so that the first plain one ends it. */
const FIRST_LABEL = /^(?:[^.\\]|\\.)+\./s;

function keyOf(name: string): string | undefined {
  try {
    return formatName(wireName(name));
  } catch (error) {
    if (error instanceof NameError) return undefined;
    throw error;
  }
}
