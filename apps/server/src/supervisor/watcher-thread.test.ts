import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig } from '../config/load.ts';
import type { LogFields, Logger } from '../log/logger.ts';
import type { WatcherTask } from '../workers/watcher-messages.ts';
import { WatcherThread } from './watcher-thread.ts';

const PATIENTLY = { timeout: 20_000, interval: 5 };

let folder: string;
let events: string[];
let hopeless: string[];
let thread: WatcherThread | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seamark-watcher-'));
  events = [];
  hopeless = [];
});

afterEach(async () => {
  await thread?.stop();
  await rm(folder, { recursive: true, force: true });
});

const watch = (task: WatcherTask): WatcherThread => {
  const note = ({ event }: LogFields) => events.push(event);
  const log: Logger = { debug: note, info: note, warn: note, error: note };
  thread = new WatcherThread({
    task,
    log,
    onHopeless: (message) => hopeless.push(message),
    onReplaced: () => events.push('replaced'),
  });
  return thread;
};

/** The task of a Corefile that serves example.com from the folder's manifests. */
const taskOf = async (): Promise<WatcherTask> => {
  const file = join(folder, 'Corefile');
  await writeFile(file, '. {\n k8s_gateway example.com {\n manifests manifests\n }\n}\n');
  const { gateways, fileZones, hosts, views } = loadConfig(file);
  const serials = new SharedArrayBuffer(4);
  return { gateways, fileZones, hosts, views, readers: 1, serials };
};

test('hands out snapshots at once, says how things stand, and ends when told to', async () => {
  await mkdir(join(folder, 'manifests'));
  const watcher = watch(await taskOf());
  expect(watcher.status).toBeUndefined();
  expect(await watcher.start()).toHaveLength(1);
  await expect.poll(() => watcher.status?.views[0]?.zones[0]?.synced, PATIENTLY).toBe(true);
  expect(watcher.status?.views[0]?.zones).toMatchObject([{ zone: 'example.com.' }]);
  await watcher.stop();
  expect(watcher.restarts).toBe(0);
  expect(events).not.toContain('watcher-died');
});

test('reports once what can never work, and does not try again', async () => {
  const watcher = watch(await taskOf());
  await watcher.start();
  await expect.poll(() => hopeless, PATIENTLY).toHaveLength(1);
  expect(hopeless[0]).toMatch(/manifests directory .* doesn't exist/);
  await watcher.stop();
  expect(watcher.restarts).toBe(0);
  expect(events).not.toContain('watcher-died');
});

test('a thread that dies before it has snapshots fails the start, and is not replaced', async () => {
  const task = await taskOf();
  // Nothing that a Corefile can say: a view of a gateway that isn't there.
  const watcher = watch({ ...task, views: [{ gateways: [7], fileZones: [], hosts: [] }] });
  await expect(watcher.start()).rejects.toThrow(/no gateway 7/);
  expect(watcher.restarts).toBe(0);
  expect(events).toEqual([]);
});

test('a stop before the thread has started up ends it', async () => {
  await mkdir(join(folder, 'manifests'));
  const watcher = watch(await taskOf());
  // It may come as far as its snapshots, or not.
  void watcher.start();
  await watcher.stop();
  expect(watcher.restarts).toBe(0);
  expect(events).not.toContain('watcher-died');
});

test('a source that nobody follows any more is not called up to date', async () => {
  await mkdir(join(folder, 'manifests'));
  const watcher = watch(await taskOf());
  await watcher.start();
  const kind = () => watcher.status?.sources[0]?.kinds[0];
  await expect.poll(() => kind()?.status.state, PATIENTLY).toBe('watching');
  const began = Date.now();
  await watcher['worker']?.terminate();
  await expect.poll(() => events, PATIENTLY).toContain('watcher-died');
  expect(kind()).toMatchObject({ synced: true, status: { state: 'failing' } });
  expect(kind()?.since).toBeGreaterThanOrEqual(began);
  await expect.poll(() => events, PATIENTLY).toContain('replaced');
  expect(kind()?.synced).toBe(true);
  await expect.poll(() => kind()?.status.state, PATIENTLY).toBe('watching');
});
