import {
  HostsSource,
  type Logger,
  type WatchedGateway,
  type WatchedSource,
  ZoneFileSource,
} from '@seamark/watcher';
import type { HostsConfig, ZoneFileConfig } from '../config/server-config.ts';
import { hostsOptions } from './hosts-options.ts';

/** The zone files and hosts files of a configuration: one source for all that read the same. */
export class StaticSources {
  readonly sources: WatchedSource[] = [];
  readonly #hosts: readonly HostsConfig[];
  readonly #first: number;
  readonly #logger: Logger;
  readonly #indices = new Map<string, number>();

  /** @param first the number of the first of these sources among all. */
  constructor(hosts: readonly HostsConfig[], first: number, logger: Logger) {
    this.#hosts = hosts;
    this.#first = first;
    this.#logger = logger;
  }

  /** What a gateway takes of files, besides objects. */
  beside(
    files: readonly ZoneFileConfig[],
    hosts: number | undefined,
  ): Pick<WatchedGateway, 'files' | 'hosts' | 'hostsReverse'> {
    const config = hosts === undefined ? undefined : this.#hosts[hosts];
    return {
      files: files.map((file) => this.#fileIndex(file)),
      ...(config && { hosts: [this.#hostsIndex(config)], hostsReverse: config.reverse }),
    };
  }

  #fileIndex({ file, zone, reloadMs }: ZoneFileConfig): number {
    return this.#index(JSON.stringify([file, zone, reloadMs]), () => ({
      ...{ label: this.#label(file, zone), kinds: ['file'] },
      source: new ZoneFileSource(file, zone, { reloadMs, logger: this.#logger }),
    }));
  }

  #hostsIndex(config: HostsConfig): number {
    const { position: _, ...said } = config;
    return this.#index(JSON.stringify(said), () => ({
      ...{ label: this.#label(config.file, config.zones.join(' ')), kinds: ['hosts'] },
      source: new HostsSource(hostsOptions(config), { logger: this.#logger }),
    }));
  }

  /** No two alike: a file that is read for other zones, too, is told apart by them. */
  #label(file: string, zones: string): string {
    return this.sources.some(({ label }) => label === file) ? `${file} (${zones})` : file;
  }

  #index(key: string, create: () => WatchedSource): number {
    const known = this.#indices.get(key) ?? this.sources.push(create()) - 1;
    this.#indices.set(key, known);
    return this.#first + known;
  }
}
