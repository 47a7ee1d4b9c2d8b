import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { loadConfig } from '../config/load.ts';
import { watchedGateways } from './watched-gateways.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seamark-watched-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const none = (): void => {};
const logger = { debug: none, info: none, warn: none, error: none };

const watched = async (corefile: string) => {
  const file = join(folder, 'Corefile');
  await writeFile(file, corefile);
  return watchedGateways(loadConfig(file).gateways, logger);
};

test('gateways that read the same place have one source, and no two sources one label', async () => {
  const { sources, gateways } = await watched(`. {
    k8s_gateway a.example { \n kubeconfig one.yaml \n resources Ingress \n }
    k8s_gateway b.example { \n kubeconfig one.yaml \n resources HTTPRoute \n }
    k8s_gateway c.example { \n kubeconfig one.yaml \n namespaces web db \n }
  }`);
  expect(gateways.map((gateway) => gateway.sources)).toEqual([[0], [0], [1]]);
  expect(sources.map(({ label }) => label)).toEqual([
    join(folder, 'one.yaml'),
    `${join(folder, 'one.yaml')} (web db)`,
  ]);
  expect(sources[0]?.kinds).toEqual(
    expect.arrayContaining(['Ingress', 'HTTPRoute', 'Gateway', 'ListenerSet']),
  );
});

test('of manifests the objects of the namespaces count, and the Services of name servers', async () => {
  const service = (namespace: string, name: string): string =>
    JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { namespace, name } });
  const files = [
    service('web', 'a'),
    service('db', 'b'),
    service('dns', 'ns'),
    service('dns', 'c'),
  ];
  for (const [i, text] of files.entries()) await writeFile(join(folder, `${i}.json`), text);
  const { sources } = await watched(
    '. {\n k8s_gateway example.com {\n manifests .\n namespaces web\n apex ns.dns\n }\n}\n',
  );
  const keys: string[] = [];
  const stop = new AbortController();
  const ended = vi.fn();
  const running = sources[0]?.source.start(
    {
      ...{ beginList: none, remove: none, endList: none, status: none, flush: ended },
      upsert: (_, key) => void keys.push(key),
    },
    stop.signal,
  );
  await vi.waitFor(() => expect(ended).toHaveBeenCalled(), { timeout: 20_000 });
  stop.abort();
  await running;
  expect(keys.sort()).toEqual(['dns/ns', 'web/a']);
});
