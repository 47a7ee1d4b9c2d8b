// Where and on what a run was made, without which its figures mean nothing.

import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release } from 'node:os';

export interface Machine {
  /** Short hash; with `+` where servers or packages differ from it. */
  readonly commit: string;
  readonly node: string;
  readonly cpu: string;
  readonly cores: number;
  readonly kernel: string;
  /** Over one minute, before the run. */
  readonly loadBefore: number;
  /** `YYYY-MM-DD hh:mm UTC` */
  readonly date: string;
}

export function describeMachine(root: string): Machine {
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' }).trim();
  const changed = git('status', '--porcelain', '--', 'packages', 'apps') !== '';
  return {
    commit: git('rev-parse', '--short', 'HEAD') + (changed ? '+' : ''),
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    kernel: release(),
    loadBefore: loadNow(),
    date: `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
  };
}

/** The load average of the last minute. */
export function loadNow(): number {
  return loadavg()[0] ?? 0;
}
