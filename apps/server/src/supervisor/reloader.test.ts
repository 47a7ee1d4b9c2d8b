import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { compile } from '../../test-support/compiling.ts';
import { compareConfigs } from '../config/compare.ts';
import type { ServerConfig } from '../config/server-config.ts';
import { CorefileErrors } from '../corefile/errors.ts';
import type { LogFields, Logger } from '../log/logger.ts';
import { ReloadError } from './reload-error.ts';
import { Reloader, waitOf } from './reloader.ts';

const corefile = (options: string, also = 'reload 10s 0s'): string =>
  `example.com {\n ${also}\n k8s_gateway {\n ${options}\n }\n}\n`;

let text: string;
let served: ServerConfig;
let applied: { readonly ttl: number | undefined; readonly signal: AbortSignal }[];
/** What becomes of the next attempts, in turn; then all succeed. */
let outcomes: Promise<void>[];
let lines: { readonly level: keyof Logger; readonly fields: LogFields; readonly message: string }[];
let reloader: Reloader;

beforeEach(() => {
  vi.useFakeTimers();
  [applied, outcomes, lines] = [[], [], []];
  text = corefile('ttl 60');
  served = compile(text);
  const line = (level: keyof Logger) => (fields: LogFields, message: string) =>
    void lines.push({ level, fields, message });
  reloader = new Reloader({
    log: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
    config: served,
    files: new Map([['Corefile', text]]),
    read: () => {
      const files = new Map([['Corefile', text]]);
      try {
        return { files, result: { config: compile(text) } };
      } catch (error) {
        if (error instanceof CorefileErrors) return { files, result: { error } };
        throw error;
      }
    },
    apply: async (config, signal) => {
      applied.push({ ttl: config.gateways[0]?.ttl, signal });
      await outcomes.shift();
      const change = compareConfigs(served, config);
      served = config;
      return { change, needsRestart: [], listeners: config.listeners };
    },
    isOfTheWorld: (error) => error instanceof ReloadError || error instanceof CorefileErrors,
  });
  reloader.start();
});

afterEach(async () => {
  await reloader.stop();
  vi.useRealTimers();
});

const pass = (seconds: number) => vi.advanceTimersByTimeAsync(1000 * seconds);
const told = (event: string) => lines.filter(({ fields }) => fields.event === event);

test('looks at intervals, and does nothing where nothing has changed', async () => {
  await pass(100);
  expect(applied).toEqual([]);
  text = corefile('ttl 7');
  await pass(10);
  expect(applied).toMatchObject([{ ttl: 7 }]);
  expect(told('reloaded')).toMatchObject([
    { level: 'info', message: expect.stringContaining('read anew example.com.') },
  ]);
  await pass(100);
  expect(applied).toHaveLength(1);
  expect(reloader.status).toMatchObject({ successes: 1, failures: 0, needsRestart: [] });
});

test('takes up another interval, and none', async () => {
  text = corefile('ttl 60', 'reload 2s 0s');
  await pass(10);
  text = corefile('ttl 7', 'reload 2s 0s');
  await pass(2);
  expect(served.gateways[0]?.ttl).toBe(7);
  text = corefile('ttl 8', 'reload off');
  await pass(2);
  text = corefile('ttl 9', 'reload off');
  await pass(1000);
  expect(served.gateways[0]?.ttl).toBe(8);
  reloader.trigger('SIGHUP');
  await pass(0);
  expect(served.gateways[0]?.ttl).toBe(9);
});

test('a wrong file is told once, with its place, until it is asked for', async () => {
  text = corefile('tttl 7');
  await pass(100);
  expect(applied).toEqual([]);
  expect(told('reload-failed')).toMatchObject([
    {
      level: 'error',
      fields: { position: 'Corefile:4:2' },
      message: expect.stringMatching(/^Corefile:4:2: .*; what was served before is served on$/),
    },
  ]);
  const { failure, failures, digest } = reloader.status;
  expect(failure?.reasons).toEqual([expect.stringContaining('Corefile:4:2: unknown option')]);
  expect(failures).toBe(1);
  reloader.trigger('SIGUSR1');
  await pass(0);
  expect(told('reload-failed')).toHaveLength(2);
  expect(reloader.status.digest).toBe(digest);
  // Back to what it was: nothing to do, and nothing wrong any more.
  text = corefile('ttl 60');
  await pass(10);
  expect(reloader.status.failure).toBeUndefined();
});

test('what is no fault of the file is tried again, and told once', async () => {
  text = corefile('ttl 7');
  const refused = () => Promise.reject(new ReloadError('the port is taken'));
  outcomes = [refused(), refused(), refused()];
  for (const outcome of outcomes) outcome.catch(() => {});
  await pass(40);
  expect(applied).toHaveLength(4);
  expect(told('reload-failed').map(({ level }) => level)).toEqual(['error', 'debug', 'debug']);
  expect(told('reloaded')).toHaveLength(1);
  expect(reloader.status).toMatchObject({ successes: 1, failures: 3 });
});

test('a bug is told with all there is to know of it', async () => {
  text = corefile('ttl 7');
  const bug = new TypeError('undefined is no function');
  outcomes = [Promise.reject(bug)];
  outcomes[0]?.catch(() => {});
  await pass(10);
  expect(told('reload-failed')).toMatchObject([{ fields: { err: bug } }]);
});

test('a change calls off what is being gone over to; the same again does not', async () => {
  const first = Promise.withResolvers<void>();
  outcomes = [first.promise];
  text = corefile('ttl 7');
  await pass(10);
  reloader.trigger('SIGHUP');
  await pass(20);
  expect(applied).toHaveLength(1);
  expect(applied[0]?.signal.aborted).toBe(false);
  text = corefile('ttl 8');
  reloader.trigger('SIGHUP');
  text = corefile('ttl 9');
  reloader.trigger('SIGHUP');
  expect(applied[0]?.signal.aborted).toBe(true);
  first.reject(new ReloadError('it was called off'));
  await pass(0);
  expect(applied.map(({ ttl }) => ttl)).toEqual([7, 9]);
  expect(told('reload-failed')).toEqual([]);
  expect(reloader.status).toMatchObject({ successes: 1, failures: 0 });
});

test('a stop calls off what is under way, waits for its end, and nothing follows', async () => {
  const attempt = Promise.withResolvers<void>();
  outcomes = [attempt.promise];
  text = corefile('ttl 7');
  reloader.trigger('SIGHUP');
  await pass(0);
  const stopped = reloader.stop();
  expect(applied[0]?.signal.aborted).toBe(true);
  attempt.reject(new ReloadError('it was called off'));
  await stopped;
  text = corefile('ttl 8');
  reloader.trigger('SIGHUP');
  await pass(100);
  expect(applied).toHaveLength(1);
});

test('the wait is the interval, up to the jitter sooner or later', () => {
  const reload = { intervalMs: 30_000, jitterMs: 15_000 };
  expect([0, 0.5, 1].map((random) => waitOf(reload, () => random))).toEqual([
    15_000, 30_000, 45_000,
  ]);
});
