import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../config/load.ts';
import type { LogFields, Logger } from '../log/logger.ts';
import { planView, type ViewPlan } from './view-plan.ts';
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

const watch = (): WatcherThread => {
  const note = ({ event }: LogFields) => events.push(event);
  const log: Logger = { debug: note, info: note, warn: note, error: note };
  thread = new WatcherThread({
    readers: 1,
    log,
    onHopeless: (message) => hopeless.push(message),
    onReplaced: () => events.push('replaced'),
  });
  return thread;
};

/** The views of a Corefile that serves example.com from the folder's manifests. */
const plansOf = async (thread: WatcherThread, options = ''): Promise<ViewPlan[]> => {
  const file = join(folder, 'Corefile');
  const text = `. {\n k8s_gateway example.com {\n manifests manifests\n ${options}\n }\n}\n`;
  await writeFile(file, text);
  const config = loadConfig(file);
  return config.views.map((_, index) => planView(config, index, thread.nextViewNumber()));
};

test('hands out snapshots at once, says how things stand, and ends when told to', async () => {
  await mkdir(join(folder, 'manifests'));
  const watcher = watch();
  expect(watcher.status).toBeUndefined();
  expect(await watcher.start(await plansOf(watcher))).toHaveLength(1);
  await expect.poll(() => watcher.status?.views[0]?.zones[0]?.synced, PATIENTLY).toBe(true);
  expect(watcher.status?.views[0]?.zones).toMatchObject([{ zone: 'example.com.' }]);
  await watcher.stop();
  expect(watcher.restarts).toBe(0);
  expect(events).not.toContain('watcher-died');
});

test('reports once what can never work, and does not try again', async () => {
  const watcher = watch();
  await watcher.start(await plansOf(watcher));
  await expect.poll(() => hopeless, PATIENTLY).toHaveLength(1);
  expect(hopeless[0]).toMatch(/manifests directory .* doesn't exist/);
  await watcher.stop();
  expect(watcher.restarts).toBe(0);
  expect(events).not.toContain('watcher-died');
});

test('a thread that dies before it has snapshots fails the start, and is not replaced', async () => {
  const watcher = watch();
  const [plan] = await plansOf(watcher);
  if (plan === undefined) throw new Error('no view');
  // Nothing that a Corefile can say: a zone that is no domain name.
  const gateways = plan.config.gateways.map((gateway) => ({ ...gateway, zones: ['a..b.'] }));
  const config = { ...plan.config, gateways };
  await expect(watcher.start([{ ...plan, config }])).rejects.toThrow(/empty label/);
  expect(watcher.restarts).toBe(0);
  expect(events).toEqual([]);
});

test('a stop before the thread has started up ends it', async () => {
  await mkdir(join(folder, 'manifests'));
  const watcher = watch();
  // It may come as far as its snapshots, or not.
  void watcher.start(await plansOf(watcher));
  await watcher.stop();
  expect(watcher.restarts).toBe(0);
  expect(events).not.toContain('watcher-died');
});

test('a source that nobody follows any more is not called up to date', async () => {
  await mkdir(join(folder, 'manifests'));
  const watcher = watch();
  await watcher.start(await plansOf(watcher));
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

describe('a reload', () => {
  const MANIFEST = JSON.stringify({
    ...{ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
    metadata: { namespace: 'web', name: 'www' },
    spec: { rules: [{ host: 'www.example.com' }] },
    status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } },
  });
  const WAIT_MS = 20_000;
  const never = new AbortController().signal;

  const running = async (): Promise<{ watcher: WatcherThread; plans: ViewPlan[] }> => {
    await mkdir(join(folder, 'manifests'));
    await writeFile(join(folder, 'manifests', 'www.json'), MANIFEST);
    const watcher = watch();
    const plans = await plansOf(watcher);
    await watcher.start(plans);
    await expect.poll(() => watcher.status?.views[0]?.zones[0]?.synced, PATIENTLY).toBe(true);
    return { watcher, plans };
  };

  test('reads what is new beside what there is, and takes over with serials beyond', async () => {
    const { watcher, plans } = await running();
    const next = await plansOf(watcher, 'ttl 7');
    const [task] = await watcher.prepare(next, WAIT_MS, never);
    expect(task).toMatchObject({ number: next[0]?.number });
    const serial = () => watcher.status?.views[0]?.zones[0]?.serial ?? 0;
    const before = serial();
    expect(watcher.status?.sources).toHaveLength(1);
    await watcher.takeOver(next);
    watcher.release(plans);
    expect(serial()).toBeGreaterThan(before);
    expect(watcher.status?.sources).toMatchObject([{ label: join(folder, 'manifests') }]);
    // If it dies now, its successor watches what took over.
    await watcher['worker']?.terminate();
    await expect.poll(() => events, PATIENTLY).toContain('replaced');
    expect(serial()).toBeGreaterThan(before + 1);
  });

  test('that finds no source leaves all as it was', async () => {
    const { watcher, plans } = await running();
    const next = (await plansOf(watcher)).map((plan) => ({
      ...plan,
      config: {
        ...plan.config,
        gateways: plan.config.gateways.map((gateway) => ({
          ...gateway,
          sources: [{ kind: 'manifests', directories: [join(folder, 'absent')] }] as const,
        })),
      },
    }));
    await expect(watcher.prepare(next, WAIT_MS, never)).rejects.toThrow(/absent doesn't exist/);
    expect(hopeless).toEqual([]);
    expect(watcher.isSteady).toBe(true);
    expect(watcher.status?.views).toMatchObject([{ zones: [{ synced: true }] }]);
    await watcher.takeOver(plans);
    expect(watcher.status?.sources).toHaveLength(1);
  });

  test('that is called off, or whose watcher dies, fails at once', async () => {
    const { watcher } = await running();
    const abort = new AbortController();
    abort.abort();
    const called = watcher.prepare(await plansOf(watcher, 'ttl 7'), WAIT_MS, abort.signal);
    await expect(called).rejects.toThrow(/called off/);
    const dying = watcher.prepare(await plansOf(watcher, 'ttl 8'), WAIT_MS, never);
    const [outcome] = await Promise.allSettled([dying, watcher['worker']?.terminate()]);
    // It may have read everything before that.
    if (outcome.status === 'rejected') expect(String(outcome.reason)).toMatch(/watcher died/);
    await expect.poll(() => watcher.isSteady, PATIENTLY).toBe(false);
    await expect.poll(() => events, PATIENTLY).toContain('replaced');
    expect(watcher.isSteady).toBe(true);
  });
});
