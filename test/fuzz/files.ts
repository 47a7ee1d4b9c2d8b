// Where inputs lie: the corpus of the repository, folders of seeds, and what was found.

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const HERE = import.meta.dirname;

export const corpusFolder = (target: string): string => join(HERE, 'corpus', target);
const FINDINGS = join(HERE, 'findings');

/** The files of a folder and of those in it, in the order of their names; none where there is no such folder. */
export function readInputs(folder: string): Uint8Array[] {
  return namesIn(folder).map((name) => Uint8Array.from(readFileSync(join(folder, name))));
}

export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** Makes these all that is in a target's corpus, each under its hash. */
export function writeCorpus(target: string, inputs: readonly Uint8Array[]): void {
  const folder = corpusFolder(target);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const input of inputs) writeFileSync(join(folder, nameOf(input)), input);
}

/** @returns the path of the file */
export function writeFinding(target: string, input: Uint8Array): string {
  mkdirSync(FINDINGS, { recursive: true });
  const path = join(FINDINGS, `${target}-${nameOf(input)}`);
  writeFileSync(path, input);
  return path;
}

function nameOf(input: Uint8Array): string {
  return createHash('sha256').update(input).digest('hex').slice(0, 16);
}
