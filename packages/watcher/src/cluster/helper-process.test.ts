import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  execUser,
  hangingScript,
  isRunning,
  pidIn,
  silentScript,
} from '../../test-support/exec-plugin.ts';
import type { KubeconfigLocation } from './access.ts';
import { askHelper } from './helper-process.ts';

// The whole point of the process.
vi.mock('@kubernetes/client-node', () => {
  throw new Error('client-node was loaded in this process');
});

const server = 'https://api.example.com:6443';
let directory: string;
let location: KubeconfigLocation;
let stop: AbortController;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'seamark-helper-'));
  location = { kind: 'kubeconfig', file: join(directory, 'config') };
  stop = new AbortController();
});

afterEach(async () => {
  vi.useRealTimers();
  stop.abort();
  await rm(directory, { recursive: true });
});

async function write(user: object, cluster: object = {}): Promise<void> {
  const config = {
    'current-context': 'one',
    clusters: [{ name: 'c', cluster: { server: `${server}/`, ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'one', context: { cluster: 'c', user: 'u' } }],
  };
  await writeFile(location.file, JSON.stringify(config));
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('the reply', () => {
  test('has all that a request needs', async () => {
    await writeFile(join(directory, 'key'), 'the key');
    const user = { token: 't', 'client-certificate-data': base64('it'), 'client-key': 'key' };
    await write(user, {
      'certificate-authority-data': base64('the CA'),
      'tls-server-name': 'other.example.com',
    });
    expect(await askHelper(location, stop.signal)).toEqual({
      kind: 'access',
      context: 'one',
      access: {
        server,
        options: {
          ca: Buffer.from('the CA'),
          cert: Buffer.from('it'),
          key: Buffer.from('the key'),
          servername: 'other.example.com',
          headers: { Authorization: 'Bearer t' },
        },
      },
    });
  });

  test('has what an exec plugin gives', async () => {
    const status = { token: 'from the plugin' };
    await write(execUser(`console.log(${JSON.stringify(JSON.stringify({ status }))})`));
    expect(await askHelper(location, stop.signal)).toMatchObject({
      access: { options: { headers: { Authorization: 'Bearer from the plugin' } } },
    });
  });

  test('tells what waiting cannot mend as it is told in this process', async () => {
    expect(await askHelper(location, stop.signal)).toEqual({
      kind: 'hopeless',
      code: 'KUBECONFIG_MISSING',
      message: `kubeconfig file ${location.file} doesn't exist`,
    });
  });

  test('has all that an exec plugin says when it fails, in one line', async () => {
    await write(execUser("fs.writeSync(2, 'Traceback:\\n  login expired\\n'); process.exit(1)"));
    const message = 'Traceback: login expired';
    expect(await askHelper(location, stop.signal)).toEqual({ kind: 'failed', server, message });
  });

  test('leaves out the middle of what is long', async () => {
    await write(
      execUser("fs.writeSync(2, 'first' + ' and'.repeat(5000) + ' last'); process.exit(1)"),
    );
    const reply = await askHelper(location, stop.signal);
    const message = reply.kind === 'failed' ? reply.message : '';
    expect(message).toMatch(/^first and and .* … .* and last$/);
    expect(message.length).toBeLessThan(500);
  });

  test.each([
    [{}, { 'proxy-url': 'http://proxy.example.com' }],
    [{ 'auth-provider': { name: 'oidc', config: {} } }, {}],
  ])('for user %j, cluster %j is that it can be had only here', async (user, cluster) => {
    await write(user, cluster);
    expect(await askHelper(location, stop.signal)).toEqual({ kind: 'here-only' });
  });
});

describe('a plugin that hangs', () => {
  test('is ended when its time is up, and what it asked is told', async () => {
    const file = join(directory, 'pid');
    await write(execUser(hangingScript(file)));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const asked = askHelper(location, stop.signal);
    const pid = await pidIn(file);
    vi.advanceTimersByTime(30_000);
    expect(await asked).toEqual({
      kind: 'failed',
      server,
      message: 'not had within 30 s; does an exec plugin wait for input? Password for the cloud:',
    });
    expect(isRunning(pid)).toBe(false);
  });

  test('is ended when its time is up, should it say nothing', async () => {
    const file = join(directory, 'pid');
    await write(execUser(silentScript(file)));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const asked = askHelper(location, stop.signal);
    await pidIn(file);
    vi.advanceTimersByTime(30_000);
    const message = 'not had within 30 s; does an exec plugin wait for input?';
    expect(await asked).toEqual({ kind: 'failed', server, message });
  });

  test('is killed if it goes on', async () => {
    const file = join(directory, 'pid');
    await write(execUser(hangingScript(file, "process.on('SIGTERM', () => {})")));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const asked = askHelper(location, stop.signal);
    const failed = expect(asked).rejects.toThrow(/not had within 30 s.* ended with SIGKILL/);
    const pid = await pidIn(file);
    vi.advanceTimersByTime(32_000);
    await failed;
    vi.useRealTimers();
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false), 10_000);
  });

  test('ends at once when nobody wants it any more', async () => {
    const file = join(directory, 'pid');
    await write(execUser(hangingScript(file)));
    const asked = askHelper(location, stop.signal);
    const failed = expect(asked).rejects.toThrow('stopped');
    const pid = await pidIn(file);
    stop.abort();
    await failed;
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false), 10_000);
  });

  test('ends with the server, however that ends', async () => {
    const file = join(directory, 'pid');
    await write(execUser(hangingScript(file)));
    const helper = new URL('./helper-process.ts', import.meta.url);
    const script = `import { askHelper } from ${JSON.stringify(helper.href)};
      await askHelper(${JSON.stringify(location)}, new AbortController().signal);`;
    const args = ['--conditions=seamark-source', '--input-type=module', '-e', script];
    const parent = spawn(process.execPath, args, { stdio: 'inherit' });
    const pid = await pidIn(file);
    expect(isRunning(pid)).toBe(true);
    parent.kill('SIGKILL');
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false), 10_000);
  });
});

test('a helper that dies is told with its last words', async () => {
  await write({ token: 't' });
  // What fails in every process that is started from here; the environment is the exec plugins'.
  vi.stubEnv('NODE_OPTIONS', '--import=data:text/javascript,throw(new(Error)("no_such_luck"))');
  try {
    await expect(askHelper(location, stop.signal)).rejects.toThrow(
      /no credentials of .*config: .* ended with status 1: .*no_such_luck/,
    );
  } finally {
    vi.unstubAllEnvs();
  }
});

test('nothing is started for nobody', async () => {
  stop.abort();
  await expect(askHelper(location, stop.signal)).rejects.toThrow('stopped');
});
