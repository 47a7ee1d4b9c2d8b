import { parentPort, workerData } from 'node:worker_threads';
import {
  ClusterSource,
  type Kind,
  ManifestSource,
  SourceError,
  type WatchedSource,
  Watcher,
} from '@seamark/watcher';
import type { SourceConfig } from '../config/server-config.ts';
import { portLogger } from '../log/port-logger.ts';
import { collectGarbage } from './collect-garbage.ts';
import { type FromWatcher, sourceLabel, type WatcherTask } from './watcher-messages.ts';

/** Status goes out at most this often: a list of 100,000 objects changes it a thousand times. */
const STATUS_MS = 100;

const task = workerData as WatcherTask;
const stop = new AbortController();
const log = portLogger({ postMessage: send });

function send(message: FromWatcher): void {
  parentPort?.postMessage(message);
}

/** One source for all gateways that read the same place, with every kind that one of them wants. */
function collectSources(): { sources: WatchedSource[]; indexOf: (source: SourceConfig) => number } {
  const kinds = new Map<string, { config: SourceConfig; kinds: Set<Kind> }>();
  for (const { source, resources } of task.gateways) {
    const key = JSON.stringify(source);
    const entry = kinds.get(key) ?? { config: source, kinds: new Set<Kind>() };
    for (const kind of resources) entry.kinds.add(kind);
    kinds.set(key, entry);
  }
  const keys = [...kinds.keys()];
  return {
    indexOf: (source) => keys.indexOf(JSON.stringify(source)),
    sources: [...kinds.values()].map((entry) => {
      const list = [...entry.kinds];
      const source =
        entry.config.kind === 'manifests'
          ? new ManifestSource(entry.config.directories, list, { logger: log })
          : new ClusterSource(entry.config, list, { logger: log });
      return { label: sourceLabel(entry.config), kinds: list, source };
    }),
  };
}

async function main(): Promise<void> {
  const { sources, indexOf } = collectSources();
  let pending: NodeJS.Timeout | undefined;
  const watcher: Watcher = new Watcher({
    sources,
    views: task.views.map(({ gateways }) => ({
      gateways: gateways.map((index) => {
        const gateway = task.gateways[index];
        if (gateway === undefined) throw new RangeError(`no gateway ${index}`);
        const { apex, secondary } = gateway;
        return {
          ...gateway,
          nameServers: [apex, secondary]
            .filter((name) => name !== undefined)
            .map((name) => ({ name, addresses: [] })),
          sources: [indexOf(gateway.source)],
        };
      }),
    })),
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
  parentPort?.once('message', () => stop.abort());
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

await main();
