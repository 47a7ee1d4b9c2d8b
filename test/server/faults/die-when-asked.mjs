// Lets whoever asks for `die-….example.com.` end the worker that answers, in the way that the name says. For a server
// that runs from its sources.

import { isMainThread } from 'node:worker_threads';
import { QueryPath } from '../../../apps/server/src/workers/query-path.ts';

/** Ways to die. Each ends the thread or its task; none is what a worker would do by itself. */
const DEATHS = {
  'die-by-throwing': () => {
    throw new Error('died as asked');
  },
  'die-by-exit': () => process.exit(3),
  'die-by-memory': () => {
    const hoard = [];
    for (;;) hoard.push(new Array(1 << 20).fill(hoard.length));
  },
};

if (!isMainThread) {
  const { answer } = QueryPath.prototype;
  QueryPath.prototype.answer = function (memory, view, offset, length, ...rest) {
    const label = Buffer.from(memory.subarray(offset + 13, offset + 13 + memory[offset + 12]));
    DEATHS[label.toString('latin1')]?.();
    return answer.call(this, memory, view, offset, length, ...rest);
  };
}
