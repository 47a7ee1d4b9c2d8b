// Which cores a thread may run on: sched_setaffinity(2), which Node doesn't offer.

import { MOST_CORES } from '../options.ts';
import { errnoName, UdpError } from '../udp-error.ts';
import { type Libc, loadLibc } from './libc.ts';

/** A cpu_set_t has 128 octets; a kernel for more cores than fit into that refuses so short a mask. */
const MASK_OCTETS: number = MOST_CORES / 8;

/**
 * The cores that the calling thread may run on, ascending: fewer than the machine has under `taskset` or in a
 * cpuset, and then not always from 0 on. A quota of CPU time leaves all of them.
 *
 * @throws UdpError ENOTSUP where `batchedSupport` says no
 */
export function usableCores(): readonly number[] {
  return coresIn(readMask(libcOr('list cores')));
}

/**
 * Keeps the calling thread on one core. Threads and processes that it starts from now on begin there, too, so
 * this is for a thread that starts none.
 *
 * @returns what gives the thread back the cores that it had
 * @throws UdpError EINVAL for a core that the thread may not run on; EPERM where a sandbox forbids the call;
 *   ENOTSUP where `batchedSupport` says no
 */
export function pinThread(core: number): () => void {
  const libc = libcOr('pin a thread');
  const before = readMask(libc);
  const usable = coresIn(before);
  // The kernel would let a thread leave what taskset gave it.
  if (!usable.includes(core)) {
    const places = usable.join(', ');
    throw new UdpError('EINVAL', `cannot pin to core ${core}: this thread may run on ${places}`);
  }
  const mask = new Uint8Array(MASK_OCTETS);
  mask[core >> 3] = 1 << (core & 7);
  if (libc.sched_setaffinity(0, MASK_OCTETS, mask) < 0) {
    const code = errnoName(libc.errno());
    const advice = 'look at seccomp profiles and security modules, or do not pin';
    throw new UdpError(code, `cannot pin to core ${core}: sched_setaffinity: ${code}; ${advice}`);
  }
  // A cpuset that has lost those cores since refuses; the kernel has moved the thread by itself then.
  return () => void libc.sched_setaffinity(0, MASK_OCTETS, before);
}

function coresIn(mask: Uint8Array): number[] {
  const cores: number[] = [];
  for (let core = 0; core < MOST_CORES; core++) {
    if (((mask[core >> 3] as number) & (1 << (core & 7))) !== 0) cores.push(core);
  }
  return cores;
}

function readMask(libc: Libc): Uint8Array {
  const mask = new Uint8Array(MASK_OCTETS);
  if (libc.sched_getaffinity(0, MASK_OCTETS, mask) >= 0) return mask;
  const code = errnoName(libc.errno());
  throw new UdpError(code, `cannot list cores: sched_getaffinity: ${code}`);
}

function libcOr(task: string): Libc {
  const loaded = loadLibc();
  if (loaded.ok) return loaded.libc;
  throw new UdpError('ENOTSUP', `cannot ${task}: ${loaded.reason}`);
}
