import type { DirectoryEntry } from './glob.ts';

/** What parsing may ask of the machine; a test passes objects of its own. */
export interface ParseHost {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /**
   * The text of an imported file.
   *
   * @throws Error with a message that makes sense behind "can't import FILE: ".
   */
  readFile(path: string): string;
  /** A directory's entries for an `import` with a pattern; nothing for one that can't be read. */
  listDirectory(path: string): readonly DirectoryEntry[];
}
