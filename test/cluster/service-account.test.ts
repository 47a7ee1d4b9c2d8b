// The service account of a pod, with the files and variables that a pod would have.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClusterSource, type Sink } from '@seamark/watcher';
import { describe, expect, vi } from 'vitest';
import { ingress } from '../support/kube/objects.ts';
import { waitFor } from '../support/wait.ts';
import { missing, test } from './fixtures.ts';

describe.skipIf(missing)('the service account', () => {
  test('lets a pod read the cluster', async ({ admin, kube, namespace, zone }) => {
    await admin.create(ingress(`${namespace}/web`, [`www.${zone}`], ['192.0.2.1']));
    const { hostname, port } = new URL(kube.url);
    vi.stubEnv('KUBERNETES_SERVICE_HOST', hostname);
    vi.stubEnv('KUBERNETES_SERVICE_PORT', port);
    const directory = await mkdtemp(join(tmpdir(), 'seamark-account-'));
    await writeFile(join(directory, 'token'), kube.token);
    await writeFile(join(directory, 'ca.crt'), kube.ca);
    const keys: string[] = [];
    const none = (): void => {};
    const sink: Sink = {
      upsert: (_kind, key) => keys.push(key),
      ...{ beginList: none, remove: none, endList: none, status: none, flush: none },
    };
    const logger = { debug: none, info: none, warn: none, error: none };
    const source = new ClusterSource({ kind: 'in-cluster', directory }, ['Ingress'], { logger });
    const stop = new AbortController();
    const running = source.start(sink, stop.signal);
    try {
      await waitFor(() => keys.includes(`${namespace}/web`), { what: 'its Ingress' });
    } finally {
      stop.abort();
      await running;
      vi.unstubAllEnvs();
      await rm(directory, { recursive: true });
    }
    expect(keys).toContain(`${namespace}/web`);
  });
});
