import { readFile } from 'node:fs/promises';
import { sep } from 'node:path';
import type { Kind, Logger } from '../sources/contract.ts';
import { type Documents, type ManifestObject, readDocuments } from './documents.ts';
import { codeOf, type FoundFile, type Tree } from './file-tree.ts';

/** An object and where it stands. */
export interface PlacedObject extends ManifestObject {
  readonly path: string;
}

interface KnownFile {
  /** Undefined: read again at the next scan, whatever that finds. */
  readonly fingerprint: string | undefined;
  readonly objects: readonly ManifestObject[];
  /** As logged, so that the same faults aren't told again. */
  readonly faults: string;
}

/** A list this long takes the YAML reader some seconds. etcd takes no object above 1.5 MB, a ConfigMap 1 MiB. */
const largestFile = 16 * 1024 * 1024;

/**
 * Clocks of file systems tick as slowly as every 10 ms: of a file written this shortly before it was read, a later
 * writing may leave the same fingerprint.
 */
const clockTickMs = 50;

/**
 * The manifests as last read, file by file. What a scan shows to be unchanged is not read again; what
 * can't be read keeps the objects it had.
 */
export class ManifestFiles {
  readonly #kinds: readonly Kind[];
  readonly #logger: Logger;
  readonly #files = new Map<string, KnownFile>();
  #repeated = new Set<string>();

  constructor(kinds: readonly Kind[], logger: Logger) {
    this.#kinds = kinds;
    this.#logger = logger;
  }

  /** Brings what is known in line with what a scan found. */
  async update(tree: Tree): Promise<void> {
    const present = new Set(tree.files.map((file) => file.path));
    for (const path of this.#files.keys()) {
      if (!present.has(path) && !liesIn(path, tree.unreadable)) this.#files.delete(path);
    }
    for (const file of tree.files) {
      if (this.#files.get(file.path)?.fingerprint !== file.fingerprint) await this.#read(file);
    }
  }

  /** Every object of a kind by its key. Where several places describe one, the first in path order counts. */
  objects(): ReadonlyMap<Kind, ReadonlyMap<string, PlacedObject>> {
    const byKind = new Map(this.#kinds.map((kind) => [kind, new Map<string, PlacedObject>()]));
    const repeated = new Set<string>();
    for (const path of [...this.#files.keys()].sort()) {
      for (const object of this.#files.get(path)?.objects ?? []) {
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
    const lines = faults.map((f) => `${file.path}:${f.line}:${f.column}: ${f.reason}`);
    const kept = faults.length === 0 ? [] : missingFrom(documents.objects, before?.objects ?? []);
    const text = lines.join('\n');
    if (text !== (before?.faults ?? '')) this.#report(file.path, lines, kept.length);
    const isSettled = readAtMs - file.changedAtMs > clockTickMs;
    this.#files.set(file.path, {
      fingerprint: isSettled ? file.fingerprint : undefined,
      objects: [...documents.objects, ...kept],
      faults: text,
    });
  }

  /** Undefined when the file was deleted since the scan. */
  async #documents(file: FoundFile): Promise<Documents | undefined> {
    const fault = (reason: string): Documents => ({
      objects: [],
      faults: [{ line: 1, column: 1, reason }],
    });
    if (file.size > largestFile) return fault(`the file has ${file.size} octets, 16 MiB are read`);
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
    const what = kept === 1 ? '1 object' : `${kept} objects`;
    this.#logger.warn({ path }, `${path}: until it is mended, ${what} stay as they last read`);
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

function liesIn(path: string, places: ReadonlyMap<string, string>): boolean {
  if (places.has(path)) return true;
  return [...places.keys()].some((place) => path.startsWith(place + sep));
}
