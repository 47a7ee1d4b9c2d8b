// What each cluster test gets: a client of the API server, a namespace, a zone and a server.

import { randomBytes } from 'node:crypto';
import { test as base, inject, type TestAPI } from 'vitest';
import { KubeClient } from '../support/kube/client.ts';
import { Cluster } from '../support/kube/cluster.ts';
import type { Kube } from '../support/kube/global-setup.ts';
import { SeamarkServer } from '../support/server.ts';
import { Asker } from './asker.ts';

/** Why the real API server isn't there; undefined where it is. */
export const missing: string | undefined = inject('kube').missing;

/** A server under test, and somebody who asks it. */
export interface Served {
  readonly server: SeamarkServer;
  readonly asker: Asker;
}

export interface Fixtures {
  /** How to reach the API server that all tests share. */
  readonly kube: PresentKube;
  /** Its administrator. */
  readonly admin: KubeClient;
  /** A namespace of the test's own. */
  readonly namespace: string;
  /** A zone of the test's own: `namespace.example.com`. */
  readonly zone: string;
  /** Starts `seamark serve` with this Corefile; it may fail to. */
  readonly launch: (corefile: string) => Promise<SeamarkServer>;
  /** Starts a server with this Corefile and resolves once it listens, with somebody to ask it. */
  readonly serve: (corefile: string) => Promise<Served>;
  /** A cluster of the test's own, which it may break. */
  readonly ownCluster: Cluster;
}

type PresentKube = Exclude<Kube, { readonly missing: string }>;

/** What the fixtures of a test open is closed in reverse; its servers must end well. */
export const test: TestAPI<Fixtures> = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the pattern to see what is used
  kube: async ({}, use) => {
    await use(present(inject('kube')));
  },
  admin: async ({ kube }, use) => {
    const client = new KubeClient(kube.url, kube.ca, kube.token);
    await use(client);
    client.close();
  },
  namespace: async ({ admin }, use) => {
    const name = `t-${randomBytes(5).toString('hex')}`;
    await admin.createNamespace(name);
    await use(name);
  },
  // All tests share one API server, and every server under test sees the objects of all: a zone of
  // its own keeps a test from seeing any but its own.
  zone: async ({ namespace }, use) => {
    await use(`${namespace}.example.com`);
  },
  launch: async ({ task }, use) => {
    await using servers = new AsyncDisposableStack();
    const launched: SeamarkServer[] = [];
    await use(async (corefile) => {
      const server = servers.use(await SeamarkServer.launch(corefile));
      launched.push(server);
      return server;
    });
    for (const server of launched) {
      if (task.result?.state === 'fail') process.stderr.write(`${server.transcript()}\n`);
      if (server.isRunning) await server.stop();
    }
  },
  serve: async ({ launch }, use) => {
    await using askers = new AsyncDisposableStack();
    await use(async (corefile) => {
      const server = await launch(corefile);
      const asker = await Asker.open(await server.endpoint(), () => server.transcript());
      return { server, asker: askers.use(asker) };
    });
  },
  ownCluster: async ({ kube }, use) => {
    const cluster = await Cluster.start(kube.binaries);
    await use(cluster);
    await cluster.remove();
  },
});

interface CorefileOptions {
  readonly resources?: string;
  /** Of the kubeconfig; its current one when left out. */
  readonly context?: string;
  /** Lines of the server block, beside the gateway's. */
  readonly also?: readonly string[];
}

/** A Corefile that serves one zone on a free port of 127.0.0.1. */
export const corefile = (
  zone: string,
  kubeconfig: string,
  { resources = 'Ingress Service', context = '', also = [] }: CorefileOptions = {},
): string => `
.:{$PORT} {
  bind 127.0.0.1
  errors
  ${also.join('\n  ')}
  k8s_gateway ${zone} {
    resources ${resources}
    ttl 10
    kubeconfig ${kubeconfig} ${context}
  }
}
`;

const present = (kube: Kube): PresentKube => {
  if (kube.missing !== undefined) throw new Error(kube.missing);
  return kube;
};
