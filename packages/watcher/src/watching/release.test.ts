// Views that are let go of while others stay: what nobody wants any more ends, and nothing else does.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Exchange, FakeApiServer, ingressObject } from '../../test-support/fake-api-server.ts';
import { FakeApis } from '../../test-support/fake-apis.ts';
import { FakeResolver, FakeTime } from '../../test-support/fake-resolver.ts';
import { recordingLogger } from '../../test-support/recording-sink.ts';
import { ingress, Scene } from '../../test-support/scene.ts';
// Here and not in a test, which would wait for it no longer than for anything else.
import '../cluster/kube-config.ts';
import { replyHere } from '../cluster/access-reply.ts';
import { ClusterSource, type WatchedGateway, type WatchedView, Watcher } from '../index.ts';
import type { Wanted } from '../sources/contract.ts';

const PATIENTLY = { timeout: 20_000, interval: 2 };

const INGRESSES = '/apis/networking.k8s.io/v1/ingresses';
const SERVICES = '/api/v1/services';
const ROUTES = '/apis/gateway.networking.k8s.io/v1/httproutes';
const GATEWAYS = '/apis/gateway.networking.k8s.io/v1/gateways';
const LISTENER_SETS = '/apis/gateway.networking.k8s.io/v1/listenersets';
const server = (namespace: string): string => `/api/v1/namespaces/${namespace}/services`;

let folder: string;
let apis: FakeApis;
let api: FakeApiServer;
/** Of each path: how many watches were opened, and how many of them have been closed. */
let watches: Map<string, { opened: number; closed: number }>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seamark-release-'));
  watches = new Map();
  apis = new FakeApis(
    'networking.k8s.io/v1/ingresses',
    '/v1/services',
    ...['httproutes', 'gateways', 'listenersets'].map(
      (plural) => `gateway.networking.k8s.io/v1/${plural}`,
    ),
  );
  apis.objects.set('ingresses default', [ingressObject('a', 'a.example.com', '192.0.2.1')]);
  api = await new FakeApiServer((exchange) => {
    count(exchange);
    apis.reply(exchange);
  }).listen();
});

afterEach(async () => {
  await api.close();
  await rm(folder, { recursive: true });
});

function count({ path, isWatch, response }: Exchange): void {
  if (!isWatch) return;
  const counted = watches.get(path) ?? { opened: 0, closed: 0 };
  watches.set(path, counted);
  counted.opened += 1;
  response.on('close', () => {
    counted.closed += 1;
  });
}

const open = (): string[] =>
  [...watches].flatMap(([path, { opened, closed }]) => (opened > closed ? [path] : [])).sort();

const gateway = (more: Partial<WatchedGateway>): WatchedGateway => ({
  zones: ['example.com.'],
  resources: ['Ingress'],
  ttl: 60,
  nameServers: [{ name: 'ns1', addresses: ['192.0.2.53'] }],
  sources: [0],
  ...more,
});

async function watch(views: readonly WatchedView[], wanted: readonly Wanted[]) {
  const file = join(folder, 'kubeconfig');
  await writeFile(file, api.kubeconfig());
  const log = recordingLogger();
  const source = new ClusterSource({ kind: 'kubeconfig', file }, wanted, {
    logger: log,
    ask: replyHere,
  });
  const kinds = [...new Set(wanted.map(({ kind }) => kind))];
  const sources = [{ label: 'fake', kinds, source }];
  const watcher = new Watcher({ views, sources, readers: 1, log });
  const stop = new AbortController();
  return { watcher, stop, running: watcher.run(stop.signal) };
}

