// The one door to koffi: the C library's calls about sockets and cores, typed, or the reason why they can't be had.

import { createRequire } from 'node:module';
import { endianness } from 'node:os';
import { errnoName } from '../udp-error.ts';

/**
 * Calls return what C returns: -1 for a failure, whose errno `errno()` then tells.
 *
 * Memory on the hot path goes in as a plain number, the address that `addressOf` gave once: 250 ns for a
 * call that fails at once, against 290 with a BigInt and 300 to 360 with a typed array, none of which
 * allocates (Node 26.10, koffi 3.3.4, bench/micro/udp/ffi-arguments.ts). Whoever holds such a number holds
 * the ArrayBuffer behind it too, or the collector takes it away.
 */
export interface Libc {
  socket(family: number, type: number, protocol: number): number;
  bind(fd: number, sockaddr: Uint8Array, length: number): number;
  connect(fd: number, sockaddr: Uint8Array, length: number): number;
  getsockname(fd: number, sockaddr: Uint8Array, length: Uint8Array): number;
  setsockopt(fd: number, level: number, name: number, value: Uint8Array, length: number): number;
  dup3(from: number, to: number, flags: number): number;
  close(fd: number): number;
  recvmmsg(fd: number, headers: number, count: number, flags: number, timeout: number): number;
  sendmmsg(fd: number, headers: number, count: number, flags: number): number;
  poll(fds: number, count: number, timeoutMs: number): number;
  /** Thread 0 is the calling one. */
  sched_getaffinity(thread: number, size: number, mask: Uint8Array): number;
  sched_setaffinity(thread: number, size: number, mask: Uint8Array): number;
  /** Only glibc has it; elsewhere this does nothing. */
  malloc_trim(keep: number): number;
  errno(): number;
  addressOf(memory: ArrayBuffer): number;
}

export type Loaded = { ok: true; libc: Libc } | { ok: false; reason: string };

let loaded: Loaded | undefined;

/** Loads once per thread; never throws. */
export function loadLibc(): Loaded {
  loaded ??= load();
  return loaded;
}

function load(): Loaded {
  // The struct layouts of message-memory.ts are those of 64-bit Linux, where glibc and musl agree.
  if (process.platform !== 'linux') {
    return { ok: false, reason: `recvmmsg is Linux's; this is ${process.platform}` };
  }
  if ((process.arch !== 'x64' && process.arch !== 'arm64') || endianness() !== 'LE') {
    return { ok: false, reason: `struct layouts are known for x64 and arm64, not ${process.arch}` };
  }
  try {
    const libc = bindFunctions();
    // A sandbox may lack the calls or forbid them; a sane kernel gets as far as looking at the descriptor.
    for (const call of ['recvmmsg', 'sendmmsg'] as const) {
      libc[call](-1, 0, 0, 0, 0);
      const code = errnoName(libc.errno());
      if (code !== 'EBADF') return { ok: false, reason: `${call} is refused here: ${code}` };
    }
    return { ok: true, libc };
  } catch (cause) {
    const message = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
    return { ok: false, reason: `koffi cannot be loaded: ${message}` };
  }
}

function bindFunctions(): Libc {
  // Not an import: without its native part koffi throws when loaded, and the dgram backend must still work.
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
  // null: the process itself, which has its C library loaded, whatever that library's file name.
  const library = koffi.load(null);
  const bind = <F extends (...values: never[]) => number>(name: string, ...types: string[]): F =>
    library.func(name, 'int', types) as unknown as F;
  return {
    socket: bind('socket', 'int', 'int', 'int'),
    bind: bind('bind', 'int', 'void *', 'uint'),
    connect: bind('connect', 'int', 'void *', 'uint'),
    getsockname: bind('getsockname', 'int', 'void *', 'void *'),
    setsockopt: bind('setsockopt', 'int', 'int', 'int', 'void *', 'uint'),
    dup3: bind('dup3', 'int', 'int', 'int'),
    close: bind('close', 'int'),
    recvmmsg: bind('recvmmsg', 'int', 'uintptr_t', 'uint', 'int', 'uintptr_t'),
    sendmmsg: bind('sendmmsg', 'int', 'uintptr_t', 'uint', 'int'),
    poll: bind('poll', 'uintptr_t', 'ulong', 'int'),
    sched_getaffinity: bind('sched_getaffinity', 'int', 'size_t', 'void *'),
    sched_setaffinity: bind('sched_setaffinity', 'int', 'size_t', 'void *'),
    malloc_trim: optional(() => bind('malloc_trim', 'size_t')),
    errno: () => koffi.errno(),
    addressOf: (memory) => {
      const address = Number(koffi.address(memory));
      // Linux hands user space 48 bits at most (52 on arm64 with large addresses): a double holds them.
      if (!Number.isSafeInteger(address)) throw new RangeError(`address ${address} is not exact`);
      return address;
    },
  };
}

function optional(bind: () => () => number): () => number {
  try {
    return bind();
  } catch {
    return () => 0;
  }
}
