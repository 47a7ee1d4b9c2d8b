// Memory that nobody uses, back to the system: malloc_trim(3), which Node doesn't offer.

import { loadLibc } from './libc.ts';

/**
 * Has the C library give back what the whole process has freed, of all threads. It keeps freed memory below
 * anything that is still in use, for good: a program that has read a lot once, in one of its threads, holds
 * tens of megabytes of it. Takes some milliseconds; does nothing where there is no glibc.
 */
export function trimFreeMemory(): void {
  const loaded = loadLibc();
  if (loaded.ok) loaded.libc.malloc_trim(0);
}
