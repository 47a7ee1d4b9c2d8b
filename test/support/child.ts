// Child processes that can't outlive the test process.

import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** How a process ended: one of the two is null. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running program and the promise of its end. */
export interface Child {
  readonly process: ChildProcess;
  readonly exited: Promise<Exit>;
}

const living = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

/**
 * Starts a program that dies with us. An exit of this process kills it; so does the kernel, even
 * after a SIGKILL of this process, where `setpriv` (util-linux) can ask for it.
 */
export const startChild = (
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Child => {
  // The signal comes when the *thread* that spawned ends. Vitest's forks spawn from their main one.
  const [program, argv] =
    setpriv === undefined
      ? [command, args]
      : [setpriv, ['--pdeathsig', 'KILL', '--', command, ...args]];
  const child = spawn(program, argv, options);
  living.add(child);
  const exited = new Promise<Exit>((resolve, reject) => {
    child.once('error', (error) => {
      living.delete(child);
      reject(error);
    });
    // 'close' and not 'exit': what the child wrote last has been read by then.
    child.once('close', (code, signal) => {
      living.delete(child);
      resolve({ code, signal });
    });
  });
  exited.catch(() => undefined);
  return { process: child, exited };
};

/** Sends a signal and waits for the end. A process that has ended already is no error. */
export const endChild = async (child: Child, signal: NodeJS.Signals): Promise<Exit> => {
  child.process.kill(signal);
  return await child.exited;
};

const findOnPath = (name: string): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });

const setpriv = process.platform === 'linux' ? findOnPath('setpriv') : undefined;
