// What is plain is read as client-node reads it; what isn't, is left to it.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { KubeconfigLocation } from './access.ts';
import { replyHere } from './access-reply.ts';
import { readPlainKubeconfig } from './plain-kubeconfig.ts';

let directory: string;
let file: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'seamark-plain-'));
  file = join(directory, 'config');
  await mkdir(join(directory, 'pki'));
  await writeFile(join(directory, 'pki', 'ca.crt'), 'the CA, of a file\n');
  await writeFile(join(directory, 'key'), 'the key, of a file\n');
  await writeFile(join(directory, 'token'), 'from-a-file\n');
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const https = { server: 'https://api.example.com:6443' };

interface Parts {
  readonly cluster?: object;
  readonly user?: unknown;
  readonly context?: object;
  readonly config?: object;
}

const configOf = ({ cluster = https, user = {}, context = {}, config = {} }: Parts): object => ({
  apiVersion: 'v1',
  kind: 'Config',
  preferences: {},
  'current-context': 'one',
  clusters: [
    { name: 'c', cluster },
    { name: 'other', cluster: { server: 'https://192.0.2.1' } },
  ],
  contexts: [
    { name: 'one', context: { cluster: 'c', user: 'u', ...context } },
    { name: 'two', context: { cluster: 'other', namespace: 'default' } },
  ],
  users: [
    { name: 'u', user },
    { name: 'someone', user: { token: 'of-someone-else' } },
  ],
  ...config,
});

const plain: readonly (readonly [string, Parts])[] = [
  ['a token', { user: { token: 'secret' } }],
  ['a token with a newline', { user: { token: 'secret\n' } }],
  ['an empty token', { user: { token: '' } }],
  ['a JSON Web Token', { user: { token: 'eyJhbGciOi.eyJpc3Mi-_.Zm9v' } }],
  ['a token file', { user: { tokenFile: 'token' } }],
  ['a token and its file', { user: { token: 'secret', tokenFile: 'token' } }],
  ['a user without anything', { user: {} }],
  ['a context without user', { context: { user: undefined } }],
  ['a context with an empty user', { context: { user: '' } }],
  ['a password', { user: { username: 'me', password: 'pass: word' } }],
  ['an empty password', { user: { username: 'me', password: '' } }],
  ['a password that nobody has', { user: { username: '', password: 'x' } }],
  ['token and password', { user: { token: 't', username: 'me', password: 'p' } }],
  [
    'certificates in the file',
    {
      cluster: { ...https, 'certificate-authority-data': base64('the CA') },
      user: { 'client-certificate-data': base64('it'), 'client-key-data': base64('the key') },
    },
  ],
  ['base64 that is broken off', { user: { 'client-key-data': 'YWJ' } }],
  ['a CA in another directory', { cluster: { ...https, 'certificate-authority': 'pki/ca.crt' } }],
  [
    'files and data',
    {
      cluster: {
        ...https,
        'certificate-authority': './pki/../pki/ca.crt',
        'certificate-authority-data': base64('the CA'),
      },
      user: { 'client-key': 'key', 'client-key-data': base64('the key') },
    },
  ],
  ['a server with a slash', { cluster: { server: 'https://api.example.com/k8s/' } }],
  ['a server in capitals', { cluster: { server: 'HTTPS://API.example.com' } }],
  ['another name for TLS', { cluster: { ...https, 'tls-server-name': 'other.example.com' } }],
  ['an empty name for TLS', { cluster: { ...https, 'tls-server-name': '' } }],
  ['no verification', { cluster: { ...https, 'insecure-skip-tls-verify': true } }],
  ['verification', { cluster: { ...https, 'insecure-skip-tls-verify': false } }],
  [
    'http that is meant',
    { cluster: { server: 'http://127.0.0.1:8080', 'insecure-skip-tls-verify': true } },
  ],
  [
    'what minikube adds',
    {
      cluster: {
        ...https,
        extensions: [
          {
            extension: {
              'last-update': 'Wed, 25 Nov 2026 10:00:00 UTC',
              provider: 'minikube.sigs.k8s.io',
              version: 'v1.38.0',
            },
            name: 'cluster_info',
          },
        ],
      },
    },
  ],
  [
    'names as clouds give them',
    {
      config: {
        'current-context': 'arn:aws:eks:us-east-1:123:cluster/x',
        contexts: [
          {
            name: 'arn:aws:eks:us-east-1:123:cluster/x',
            context: { cluster: 'c', user: 'me@c' },
          },
        ],
        users: [{ name: 'me@c', user: { token: 't' } }],
      },
    },
  ],
  [
    'two of a name',
    {
      config: {
        users: [
          { name: 'u', user: { token: 'first' } },
          { name: 'u', user: { token: 'second' } },
        ],
      },
    },
  ],
];

