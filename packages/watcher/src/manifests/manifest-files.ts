import { readFile } from 'node:fs/promises';
import { sep } from 'node:path';
import type { Logger, ObjectKind } from '../sources/contract.ts';
import type { Documents, Fault, ManifestObject } from './documents.ts';
import { codeOf, type FoundFile, type Tree } from './file-tree.ts';
import { saysLess } from './says-less.ts';

/** An object and where it stands. */
export interface PlacedObject extends ManifestObject {
  readonly path: string;
}

export interface ManifestFilesOptions {
  readonly logger: Logger;
  /** Whether an object counts, known by its kind and key; default: each does. */
  readonly counts?: (kind: ObjectKind, key: string) => boolean;
  /** Milliseconds a file stands still before what it leaves out is gone. Default 1,000. */
  readonly stillMs?: number;
}

interface KnownFile {
  /** Undefined: read again at the next scan, whatever that finds. */
  readonly fingerprint: string | undefined;
  /** As the scan found it; undefined: gone. */
  readonly seen: string | undefined;
  /** On the monotonic clock, since when it has been found like that. */
  readonly stillSinceMs: number;
  /** What it says, and what it said before where it can't be read. */
  readonly said: readonly ManifestObject[];
  /** The same; while the file moves, what says less than before stands as it was. */
  readonly objects: readonly ManifestObject[];
  /** What it doesn't say any more, until the file stands still. */
  readonly held: readonly ManifestObject[];
  /** As logged, so that the same faults aren't told again. */
  readonly faults: string;
  readonly doubts: string;
}

/** A list this long takes the YAML reader some seconds. etcd takes no object above 1.5 MB, a ConfigMap 1 MiB. */
const largestFile = 16 * 1024 * 1024;

/**
 * Clocks of file systems tick as slowly as every 10 ms: of a file written this shortly before it was read, a later
 * writing may leave the same fingerprint.
 */
const clockTickMs = 50;

/** How long a file stands still before anybody believes what it leaves out. */
export const defaultStillMs = 1000;

/**
 * The manifests as last read, file by file. What a scan shows to be unchanged is not read again; what
 * can't be read keeps the objects it had.
 *
 * Few writers replace a file at once: a shell truncates it and writes later, some editors delete it first. What a file
 * adds or changes therefore counts at once, what it takes away only when it has not changed for `stillMs`.
 */
export class ManifestFiles {
  readonly #kinds: ObjectKind[];
  readonly #logger: Logger;
  readonly #files = new Map<string, KnownFile>();
  readonly #stillMs: number;
  readonly #counts: (kind: ObjectKind, key: string) => boolean;
  #repeated = new Set<string>();

  constructor(kinds: readonly ObjectKind[], options: ManifestFilesOptions) {
    const { logger, stillMs = defaultStillMs, counts = () => true } = options;
    this.#counts = counts;
    this.#stillMs = stillMs;
    this.#kinds = [...kinds];
    this.#logger = logger;
  }

