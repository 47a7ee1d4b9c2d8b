// What a server has used: CPU time and memory of a process and all that it started, from /proc (proc(5)).

import { readdirSync, readFileSync } from 'node:fs';

export interface Usage {
  /** Seconds of all threads, those that have ended included. */
  readonly user: number;
  readonly system: number;
}

/** USER_HZ, what /proc counts in: 100 on every Linux there is, whatever the kernel ticks at. */
const TICKS_PER_SECOND = 100;

/** Processes, with the children of each before it is asked again: servers don't fork while measured. */
export function processTree(root: number): number[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const fields = statOf(Number(entry));
    if (fields !== undefined) parents.set(Number(entry), Number(fields[1]));
  }
  const tree = [root];
  // The array grows while it is walked.
  for (const member of tree) {
    for (const [pid, parent] of parents) if (parent === member) tree.push(pid);
  }
  return tree;
}

export function usageOf(pids: readonly number[]): Usage {
  let user = 0;
  let system = 0;
  for (const pid of pids) {
    const fields = statOf(pid);
    if (fields === undefined) throw new Error(`process ${pid} has ended while it was measured`);
    user += Number(fields[11]);
    system += Number(fields[12]);
  }
  return { user: user / TICKS_PER_SECOND, system: system / TICKS_PER_SECOND };
}

/**
 * Seconds that the threads have run, to the nanosecond, which the ticks of `usageOf` are too coarse for where a
 * server is nearly idle. Threads that have ended are not in it.
 */
export function runSeconds(pids: readonly number[]): number {
  let nanoseconds = 0;
  for (const pid of pids) {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const text = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8');
      nanoseconds += Number(text.split(' ', 1)[0]);
    }
  }
  return nanoseconds / 1e9;
}

/** Resident octets: each process's VmRSS, but of pages shared among processes its part (Pss). */
export function residentOctets(pids: readonly number[]): number {
  return sumOfLines(pids, 'smaps_rollup', 'Pss');
}

/** The most that each was resident since it started (VmHWM): shared pages count once for each process. */
export function peakOctets(pids: readonly number[]): number {
  return sumOfLines(pids, 'status', 'VmHWM');
}

function sumOfLines(pids: readonly number[], file: string, field: string): number {
  let kibibytes = 0;
  for (const pid of pids) {
    const lines = readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\n');
    const line = lines.find((text) => text.startsWith(`${field}:`));
    kibibytes += Number(/\d+/.exec(line ?? '')?.[0] ?? 0);
  }
  return kibibytes * 1024;
}

/** The fields of /proc/PID/stat from the third one (state) on: the second, a name, may hold anything. */
function statOf(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
