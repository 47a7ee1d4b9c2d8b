// Says on stderr when the process handles a signal from now on.

import { writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  process.on('newListener', (event) => {
    if (event === 'SIGTERM') writeSync(2, `handles ${event}\n`);
  });
}
