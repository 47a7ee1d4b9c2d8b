import { Doorbell } from '../manifests/doorbell.ts';
import { TreeWatcher } from '../manifests/tree-watcher.ts';
import type { Logger } from '../sources/contract.ts';
import { directoriesOf, printOf, type ReadText } from './read-text.ts';

/** How files are followed. */
export interface FollowOptions {
  /** Milliseconds between two looks where no change is noticed; 0: they are read once. */
  readonly reloadMs: number;
  /** Milliseconds that changed files stand still before they are read. Default 1,000. */
  readonly stillMs?: number;
  readonly logger: Logger;
}

/** What files are made of at the moment. */
type Prints = ReadonlyMap<string, string>;

/**
 * Has files read, and read again when one of them has changed, came or went, until `signal` aborts. Few writers replace
 * a file at once: a shell truncates it and writes later, and half a zone file is a zone file, too. So what has changed
 * is read when it has stood still for a second.
 *
 * @param read reads all of them, delivers what they say, and tells which files those were
 */
export async function followFiles(
  read: () => readonly ReadText[],
  { reloadMs, stillMs = 1000, logger }: FollowOptions,
  signal: AbortSignal,
): Promise<void> {
  const doorbell = new Doorbell(signal);
  const watcher = new TreeWatcher(() => doorbell.ring(), logger);
  try {
    let known: Prints = printsOf(read());
    if (reloadMs === 0) {
      await doorbell.wait(FOREVER);
      return;
    }
    let moving: Prints | undefined;
    while (!signal.aborted) {
      doorbell.clear();
      const paths = [...known.keys()];
      watcher.follow(directoriesOf(paths));
      const found: Prints = new Map(paths.map((path) => [path, printOf(path)]));
      if (isSame(found, known)) moving = undefined;
      else if (moving !== undefined && isSame(found, moving)) {
        moving = undefined;
        known = printsOf(read());
        continue;
      } else moving = found;
      if (moving === undefined) await doorbell.wait(reloadMs);
      // Not the doorbell, which would ring on while they are written to.
      else await pause(Math.min(stillMs, reloadMs), signal);
    }
  } finally {
    watcher.close();
  }
}

/** As long as timers of Node go: some 24 days. Nothing happens then either. */
const FOREVER = 2 ** 31 - 1;

function printsOf(texts: readonly ReadText[]): Prints {
  return new Map(texts.map(({ path, print }) => [path, print]));
}

function isSame(one: Prints, other: Prints): boolean {
  return [...one].every(([path, print]) => other.get(path) === print);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Doorbell(signal).wait(ms);
}
