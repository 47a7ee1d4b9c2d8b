import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { execUser } from '../../test-support/exec-plugin.ts';
import { FakeApiServer } from '../../test-support/fake-api-server.ts';
import { askAccess } from './ask-access.ts';

vi.mock('@kubernetes/client-node', () => {
  throw new Error('client-node was loaded in this process');
});

let directory: string;
let file: string;
let server: FakeApiServer;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'seamark-ask-'));
  file = join(directory, 'config');
  server = await new FakeApiServer(() => {}).listen();
  // No process that is started from here gets anywhere.
  vi.stubEnv('NODE_OPTIONS', '--import=data:text/javascript,throw(new(Error)("no_such_luck"))');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
  await rm(directory, { recursive: true });
});

const ask = async (user: object) => {
  await writeFile(file, server.kubeconfig(user));
  return askAccess({ kind: 'kubeconfig', file }, new AbortController().signal);
};

test('a plain kubeconfig takes neither client-node nor a process', async () => {
  const options = { rejectUnauthorized: false, headers: { Authorization: 'Bearer secret' } };
  const access = { server: server.url, options };
  expect(await ask({ token: 'secret' })).toEqual({ kind: 'access', context: 'fake', access });
});

test('any other is for the process', async () => {
  await expect(ask(execUser(''))).rejects.toThrow(/no_such_luck/);
});
