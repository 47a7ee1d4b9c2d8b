import { join, parse } from 'node:path';

/** One entry of a directory. */
export interface DirectoryEntry {
  readonly name: string;
  /** Of what a symbolic link points to. */
  readonly isDirectory: boolean;
}

/** True when `pattern` names files by pattern: then it is no error that none matches. */
export function isGlob(pattern: string): boolean {
  return /[*?]/.test(pattern);
}

/**
 * The files that `pattern` names, sorted within each directory. `*` stands for any run of characters
 * but `/`, `?` for one. Directories do not match: a mounted ConfigMap holds some of its own
 * (`..data`), which `import conf/*` does not mean.
 *
 * @param list a directory's entries; nothing for one that can't be read.
 */
export function expandGlob(
  pattern: string,
  list: (directory: string) => readonly DirectoryEntry[],
): string[] {
  const { root } = parse(pattern);
  const segments = pattern.slice(root.length).split('/').filter(Boolean);
  let directories = [root];
  for (const segment of segments.slice(0, -1)) {
    directories = directories.flatMap((directory) =>
      isGlob(segment) ? names(directory, segment, true, list) : [join(directory, segment)],
    );
  }
  const last = segments.at(-1) ?? '';
  return directories.flatMap((directory) => names(directory, last, false, list));
}

function names(
  directory: string,
  segment: string,
  wantsDirectory: boolean,
  list: (directory: string) => readonly DirectoryEntry[],
): string[] {
  const source = segment
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const matcher = new RegExp(`^${source}$`, 'su');
  return list(directory === '' ? '.' : directory)
    .filter((entry) => entry.isDirectory === wantsDirectory && matcher.test(entry.name))
    .map((entry) => join(directory, entry.name))
    .sort();
}
