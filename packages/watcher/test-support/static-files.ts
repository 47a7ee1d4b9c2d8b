// Files in a folder of a test's own, and the sources that follow them.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import {
  type HostsOptions,
  HostsSource,
  type Logger,
  type WatchedSource,
  ZoneFileSource,
} from '../src/index.ts';

export class StaticFiles implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'static-'));
  /** Lines of the log, warnings and worse, with the folder left out. */
  readonly lines: string[] = [];
  readonly #logger: Logger = {
    debug: () => {},
    info: () => {},
    warn: (_, line) => this.lines.push(line.replaceAll(`${this.folder}/`, '')),
    error: (_, line) => this.lines.push(line.replaceAll(`${this.folder}/`, '')),
  };

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, text: string): void {
    writeFileSync(this.path(name), text);
  }

  zone(name: string, zone: string): WatchedSource {
    const options = { reloadMs: 20, stillMs: 20, logger: this.#logger };
    const source = new ZoneFileSource(this.path(name), zone, options);
    return { label: this.path(name), kinds: ['file'], source };
  }

  hosts(name: string | undefined, options: Partial<HostsOptions> = {}): WatchedSource {
    const all: HostsOptions = {
      ...(name !== undefined && { file: this.path(name) }),
      ...{ inline: [], zones: ['.'], ttl: 3600, reverse: true, reloadMs: 20 },
      ...options,
    };
    const source = new HostsSource(all, { logger: this.#logger, stillMs: 20 });
    return { label: name ?? 'hosts', kinds: ['hosts'], source };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** Waits until something is so; files are followed by a clock. */
export async function becomes(check: () => void): Promise<void> {
  await vi.waitFor(check, { timeout: 20_000, interval: 10 });
}