/** For client-node, be it well or badly. */
const beyond: readonly (readonly [string, Parts])[] = [
  ['an exec plugin', { user: { exec: { command: 'true' } } }],
  ['an auth provider', { user: { 'auth-provider': { name: 'oidc', config: {} } } }],
  ['a proxy', { cluster: { ...https, 'proxy-url': 'http://proxy.example.com' } }],
  ['impersonation', { user: { token: 't', as: 'somebody' } }],
  ['impersonation of a group', { user: { token: 't', 'as-groups': ['admins'] } }],
  ["client-node's own token-file", { user: { 'token-file': 'token' } }],
  ["another user's token-file", { config: { users: [{ name: 'x', user: { 'token-file': '' } }] } }],
  ['a member nobody knows', { user: { 'token-of-tomorrow': 't' } }],
  ['a user of null', { user: null }],
  ['a token that is a number', { user: { token: 12345 } }],
  ['a token file that is missing', { user: { tokenFile: 'nowhere' } }],
  ['a token file that is empty', { user: { tokenFile: 'empty' } }],
  ['a CA that is missing', { cluster: { ...https, 'certificate-authority': 'nowhere' } }],
  ['a name without password', { user: { username: 'me' } }],
  ['http that is not meant', { cluster: { server: 'http://127.0.0.1:8080' } }],
  ['no verification, in words', { cluster: { ...https, 'insecure-skip-tls-verify': 'true' } }],
  ['no URL', { cluster: { server: 'nonsense' } }],
  ['no server', { cluster: {} }],
  ['no current context', { config: { 'current-context': undefined } }],
  ['no such context', { config: { 'current-context': 'three' } }],
  ['no such user', { context: { user: 'x' } }],
  ['no such cluster', { context: { cluster: 'x' } }],
  ['a cluster without name', { config: { clusters: [{ cluster: https }] } }],
  ['clusters by name', { config: { clusters: { c: https } } }],
];

const oneLine = { lineWidth: 0, blockQuote: false } as const;

const forms: readonly (readonly [string, (config: object) => string])[] = [
  ['JSON', (config) => JSON.stringify(config)],
  ['YAML', (config) => stringify(JSON.parse(JSON.stringify(config)), { ...oneLine })],
  [
    'YAML as kubectl indents it',
    (config) =>
      stringify(JSON.parse(JSON.stringify(config)), {
        ...oneLine,
        indentSeq: false,
        version: '1.1',
      }),
  ],
];

describe.each(forms)('in %s', (_, write) => {
  test.each(plain)('%s is read as client-node reads it', async (_name, parts) => {
    await writeFile(file, write(configOf(parts)));
    const reply = readPlainKubeconfig({ kind: 'kubeconfig', file });
    expect(reply).toBeDefined();
    expect(reply).toStrictEqual(await replyHere({ kind: 'kubeconfig', file }));
  });

  test.each(beyond)('%s is left to client-node', async (_name, parts) => {
    await writeFile(join(directory, 'empty'), '\n');
    await writeFile(file, write(configOf(parts)));
    expect(readPlainKubeconfig({ kind: 'kubeconfig', file })).toBeUndefined();
  });
});

test('another context than the current one', async () => {
  await writeFile(file, JSON.stringify(configOf({})));
  const location: KubeconfigLocation = { kind: 'kubeconfig', file, context: 'two' };
  expect(readPlainKubeconfig(location)).toMatchObject({
    context: 'two',
    access: { server: 'https://192.0.2.1' },
  });
  expect(readPlainKubeconfig(location)).toStrictEqual(await replyHere(location));
  expect(readPlainKubeconfig({ ...location, context: 'three' })).toBeUndefined();
});

test('a path that begins at the working directory', async () => {
  const location: KubeconfigLocation = { kind: 'kubeconfig', file: relative(process.cwd(), file) };
  const cluster = { ...https, 'certificate-authority': 'pki/ca.crt' };
  await writeFile(file, JSON.stringify(configOf({ cluster, user: { tokenFile: 'token' } })));
  expect(readPlainKubeconfig(location)).toMatchObject({
    access: { options: { headers: { Authorization: 'Bearer from-a-file' } } },
  });
  expect(readPlainKubeconfig(location)).toStrictEqual(await replyHere(location));
});

test.each([
  ['no file', undefined],
  ['an empty file', ''],
  ['half of JSON', '{"kind":'],
  ['a list', '[]'],
])('%s is left to client-node', async (_name, text) => {
  if (text !== undefined) await writeFile(file, text);
  expect(readPlainKubeconfig({ kind: 'kubeconfig', file })).toBeUndefined();
});
