import { readFileSync } from 'node:fs';

/** How many files this process may have open, sockets among them; Infinity where the system does not tell. */
export function mostOpenFiles(): number {
  let text: string;
  try {
    text = readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return Number.POSITIVE_INFINITY;
  }
  const [, soft = ''] = /^Max open files\s+(\S+)/m.exec(text) ?? [];
  return /^\d+$/.test(soft) ? Number(soft) : Number.POSITIVE_INFINITY;
}

/**
 * How many connections there can be of those that are wanted: at most half of the files, as Knot DNS has it. Where accept
 * fails for want of a descriptor nobody is asked to make room, and whoever has them keeps them.
 */
export function affordable(wanted: number, files: number = mostOpenFiles()): number {
  return Math.max(1, Math.min(wanted, Math.floor(files / 2)));
}
