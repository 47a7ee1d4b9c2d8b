// A process of its own that reads a kubeconfig, for as long as that takes: see helper-process.ts.

import type { KubeconfigLocation } from './access.ts';
import { replyHere } from './access-reply.ts';

/** Whoever asked is gone, and an exec plugin may hang: the process group ends, and this process with it. */
process.once('disconnect', () => process.kill(-process.pid, 'SIGKILL'));

// The time is up: SIGTERM has gone to the whole group. An exec plugin dies of it, and what it wrote to stderr
// until then comes out of client-node as an error, which is worth telling.
process.on('SIGTERM', () => {});

process.once('message', async (location: KubeconfigLocation) => {
  const reply = await replyHere(location);
  process.send?.(reply, () => process.exit());
});
