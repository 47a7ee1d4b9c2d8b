import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { recordingLogger } from '../../test-support/recording-sink.ts';
import { SourceError } from '../sources/contract.ts';
import type { Access, KubeconfigLocation } from './access.ts';
import type { AccessReply } from './access-reply.ts';
import { ConnectionError } from './failure.ts';
import { KeptAccess } from './kept-access.ts';

const file = 'config';
const server = 'https://api.example.com';
const accessTo = (url: string): AccessReply => ({
  kind: 'access',
  context: 'one',
  access: { server: url, options: {} },
});
const failed: AccessReply = { kind: 'failed', server, message: 'login expired' };

let asked: KubeconfigLocation[];
/** What whoever asks gets; a promise, where the test decides when. */
let reply: () => AccessReply | Promise<AccessReply>;
let kept: KeptAccess;
let log: ReturnType<typeof recordingLogger>;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  asked = [];
  reply = () => accessTo(server);
  log = recordingLogger();
  const ask = async (location: KubeconfigLocation): Promise<AccessReply> => {
    asked.push(location);
    return reply();
  };
  kept = new KeptAccess({ kind: 'kubeconfig', file }, ask, log, new AbortController().signal);
});

afterEach(() => {
  vi.useRealTimers();
});

async function acceptedOne(): Promise<Access> {
  await kept.open();
  const access = await kept.current();
  kept.accepted(access);
  return access;
}

test('one copy serves all requests, and its context stays the one of the start', async () => {
  const first = await acceptedOne();
  expect(await kept.current()).toBe(first);
  expect(kept.refused(first)).toBe(true);
  expect(await kept.current()).not.toBe(first);
  expect(asked).toEqual([
    { kind: 'kubeconfig', file },
    { kind: 'kubeconfig', file, context: 'one' },
  ]);
});

describe('what was let in and is refused', () => {
  test('is renewed at once, by one asking for all kinds', async () => {
    const old = await acceptedOne();
    const { promise, resolve } = Promise.withResolvers<AccessReply>();
    reply = () => promise;
    expect(kept.refused(old)).toBe(true);
    const ingress = kept.current();
    expect(kept.refused(old)).toBe(true);
    const service = kept.current();
    resolve(accessTo(server));
    expect(await ingress).toBe(await service);
    // And whoever comes last finds them renewed.
    expect(kept.refused(old)).toBe(true);
    expect(await kept.current()).toBe(await ingress);
    expect(asked).toHaveLength(2);
  });

  test('is asked for again and again, less and less often, while it stays refused', async () => {
    await kept.open();
    const pauses: number[] = [];
    let last = performance.now();
    while (pauses.length < 6) {
      const askings = asked.length;
      kept.refused(await kept.current());
      await kept.current();
      if (asked.length > askings) {
        pauses.push(performance.now() - last);
        last = performance.now();
      }
      vi.advanceTimersByTime(1000);
    }
    expect(pauses).toEqual([5000, 10_000, 20_000, 40_000, 60_000, 60_000]);
  });

  test('amid a pause is not worth a second request', async () => {
    const first = await acceptedOne();
    kept.refused(first);
    expect(kept.refused(await kept.current())).toBe(false);
  });
});

describe('after ten minutes', () => {
  test('a copy is renewed, and nobody waits for it', async () => {
    const old = await acceptedOne();
    vi.advanceTimersByTime(600_001);
    const { promise, resolve } = Promise.withResolvers<AccessReply>();
    reply = () => promise;
    expect(await kept.current()).toBe(old);
    expect(await kept.current()).toBe(old);
    resolve(accessTo(server));
    await vi.waitFor(async () => expect(await kept.current()).not.toBe(old));
    expect(asked).toHaveLength(2);
  });

  test.each([
    ['fails', failed, 'login expired'],
    ['finds no file', { kind: 'hopeless', code: 'KUBECONFIG_MISSING', message: 'gone' }, 'gone'],
    ['finds another server', accessTo('https://other.example.com'), 'a restart follows it'],
  ] as const)('if renewing %s, the old one serves on', async (_, failure, words) => {
    const old = await acceptedOne();
    vi.advanceTimersByTime(600_001);
    reply = () => failure;
    await kept.current();
    await vi.waitFor(() => expect(log.lines).toHaveLength(1));
    expect(log.lines[0]).toContain(words);
    expect(await kept.current()).toBe(old);
    expect(kept.server).toBe(server);
  });
});

describe('at the start', () => {
  test('what waiting cannot mend is thrown', async () => {
    reply = () => ({ kind: 'hopeless', code: 'CONTEXT_MISSING', message: 'no context' });
    const error = new SourceError('CONTEXT_MISSING', 'no context');
    await expect(kept.open()).rejects.toThrow(error);
  });

  test('what waiting may mend is left to the requests, which share its failure', async () => {
    reply = () => failed;
    await kept.open();
    const failure = new ConnectionError(`no credentials for ${server}: login expired`);
    await expect(kept.current()).rejects.toThrow(failure);
    await expect(kept.current()).rejects.toThrow(failure);
    expect(asked).toHaveLength(1);
    vi.advanceTimersByTime(5000);
    reply = () => accessTo(server);
    expect(await kept.current()).toEqual({ server, options: {} });
  });
});
