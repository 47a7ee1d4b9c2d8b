import { isUtf8 } from 'node:buffer';
import { readFileSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** A file as it was read, or why it was not. */
export interface ReadText {
  readonly path: string;
  /** Undefined where it can't be read. */
  readonly text: string | undefined;
  /** Why, a clause for people; '' where it was. */
  readonly reason: string;
  /** Changes whenever the file does; taken before it was read, so that what came amid that is noticed later. */
  readonly print: string;
}

/** More than any list of names that a person or a program keeps in one file. */
const LARGEST = 256 * 1024 * 1024;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is no directory',
};

/** Clocks of file systems tick as slowly as every 10 ms: of a later writing the fingerprint might be the same. */
const CLOCK_TICK_MS = 50;

/** Reads a text file, whose fingerprint then says whether it is still the same. */
export function readText(path: string): ReadText {
  const print = printOf(path);
  const failed = (reason: string): ReadText => ({ path, text: undefined, reason, print });
  try {
    const stats = statSync(path);
    // Opening a FIFO would wait for its writer.
    if (!stats.isFile()) return failed(stats.isDirectory() ? 'it is a directory' : 'it is no file');
    if (stats.size > LARGEST) return failed('it has more than 256 MiB');
    const octets = readFileSync(path);
    const text = textOf(octets);
    const isFresh = Date.now() - stats.ctimeMs < CLOCK_TICK_MS;
    return { path, text, reason: '', print: isFresh ? `${print} fresh` : print };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return failed(REASONS[code] ?? code);
  }
}

/**
 * Both kinds of file are of octets (RFC 1035 5.1, RFC 2181 11). Where they are not UTF-8, if only in a comment, each octet
 * beyond ASCII is written as a zone file writes those that it can't show.
 */
function textOf(octets: Buffer): string {
  if (isUtf8(octets)) return new TextDecoder().decode(octets);
  return octets
    .toString('latin1')
    .replaceAll(/[\x80-\xff]/g, (octet) => `\\${octet.charCodeAt(0)}`);
}

/** What of a file changes when it does; a text of its own for one that is not there. */
export function printOf(path: string): string {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs }: Stats = statSync(path);
    return [dev, ino, size, mtimeMs, ctimeMs].join(':');
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
  }
}

/** The directories that files lie in, each with what tells another in its place from it: as a `TreeWatcher` follows. */
export function directoriesOf(paths: readonly string[]): Map<string, string> {
  const directories = new Map<string, string>();
  for (const path of paths) {
    const directory = dirname(path);
    try {
      const { dev, ino } = statSync(directory);
      directories.set(directory, `${dev}:${ino}`);
    } catch {
      // It is looked for again with the files.
    }
  }
  return directories;
}