test('a kind that no view wants any more is watched no longer, each watch is closed once', async () => {
  const views = [
    { gateways: [gateway({})] },
    { gateways: [gateway({ resources: ['HTTPRoute', 'Service'] })] },
  ];
  const wanted = (['Ingress', 'HTTPRoute', 'Gateway', 'ListenerSet', 'Service'] as const).map(
    (kind) => ({ kind }),
  );
  const { watcher, running } = await watch(views, wanted);
  const all = [INGRESSES, SERVICES, ROUTES, GATEWAYS, LISTENER_SETS].sort();
  await vi.waitFor(() => expect(open()).toEqual(all), PATIENTLY);
  await vi.waitFor(() => expect(watcher.status().views[1]?.zones[0]?.synced).toBe(true), PATIENTLY);
  expect(watcher.release(1)).toBe(1);
  await vi.waitFor(() => expect(open()).toEqual([INGRESSES]), PATIENTLY);
  expect(watches.get(INGRESSES)).toEqual({ opened: 1, closed: 0 });
  const { sources, views: left } = watcher.status();
  expect(sources.flatMap(({ kinds }) => kinds.map(({ kind }) => kind))).toEqual(['Ingress']);
  expect(left).toMatchObject([{ gateways: [{ read: ['Ingress'], unread: [] }] }]);
  // Without any view there is nothing to run for.
  expect(watcher.release(0)).toBe(0);
  await running;
  await vi.waitFor(async () => expect(await api.connections).toBe(0), PATIENTLY);
  const once = { opened: 1, closed: 1 };
  expect(Object.fromEntries(watches)).toEqual(Object.fromEntries(all.map((path) => [path, once])));
  expect(watcher.status().sources).toEqual([]);
});

test("Services of a name server are watched as long as a view has it, and a kind's whole as long as one wants that", async () => {
  const named = (namespace: string): Partial<WatchedGateway> => ({
    projection: { services: false, nameServers: [`${namespace}/ns`] },
  });
  const views = [
    { gateways: [gateway(named('one'))] },
    { gateways: [gateway(named('two'))] },
    { gateways: [gateway({ resources: ['Service'] })] },
  ];
  const only = (namespace: string): Wanted => ({
    kind: 'Service',
    only: [{ namespace, name: 'ns' }],
  });
  const wanted: Wanted[] = [{ kind: 'Ingress' }, { kind: 'Service' }, only('one'), only('two')];
  const { watcher, stop, running } = await watch(views, wanted);
  await vi.waitFor(() => expect(open()).toEqual([SERVICES, INGRESSES]), PATIENTLY);
  watcher.release(2);
  const both = [server('one'), server('two'), INGRESSES];
  await vi.waitFor(() => expect(open()).toEqual(both), PATIENTLY);
  watcher.release(0);
  await vi.waitFor(() => expect(open()).toEqual([server('two'), INGRESSES]), PATIENTLY);
  expect(watches.get(INGRESSES)).toEqual({ opened: 1, closed: 0 });
  stop.abort();
  await running;
});

test('a frozen view is not published, and its successor goes on from its serials', async () => {
  await using before = new Scene();
  await using after = new Scene();
  for (const scene of [before, after]) {
    scene.list('Ingress', [ingress('a', 'a.example.com', '192.0.2.1')]);
    scene.list('Service');
  }
  // More than one change a second puts it ahead of the clock.
  for (let i = 0; i < 100; i++) {
    before.put('Ingress', ingress('a', 'a.example.com', `192.0.2.${i}`));
  }
  const [last = 0] = before.serials();
  expect(last).toBeGreaterThan(after.serials()[0] ?? 0);
  before.watcher.freeze(0);
  before.put('Ingress', ingress('a', 'a.example.com', '192.0.2.200'));
  expect(before.serials()).toEqual([last]);
  expect(before.short('a.example.com A')).toEqual(['192.0.2.99']);
  after.watcher.goOnFrom(new Map([['example.com', last]]));
  expect(after.serials()).toEqual([last + 1]);
  // Nothing to do where the successor is ahead.
  after.watcher.goOnFrom(new Map([['example.com', last]]));
  expect(after.serials()).toEqual([last + 1]);
});

test('host names are asked for no longer, nor is anything waited for', async () => {
  const resolver = await FakeResolver.open();
  const time = new FakeTime();
  resolver.set('lb.example.net', '60 192.0.2.1');
  const resolvers = [resolver.address];
  const scene = new Scene([{ resolvers, flatten: true }], 5, { after: time.after });
  scene.list('Ingress', [ingress('a', 'a.example.com', 'lb.example.net')]);
  scene.list('Service');
  await vi.waitFor(() => expect(time.delays).toHaveLength(2), PATIENTLY);
  const published = scene.watcher.status().views[0]?.generation;
  expect(published).toBeGreaterThan(0);
  expect(scene.watcher.release(0)).toBe(0);
  expect(time.delays).toEqual([]);
  await scene[Symbol.asyncDispose]();
  await resolver[Symbol.asyncDispose]();
});
