// Lets the watcher's thread die of an uncaught exception each time the file SEAMARK_KILL_WATCHER appears.

import { existsSync, unlinkSync } from 'node:fs';
import { threadName } from 'node:worker_threads';

const trigger = process.env.SEAMARK_KILL_WATCHER;

if (threadName === 'seamark-watcher' && trigger !== undefined) {
  setInterval(() => {
    if (!existsSync(trigger)) return;
    unlinkSync(trigger);
    throw new Error('the watcher died as asked');
  }, 5).unref();
}
