// stdout is a disk without room: each write fails with ENOSPC.

import { closeSync, openSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  closeSync(1);
  // The lowest descriptor that is free.
  if (openSync('/dev/full', 'w') !== 1) throw new Error('stdout is open yet');
}
