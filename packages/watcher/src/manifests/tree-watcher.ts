import { type FSWatcher, watch } from 'node:fs';
import type { Logger } from '../sources/contract.ts';

/**
 * Calls back when something may have changed in a set of directories.
 *
 * One plain watch a directory. Node's recursive watch is an emulation on Linux: it holds a watch per
 * file and follows no links, which is what a ConfigMap mount is made of.
 */
export class TreeWatcher {
  readonly #onChange: () => void;
  readonly #logger: Logger;
  readonly #watches = new Map<string, { readonly identity: string; readonly watch: FSWatcher }>();

  constructor(onChange: () => void, logger: Logger) {
    this.#onChange = onChange;
    this.#logger = logger;
  }

  /** Watches exactly these directories from now on: path to identity. True if one is newly watched. */
  follow(directories: ReadonlyMap<string, string>): boolean {
    for (const [path, { identity }] of this.#watches) {
      if (directories.get(path) !== identity) this.#drop(path);
    }
    let isNew = false;
    for (const [path, identity] of directories) {
      if (!this.#watches.has(path)) isNew = this.#add(path, identity) || isNew;
    }
    return isNew;
  }

  close(): void {
    for (const path of [...this.#watches.keys()]) this.#drop(path);
  }

  #add(path: string, identity: string): boolean {
    try {
      const watcher = watch(path, this.#onChange);
      watcher.on('error', (error) => {
        this.#drop(path);
        this.#logger.debug({ path, err: error }, 'watch lost; the periodic scan goes on');
      });
      this.#watches.set(path, { identity, watch: watcher });
      return true;
    } catch (error) {
      // No inotify watches left, or gone since the scan. The periodic scan sees what this one can't.
      this.#logger.debug({ path, err: error }, 'no watch to be had; the periodic scan goes on');
      return false;
    }
  }

  #drop(path: string): void {
    this.#watches.get(path)?.watch.close();
    this.#watches.delete(path);
  }
}
