import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ConnectionError } from './failure.ts';
import { ServiceAccount } from './service-account.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'seamark-account-'));
  await writeFile(join(directory, 'token'), 'first\n');
  await writeFile(join(directory, 'ca.crt'), 'the CA');
  vi.stubEnv('KUBERNETES_SERVICE_HOST', '192.0.2.1');
  vi.stubEnv('KUBERNETES_SERVICE_PORT', '443');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true });
});

test('is read for every request, for the kubelet renews it', async () => {
  const account = new ServiceAccount(directory);
  expect(await account.current()).toEqual({
    server: 'https://192.0.2.1:443',
    options: { ca: 'the CA', headers: { Authorization: 'Bearer first' } },
  });
  await writeFile(join(directory, 'token'), 'second');
  const { options } = await account.current();
  expect(options.headers).toEqual({ Authorization: 'Bearer second' });
});

test('an IPv6 address is one in a URL, too', () => {
  vi.stubEnv('KUBERNETES_SERVICE_HOST', '2001:db8::1');
  expect(new ServiceAccount(directory).server).toBe('https://[2001:db8::1]:443');
});

test.each(['KUBERNETES_SERVICE_HOST', 'KUBERNETES_SERVICE_PORT'])(
  'without %s it says what to do',
  (variable) => {
    vi.stubEnv(variable, undefined);
    expect(() => new ServiceAccount(directory)).toThrow(
      expect.objectContaining({
        code: 'SERVICE_ACCOUNT_MISSING',
        message: expect.stringMatching(`${variable} is not set.*kubeconfig FILE`),
      }),
    );
  },
);

test.each(['token', 'ca.crt'])('without %s it says what to do', async (name) => {
  await rm(join(directory, name));
  expect(() => new ServiceAccount(directory)).toThrow(
    expect.objectContaining({
      code: 'SERVICE_ACCOUNT_MISSING',
      message: expect.stringMatching(`${name} can't be read \\(ENOENT\\).*kubeconfig FILE`),
    }),
  );
});

test('a token that is away later on is waited for', async () => {
  const account = new ServiceAccount(directory);
  await rm(join(directory, 'token'));
  await expect(account.current()).rejects.toThrow(ConnectionError);
});
