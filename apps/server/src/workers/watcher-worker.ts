import { parentPort } from 'node:worker_threads';
import { SourceError, Watcher } from '@seamark/watcher';
import { portLogger } from '../log/port-logger.ts';
import { collectGarbage } from './collect-garbage.ts';
import { watchedViews } from './watched-gateways.ts';
import type { FromWatcher, WatcherTask } from './watcher-messages.ts';

/** Status goes out at most this often: a list of 100,000 objects changes it a thousand times. */
const STATUS_MS = 100;

const stop = new AbortController();
const log = portLogger({ postMessage: send });

function send(message: FromWatcher): void {
  parentPort?.postMessage(message);
}

/** What comes next on the port asks it to stop. */
async function main(task: WatcherTask): Promise<void> {
  parentPort?.once('message', () => stop.abort());
  const { sources, views } = watchedViews(task, task.views, log);
  let pending: NodeJS.Timeout | undefined;
  const watcher: Watcher = new Watcher({
    ...{ sources, views },
    readers: task.readers,
    serials: new Uint32Array(task.serials),
    log,
    onSynced: () => {
      collectGarbage();
      send({ kind: 'synced' });
    },
    onChange: () => {
      pending ??= setTimeout(() => {
        pending = undefined;
        send({ kind: 'status', status: watcher.status() });
      }, STATUS_MS);
    },
  });
  send({ kind: 'snapshots', snapshots: watcher.handles });
  send({ kind: 'status', status: watcher.status() });
  try {
    await watcher.run(stop.signal);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    send({ kind: 'hopeless', code: error.code, message: error.message });
  } finally {
    clearTimeout(pending);
    parentPort?.close();
  }
}

parentPort?.once('message', main);
