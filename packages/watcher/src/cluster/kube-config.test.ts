import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { accessOf, loadKubeConfig } from './kube-config.ts';

let directory: string;
let file: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'seamark-kubeconfig-'));
  file = join(directory, 'config');
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

function config(server = 'https://api.example.com:6443', user: string | undefined = 'u'): string {
  return JSON.stringify({
    'current-context': 'one',
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'u', user: { token: 't' } }],
    contexts: [
      { name: 'two', context: { cluster: 'c', user } },
      { name: 'one', context: { cluster: 'c', user } },
      { name: 'lost', context: { cluster: 'elsewhere', user } },
    ],
  });
}

test('the current context, or the one that is asked for', async () => {
  await writeFile(file, config());
  expect(loadKubeConfig({ kind: 'kubeconfig', file }).getCurrentContext()).toBe('one');
  const named = loadKubeConfig({ kind: 'kubeconfig', file, context: 'two' });
  expect(named.getCurrentContext()).toBe('two');
});

test('a context without a user has the CA, and keeps its name', async () => {
  const data = Buffer.from('the CA').toString('base64');
  const cluster = { server: 'https://api.example.com', 'certificate-authority-data': data };
  const contexts = [{ name: 'one', context: { cluster: 'c' } }];
  const clusters = [{ name: 'c', cluster }];
  await writeFile(file, JSON.stringify({ 'current-context': 'one', clusters, contexts }));
  const loaded = loadKubeConfig({ kind: 'kubeconfig', file });
  expect(loaded.getCurrentContext()).toBe('one');
  const { options } = await accessOf(loaded);
  expect(options).toEqual({ ca: Buffer.from('the CA'), headers: {} });
});

describe('tokenFile', () => {
  const authorization = async (user: object): Promise<unknown> => {
    await writeFile(join(directory, 'token'), 'of-the-file\n');
    const text = config().replace('{"token":"t"}', JSON.stringify(user));
    await writeFile(file, text);
    const { options } = await accessOf(loadKubeConfig({ kind: 'kubeconfig', file }));
    return options.headers;
  };

  test('is read from the directory of the kubeconfig, and counts before a token', async () => {
    const headers = { Authorization: 'Bearer of-the-file' };
    expect(await authorization({ tokenFile: 'token' })).toEqual(headers);
    expect(await authorization({ tokenFile: 'token', token: 't' })).toEqual(headers);
    expect(await authorization({ tokenFile: join(directory, 'token') })).toEqual(headers);
  });

  test('that is missing is a failure, and not the lack of a token', async () => {
    await expect(authorization({ tokenFile: 'nowhere' })).rejects.toThrow(/ENOENT.*nowhere/);
  });
});

test.each([
  [undefined, undefined, 'KUBECONFIG_MISSING', "doesn't exist"],
  ['a: [', undefined, 'KUBECONFIG_INVALID', 'no valid kubeconfig'],
  ['clusters: [{}]', undefined, 'KUBECONFIG_INVALID', 'clusters[0].name is missing'],
  ['', undefined, 'KUBECONFIG_INVALID', 'no valid kubeconfig'],
  ['{}', undefined, 'CONTEXT_MISSING', 'it has no contexts'],
  [config(), 'three', 'CONTEXT_MISSING', "no context 'three'; its contexts are lost, one, two"],
  [config(), 'lost', 'KUBECONFIG_INVALID', 'names no cluster'],
  [config('nonsense'), undefined, 'KUBECONFIG_INVALID', 'is no URL'],
  [config('http://api.example.com'), undefined, 'KUBECONFIG_INVALID', 'insecure-skip-tls-verify'],
  [config(undefined, 'x'), undefined, 'KUBECONFIG_INVALID', 'names no user'],
])('%j with context %j: %s', async (text, context, code, words) => {
  if (text !== undefined) await writeFile(file, text);
  const location = { kind: 'kubeconfig', file, ...(context && { context }) } as const;
  expect(() => loadKubeConfig(location)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(words) }),
  );
});

test('a directory is no kubeconfig', () => {
  expect(() => loadKubeConfig({ kind: 'kubeconfig', file: directory })).toThrow(
    expect.objectContaining({ code: 'KUBECONFIG_UNREADABLE' }),
  );
});