  /** Reads this kind as well: every file once more at the next update. */
  include(kind: ObjectKind): void {
    if (this.#kinds.includes(kind)) return;
    this.#kinds.push(kind);
    for (const [path, file] of this.#files) {
      this.#files.set(path, { ...file, fingerprint: undefined });
    }
  }

  /** Brings what is known in line with what a scan found. */
  async update(tree: Tree): Promise<void> {
    const present = new Set(tree.files.map((file) => file.path));
    for (const path of this.#files.keys()) {
      if (!present.has(path) && !liesIn(path, tree.unreadable)) this.#miss(path);
    }
    for (const file of tree.files) {
      if (this.#files.get(file.path)?.fingerprint !== file.fingerprint) await this.#read(file);
    }
    this.#settle();
  }

  /** Milliseconds until something held back is due, if another scan finds its file unchanged; else undefined. */
  get dueInMs(): number | undefined {
    const moving = [...this.#files.values()].filter(isHolding);
    if (moving.length === 0) return undefined;
    const first = moving.reduce((least, file) => Math.min(least, file.stillSinceMs), Infinity);
    return Math.max(0, Math.ceil(first + this.#stillMs - performance.now()));
  }

  /**
   * Every object of a kind by its key. Where several places describe one, the first in path order counts; where a place
   * doesn't describe it any more, any other.
   */
  objects(): ReadonlyMap<ObjectKind, ReadonlyMap<string, PlacedObject>> {
    const byKind = new Map(this.#kinds.map((kind) => [kind, new Map<string, PlacedObject>()]));
    const repeated = new Set<string>();
    for (const path of [...this.#files.keys()].sort()) {
      for (const object of this.#files.get(path)?.objects ?? []) {
        if (!this.#counts(object.kind, object.key)) continue;
        const objects = byKind.get(object.kind);
        const first = objects?.get(object.key);
        if (first === undefined) objects?.set(object.key, { ...object, path });
        else {
          const places = `${first.path}:${first.line} and ${path}:${object.line}`;
          repeated.add(
            `${object.kind} ${object.key} is described twice, in ${places}; the first counts`,
          );
        }
      }
    }
    for (const [path, { held }] of this.#files) {
      for (const object of held) {
        if (!this.#counts(object.kind, object.key)) continue;
        const objects = byKind.get(object.kind);
        if (!objects?.has(object.key)) objects?.set(object.key, { ...object, path });
      }
    }
    for (const message of repeated)
      if (!this.#repeated.has(message)) this.#logger.warn({}, message);
    this.#repeated = repeated;
    return byKind;
  }

  async #read(file: FoundFile): Promise<void> {
    const before = this.#files.get(file.path);
    const readAtMs = Date.now();
    const documents = await this.#documents(file);
    if (documents === undefined) return;
    const { faults } = documents;
    const inFile = (f: Fault): string => `${file.path}:${f.line}:${f.column}: ${f.reason}`;
    const lines = faults.map(inFile);
    const doubts = documents.doubts.map(inFile);
    const known = before === undefined ? [] : [...before.objects, ...before.held];
    const kept = faults.length === 0 ? [] : missingFrom(documents.objects, known);
    const text = lines.join('\n');
    if (text !== (before?.faults ?? '')) this.#report(file.path, lines, kept.length);
    if (doubts.join('\n') !== (before?.doubts ?? '')) {
      for (const line of doubts) this.#logger.warn({ path: file.path }, line);
    }
    const isSettled = readAtMs - file.changedAtMs > clockTickMs;
    const said = [...documents.objects, ...kept];
    const isStill = before?.seen === file.fingerprint;
    this.#files.set(file.path, {
      fingerprint: isSettled ? file.fingerprint : undefined,
      seen: file.fingerprint,
      stillSinceMs: isStill ? before.stillSinceMs : performance.now(),
      said,
      objects: withoutLosses(said, known),
      held: missingFrom(said, known),
      faults: text,
      doubts: doubts.join('\n'),
    });
  }

  #miss(path: string): void {
    const before = this.#files.get(path);
    if (before === undefined || before.seen === undefined) return;
    this.#files.set(path, {
      fingerprint: undefined,
      seen: undefined,
      stillSinceMs: performance.now(),
      said: [],
      objects: [],
      held: [...before.objects, ...before.held],
      faults: before.faults,
      doubts: before.doubts,
    });
  }

  #settle(): void {
    const now = performance.now();
    for (const [path, file] of this.#files) {
      if (now - file.stillSinceMs < this.#stillMs) continue;
      if (file.seen === undefined) this.#files.delete(path);
      else if (isHolding(file)) this.#files.set(path, { ...file, objects: file.said, held: [] });
    }
  }

  /** Undefined when the file was deleted since the scan. */
  async #documents(file: FoundFile): Promise<Documents | undefined> {
    const fault = (reason: string): Documents => ({
      objects: [],
      faults: [{ line: 1, column: 1, reason }],
      doubts: [],
    });
    if (file.size > largestFile) return fault(`the file has ${file.size} octets, 16 MiB are read`);
    // Here and not above: clusters need not pay the 3.5 MB of `yaml`.
    const { readDocuments } = await import('./documents.ts');
    try {
      return readDocuments(await readFile(file.path, 'utf8'), this.#kinds);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      return fault(`the file can't be read (${codeOf(error)})`);
    }
  }

  #report(path: string, lines: readonly string[], kept: number): void {
    if (lines.length === 0) {
      this.#logger.info({ path }, `${path}: readable again`);
      return;
    }
    for (const line of lines) this.#logger.error({ path }, line);
    if (kept === 0) return;
    const what = kept === 1 ? '1 object stays as it' : `${kept} objects stay as they`;
    this.#logger.warn({ path }, `${path}: until it is mended, ${what} last read`);
  }
}

/** What a broken file said before and doesn't now: it may stand in the part that can't be read. */
function missingFrom(
  now: readonly ManifestObject[],
  before: readonly ManifestObject[],
): readonly ManifestObject[] {
  const present = new Set(now.map((object) => `${object.kind} ${object.key}`));
  return before.filter((object) => !present.has(`${object.kind} ${object.key}`));
}

function isHolding(file: KnownFile): boolean {
  return file.seen === undefined || file.held.length > 0 || file.objects !== file.said;
}

/** The objects, each as it was before where it now merely says less: its end may be yet to be written. */
function withoutLosses(
  said: readonly ManifestObject[],
  before: readonly ManifestObject[],
): readonly ManifestObject[] {
  const known = new Map(before.map((object) => [`${object.kind} ${object.key}`, object]));
  let isLess = false;
  const objects = said.map((object) => {
    const last = known.get(`${object.kind} ${object.key}`);
    if (last === undefined || !saysLess(object.object, last.object)) return object;
    isLess = true;
    return last;
  });
  return isLess ? objects : said;
}

function liesIn(path: string, places: ReadonlyMap<string, string>): boolean {
  if (places.has(path)) return true;
  return [...places.keys()].some((place) => path.startsWith(place + sep));
}
