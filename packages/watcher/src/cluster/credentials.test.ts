// The whole way of credentials: kubeconfig, helper process, request, API server.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Duplex, pipeline } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { execUser } from '../../test-support/exec-plugin.ts';
import { bookmark, type Exchange, FakeApiServer } from '../../test-support/fake-api-server.ts';
import { RecordingSink, recordingLogger } from '../../test-support/recording-sink.ts';
import type { ObjectKind } from '../sources/contract.ts';
import { ClusterSource, type ClusterSourceOptions } from './cluster-source.ts';
import { askHelper } from './helper-process.ts';

const loaded = vi.hoisted(() => ({ inThisProcess: false }));
vi.mock('@kubernetes/client-node', (original) => {
  loaded.inThisProcess = true;
  return original();
});

const KINDS: readonly ObjectKind[] = ['Ingress', 'Service'];
/** A helper's life takes as long as the machine lets it. */
const PATIENT = { timeout: 25_000 };

let directory: string;
let tokenFile: string;
let server: FakeApiServer;
let sink: RecordingSink;
let stop: AbortController;
let helpers: number;
let slept: number[];
let running: Promise<void>;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'seamark-credentials-'));
  tokenFile = join(directory, 'token');
  sink = new RecordingSink();
  stop = new AbortController();
  helpers = 0;
  slept = [];
  server = await new FakeApiServer(streamed).listen();
});

afterEach(async () => {
  stop.abort();
  await running;
  await server.close();
  await rm(directory, { recursive: true });
});

function streamed(exchange: Exchange): void {
  // The second bookmark makes it a healthy watch: its end is none of a failure.
  if (exchange.isStreamedList) exchange.events(bookmark('10', true), bookmark('11'));
  else exchange.response.flushHeaders();
}

async function start(
  user: object,
  cluster: object = {},
  options: Partial<ClusterSourceOptions> = {},
): Promise<void> {
  const file = join(directory, 'kubeconfig');
  await writeFile(file, server.kubeconfig(user, cluster));
  const source = new ClusterSource({ kind: 'kubeconfig', file }, KINDS, {
    logger: recordingLogger(),
    ask: (location, signal) => {
      helpers += 1;
      return askHelper(location, signal);
    },
    sleep: async (ms) => {
      slept.push(ms);
      await new Promise((resolve) => setTimeout(resolve, 1));
    },
    ...options,
  });
  running = source.start(sink, stop.signal);
}

const isSynced = () => expect(sink.synced).toEqual(new Set(KINDS));
const tokens = (): readonly (string | undefined)[] =>
  server.exchanges.map(({ request }) => request.headers.authorization?.slice('Bearer '.length));

test('a token that expired is renewed at once, for both kinds together', async () => {
  let valid = 'first';
  server.reply = (exchange) => {
    if (exchange.request.headers.authorization === `Bearer ${valid}`) streamed(exchange);
    else exchange.refuse(401, 'Unauthorized', '');
  };
  await writeFile(tokenFile, 'first\n');
  await start({ 'auth-provider': { name: 'file', config: { tokenFile } } });
  await vi.waitFor(isSynced, PATIENT);
  valid = 'second';
  await writeFile(tokenFile, 'second\n');
  for (const exchange of [...server.exchanges]) exchange.end();
  await vi.waitFor(() => {
    expect(tokens().filter((token) => token === 'second')).toHaveLength(2);
  }, PATIENT);
  expect(tokens().filter((token) => token === 'first')).toHaveLength(4);
  expect(helpers).toBe(2);
  expect(slept).toEqual([]);
  expect(sink.statuses.filter(({ state }) => state === 'failing')).toEqual([]);
  expect(loaded.inThisProcess).toBe(false);
});

test('an exec plugin that fails is told, and the server waited for', async () => {
  await start(execUser("fs.writeSync(2, 'login expired'); process.exit(1)"));
  await vi.waitFor(() => expect(sink.statuses.at(-1)?.state).toBe('failing'), PATIENT);
  expect(sink.statuses.at(-1)?.reason).toContain(`no credentials for ${server.url}: login expired`);
  expect(loaded.inThisProcess).toBe(false);
});

test('a stop amid the first asking is prompt', async () => {
  await start({ token: 'secret' });
  stop.abort();
  await running;
  expect(server.exchanges).toEqual([]);
});

test('a proxy is asked, by client-node in this process', async () => {
  const wanted: (string | undefined)[] = [];
  const proxy = createServer().on('connect', ({ url }: IncomingMessage, socket: Duplex) => {
    wanted.push(url);
    const upstream = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    // Either end may be cut off, which ends the other.
    pipeline(socket, upstream, socket, () => {});
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  const beyond = { server: 'http://api.example.com', 'proxy-url': `http://127.0.0.1:${port}` };
  await start({ token: 'secret' }, beyond);
  await vi.waitFor(isSynced, PATIENT);
  expect(new Set(wanted)).toEqual(new Set(['api.example.com:80']));
  expect(tokens()).toEqual(['secret', 'secret']);
  expect(loaded.inThisProcess).toBe(true);
  stop.abort();
  await running;
  await new Promise((resolve) => proxy.close(resolve));
});

describe('a proxy that takes connections and says nothing', () => {
  let taken: Socket[];
  let proxy: Server;

  beforeEach(async () => {
    taken = [];
    proxy = createTcpServer((socket) => taken.push(socket.resume().on('error', () => {})));
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  });

  afterEach(async () => {
    stop.abort();
    await running;
    // Nobody holds on to it: else this would wait for ever.
    await new Promise((resolve) => proxy.close(resolve));
  });

  const behind = (scheme: string): object => {
    const { port } = proxy.address() as AddressInfo;
    return { server: `${scheme}://api.example.com`, 'proxy-url': `http://127.0.0.1:${port}` };
  };

  test.each(['http', 'https'])('is told of, left and asked again: %s', async (scheme) => {
    await start({ token: 'secret' }, behind(scheme), { idleTimeoutMs: 200 });
    await vi.waitFor(() => {
      expect(taken.length).toBeGreaterThan(KINDS.length);
      expect(taken[0]?.closed).toBe(true);
    }, PATIENT);
    expect(sink.statuses.at(-1)).toMatchObject({
      state: 'failing',
      reason: expect.stringContaining(
        `proxy-url opened no way to ${scheme}://api.example.com in 0.2 s`,
      ),
    });
  });

  test('holds up no stop', async () => {
    await start({ token: 'secret' }, behind('https'));
    await vi.waitFor(() => expect(taken).toHaveLength(KINDS.length), PATIENT);
    stop.abort();
    await running;
    expect(sink.statuses.filter(({ state }) => state === 'failing')).toEqual([]);
  });
});
