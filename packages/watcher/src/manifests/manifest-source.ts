import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  type Logger,
  type ObjectKind,
  type Sink,
  type Source,
  SourceError,
} from '../sources/contract.ts';
import { Doorbell } from './doorbell.ts';
import { codeOf, scanTree, type Tree } from './file-tree.ts';
import { ManifestFiles, type ManifestFilesOptions, type PlacedObject } from './manifest-files.ts';
import { TreeWatcher } from './tree-watcher.ts';

export interface ManifestSourceOptions extends ManifestFilesOptions {
  /** Milliseconds between scans when no change is noticed; the safety net. Default 10,000. */
  readonly rescanMs?: number;
}

type Objects = ReadonlyMap<ObjectKind, ReadonlyMap<string, PlacedObject>>;

/**
 * The objects that directories of manifests describe, followed as the files change. What a file said last stays
 * until it says something else that can be read, or is gone; so with a directory that disappears.
 *
 * What files add or change is delivered at once; what they take away (objects, names, addresses, the file itself)
 * only when the file has stood still for a second, since most writers truncate first and write later. A
 * directory that can't be read at first delays the first delivery: an empty one would deny all names.
 */
export class ManifestSource implements Source {
  readonly #directories: readonly string[];
  readonly #kinds: Set<ObjectKind>;
  readonly #logger: Logger;
  readonly #rescanMs: number;
  readonly #files: ManifestFiles;
  readonly #asked = new Set<ObjectKind>();
  #wake: () => void = () => undefined;
  #objects: Objects | undefined;
  #unreadable = '';
  #skipped: Tree['skipped'] = new Map();

  /** Directories are taken relative to the working directory. */
  constructor(
    directories: readonly string[],
    kinds: readonly ObjectKind[],
    options: ManifestSourceOptions,
  ) {
    this.#directories = directories.map((directory) => resolve(directory));
    this.#kinds = new Set(kinds);
    this.#logger = options.logger;
    this.#rescanMs = options.rescanMs ?? 10_000;
    this.#files = new ManifestFiles(kinds, options);
  }

  async start(sink: Sink, signal: AbortSignal): Promise<void> {
    for (const directory of this.#directories) await checkDirectory(directory);
    const doorbell = new Doorbell(signal);
    this.#wake = () => doorbell.ring();
    const watcher = new TreeWatcher(this.#wake, this.#logger);
    try {
      while (!signal.aborted) {
        doorbell.clear();
        const asked = this.#takeAsked();
        const tree = await scanTree(this.#directories);
        // A change between the scan and a directory's first watch would go unnoticed: look again.
        if (watcher.follow(tree.directories)) doorbell.ring();
        await this.#files.update(tree);
        if (signal.aborted) break;
        if (this.#canDeliver(tree)) this.#deliver(sink, this.#files.objects(), asked);
        this.#tellUnreadable(sink, tree);
        this.#tellSkipped(tree);
        await doorbell.wait(Math.min(this.#rescanMs, this.#files.dueInMs ?? this.#rescanMs));
      }
    } finally {
      watcher.close();
    }
  }

  read(kind: ObjectKind): void {
    this.#asked.add(kind);
    this.#wake();
  }

  /** The files are read whole, whatever is wanted of them. */
  keep(): void {}

  /** Before a scan and not amid it, when some files would have been read without looking for the kind. */
  #takeAsked(): ReadonlySet<ObjectKind> {
    const asked = new Set(this.#asked);
    this.#asked.clear();
    for (const kind of asked) {
      this.#kinds.add(kind);
      this.#files.include(kind);
    }
    return asked;
  }

  /** Not before every directory has been read once. */
  #canDeliver({ unreadable }: Tree): boolean {
    return (
      this.#objects !== undefined ||
      !this.#directories.some((directory) => unreadable.has(directory))
    );
  }

  /** What has changed; of the kinds that were asked for, and at first, everything. */
  #deliver(sink: Sink, next: Objects, asked: ReadonlySet<ObjectKind>): void {
    const last = this.#objects;
    this.#objects = next;
    let isChanged = false;
    for (const [kind, objects] of next) {
      const before = asked.has(kind) ? undefined : last?.get(kind);
      if (before === undefined) {
        deliverAll(sink, kind, objects);
        isChanged = true;
        continue;
      }
      for (const key of before.keys()) {
        if (objects.has(key)) continue;
        sink.remove(kind, key);
        isChanged = true;
      }
      for (const [key, { object }] of objects) {
        if (isSame(object, before.get(key)?.object)) continue;
        sink.upsert(kind, key, object);
        isChanged = true;
      }
    }
    if (isChanged) sink.flush();
  }

  /** Each once, as long as it stays. */
  #tellSkipped({ skipped }: Tree): void {
    for (const [path, reason] of skipped) {
      if (this.#skipped.get(path) === reason) continue;
      this.#logger.warn({ path }, `${path} is passed over: ${reason}`);
    }
    this.#skipped = skipped;
  }

  /** Told when it changes. */
  #tellUnreadable(sink: Sink, { unreadable }: Tree): void {
    const what = [...unreadable].map(([path, code]) => `${path} (${code})`).join(', ');
    if (what === this.#unreadable) return;
    this.#unreadable = what;
    if (what === '') {
      this.#logger.info({}, 'everything in the directories of manifests can be read again');
      for (const kind of this.#kinds) sink.status(kind, { state: 'watching' });
      return;
    }
    const effect =
      this.#objects === undefined
        ? 'no manifest counts until every directory was read'
        : 'what was read there stays until it comes back';
    const reason = `can't read ${what}; ${effect}`;
    this.#logger.error({}, reason);
    const retryInMs = this.#rescanMs;
    for (const kind of this.#kinds) sink.status(kind, { state: 'failing', reason, retryInMs });
  }
}

function deliverAll(
  sink: Sink,
  kind: ObjectKind,
  objects: ReadonlyMap<string, PlacedObject>,
): void {
  sink.status(kind, { state: 'listing' });
  sink.beginList(kind);
  for (const [key, { object }] of objects) sink.upsert(kind, key, object);
  sink.endList(kind);
  sink.status(kind, { state: 'watching' });
}

async function checkDirectory(directory: string): Promise<void> {
  try {
    if ((await stat(directory)).isDirectory()) return;
  } catch (cause) {
    const reason =
      codeOf(cause) === 'ENOENT' ? "doesn't exist" : `can't be read (${codeOf(cause)})`;
    const message = `manifests directory ${directory} ${reason}`;
    throw new SourceError('MANIFESTS_MISSING', message, { cause });
  }
  throw new SourceError('MANIFESTS_MISSING', `manifests directory ${directory} is no directory`);
}

/** Both are plain data, built in the same order; of a file that was not read again they are one object. */
function isSame(a: object, b: object | undefined): boolean {
  return a === b || (b !== undefined && JSON.stringify(a) === JSON.stringify(b));
}
