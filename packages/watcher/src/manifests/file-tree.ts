import type { BigIntStats } from 'node:fs';
import { lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A manifest file as a scan found it. */
export interface FoundFile {
  readonly path: string;
  /** Octets. */
  readonly size: number;
  /** Changes whenever the file is replaced or written to. */
  readonly fingerprint: string;
  /** When it was last written to or replaced, in milliseconds since the epoch. */
  readonly changedAtMs: number;
}

/** What lies under the directories. */
export interface Tree {
  /** In path order. */
  readonly files: readonly FoundFile[];
  /** Path to an identity that changes when another directory takes the path. */
  readonly directories: ReadonlyMap<string, string>;
  /** Paths that could not be read, with the reason: what lies at or beneath them is unknown, not gone. */
  readonly unreadable: ReadonlyMap<string, string>;
  /** Paths named like manifests that lead to none, with the reason. They are never opened. */
  readonly skipped: ReadonlyMap<string, string>;
}

/**
 * Finds the manifests (.yaml, .yml, .json) under the directories, however deep. Hidden entries are passed over:
 * in a ConfigMap mount these are `..data` and the dated directory that holds the files, to which
 * visible links lead; links are followed, so that those files are found once, by the name the user gave them.
 */
export async function scanTree(roots: readonly string[]): Promise<Tree> {
  const files: FoundFile[] = [];
  const directories = new Map<string, string>();
  const unreadable = new Map<string, string>();
  const skipped = new Map<string, string>();
  // Neither overlapping roots nor links that lead back up may have a directory read twice.
  const visited = new Set<string>();

  const visit = async (directory: string, isRoot: boolean): Promise<void> => {
    try {
      const stats = await stat(directory, { bigint: true });
      const identity = `${stats.dev}:${stats.ino}`;
      if (visited.has(identity)) return;
      visited.add(identity);
      const names = await readdir(directory);
      directories.set(directory, identity);
      for (const name of names.sort()) {
        if (!name.startsWith('.')) await visitEntry(join(directory, name));
      }
    } catch (error) {
      // Beneath a root, whoever isn't there any more was deleted. A root itself is never deemed deleted.
      if (isRoot || codeOf(error) !== 'ENOENT') unreadable.set(directory, codeOf(error));
    }
  };
  const visitEntry = async (path: string): Promise<void> => {
    const isNamedSo = /\.(ya?ml|json)$/.test(path);
    let stats: BigIntStats;
    try {
      stats = await stat(path, { bigint: true });
    } catch (error) {
      // Its neighbours are none the worse for it.
      if (!leadsNowhere(error)) unreadable.set(path, codeOf(error));
      else if (isNamedSo && (await isLink(path))) skipped.set(path, 'a link that leads nowhere');
      return;
    }
    if (stats.isDirectory()) await visit(path, false);
    else if (!isNamedSo) return;
    else if (stats.isFile()) files.push(found(path, stats));
    // Opening a FIFO would wait for its writer.
    else skipped.set(path, 'neither a file nor a directory');
  };

  for (const root of roots) await visit(root, true);
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { files, directories, unreadable, skipped };
}

function found(path: string, stats: BigIntStats): FoundFile {
  const { dev, ino, size, mtimeNs, ctimeNs, ctimeMs } = stats;
  const fingerprint = [dev, ino, size, mtimeNs, ctimeNs].join(':');
  return { path, size: Number(size), fingerprint, changedAtMs: Number(ctimeMs) };
}

/** A link that leads nowhere counts as absent: during a ConfigMap's swap it may, for a moment. */
function leadsNowhere(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ELOOP';
}

/** False also when it was deleted meanwhile. */
async function isLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink();
  } catch {
    return false;
  }
}

/** The error's code, or its text. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : String(error);
}
