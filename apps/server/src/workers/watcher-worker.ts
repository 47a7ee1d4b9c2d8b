import { parentPort } from 'node:worker_threads';
import { SourceError } from '@seamark/watcher';
import { portLogger } from '../log/port-logger.ts';
import { collectGarbage } from './collect-garbage.ts';
import { WatchedGroup } from './watched-group.ts';
import type { FromWatcher, ToWatcher } from './watcher-messages.ts';

const log = portLogger({ postMessage: send });
const groups = new Map<number, WatchedGroup>();

function send(message: FromWatcher): void {
  parentPort?.postMessage(message);
}

function take(message: ToWatcher): void {
  switch (message.kind) {
    case 'watch':
      void watch(message);
      break;
    case 'succeed':
      succeed(message);
      break;
    case 'release':
      release(message.views);
      break;
    case 'try-again':
      for (const group of groups.values()) group.tryAgain(message.views);
      break;
    case 'stop':
      void stop();
      break;
    default:
      message satisfies never;
  }
}

/** Resolves when the group is over. An exception that is no SourceError is a bug, and ends the thread. */
async function watch({ group, task }: Extract<ToWatcher, { kind: 'watch' }>): Promise<void> {
  const watched = new WatchedGroup(task, {
    log,
    onStatus: (status, views) => send({ kind: 'status', group, status, views }),
    onSynced: () => {
      // At once: should this thread die now, its successor is to know that all had been read.
      watched.tell();
      collectGarbage();
      send({ kind: 'synced' });
    },
  });
  groups.set(group, watched);
  send({ kind: 'snapshots', group, snapshots: watched.handles });
  watched.tell();
  try {
    await watched.run();
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    groups.delete(group);
    send({ kind: 'hopeless', group, code: error.code, message: error.message });
    // A server that starts has nothing else; one that reads its Corefile again goes on with what it has.
    if (groups.size === 0) parentPort?.close();
  }
}

/** In one turn: nothing is published between the last serial of the old and the next one of the new. */
function succeed({ group, views }: Extract<ToWatcher, { kind: 'succeed' }>): void {
  const serials = new Map<string, number>();
  for (const other of groups.values()) {
    for (const [zone, serial] of other.freeze(views)) {
      serials.set(zone, Math.max(serial, serials.get(zone) ?? 0));
    }
  }
  groups.get(group)?.goOnFrom(serials);
  send({ kind: 'succeeded', group });
}

function release(views: readonly number[]): void {
  for (const [number, group] of groups) if (group.release(views) === 0) groups.delete(number);
  // Of what they held, some lies outside the heap, where nothing presses V8 to look for it.
  collectGarbage();
  send({ kind: 'synced' });
}

async function stop(): Promise<void> {
  await Promise.all([...groups.values()].map((group) => group.stop()));
  parentPort?.close();
}

parentPort?.on('message', take);
