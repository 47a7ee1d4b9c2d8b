// The Corefile is read again by a server that watches a cluster: an API server of the test's own counts the watches.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import {
  bookmark,
  type Exchange,
  event,
  FakeApiServer,
  ingressObject,
} from '../../packages/watcher/test-support/fake-api-server.ts';
import { freePort } from '../support/ports.ts';
import { waitFor } from '../support/wait.ts';
import type { Command } from './harness/command.ts';
import { test } from './harness/fixtures.ts';

const FIRST = 'Corefile.1';

/** Lists one Ingress and no Service, and keeps watches open; counts them by their kind. */
class CountingApi implements AsyncDisposable {
  readonly server: FakeApiServer = new FakeApiServer((exchange) => this.#reply(exchange));
  readonly opened = new Map<string, number>();
  readonly closed = new Map<string, number>();
  address = '192.0.2.1';
  isAway = false;

  static async open(): Promise<CountingApi> {
    const api = new CountingApi();
    await api.server.listen();
    return api;
  }

  /** Watches that are open, by kind. */
  get open(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      [...this.opened]
        .map(([kind, count]) => [kind, count - (this.closed.get(kind) ?? 0)] as const)
        .filter(([, count]) => count > 0),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close();
  }

  #reply(exchange: Exchange): void {
    const kind = exchange.path.split('/').at(-1) ?? '';
    if (this.isAway) {
      exchange.refuse(503, 'ServiceUnavailable', 'away');
      return;
    }
    if (!exchange.isWatch) {
      exchange.json({ kind: 'Status' });
      return;
    }
    this.opened.set(kind, (this.opened.get(kind) ?? 0) + 1);
    exchange.response.on('close', () => this.closed.set(kind, (this.closed.get(kind) ?? 0) + 1));
    exchange.response.flushHeaders();
    if (!exchange.isStreamedList) return;
    if (kind === 'ingresses') {
      exchange.events(event('ADDED', ingressObject('www', 'www.example.com', this.address)));
    }
    exchange.events(bookmark('10', true)).events(bookmark('11'));
  }
}

const reload = async (server: Command, folder: string, text: string, nth: number) => {
  await writeFile(join(folder, FIRST), text);
  server.signal('SIGHUP');
  return await server.event('reloaded', nth);
};

test('each watch that a reload makes needless is closed once, the others go on, and none is left over', async ({
  folder,
  serve,
  asker,
}) => {
  await using api = await CountingApi.open();
  await writeFile(join(folder, 'kubeconfig'), api.server.kubeconfig());
  const [port, other] = [await freePort(), await freePort()];
  const text = (first: string, second: string): string =>
    [
      [port, first],
      [other, second],
    ]
      .map(
        ([where, options]) => `.:${where} {
  bind 127.0.0.1
  k8s_gateway example.com {
    kubeconfig kubeconfig
    apex ns1 192.0.2.53
    ${options}
  }
}
`,
      )
      .join('');
  const ingresses = 'resources Ingress';
  const server = await serve(text(ingresses, `resources Ingress Service`));
  await waitFor(() => Object.keys(api.open).length === 2, { what: 'two watches' });
  expect(api.open).toEqual({ ingresses: 1, services: 1 });
  const [, second] = await server.endpoints();
  const client = await asker(second ?? { host: '', port: 0 }, server);
  expect(await client.answer('www.example.com. A')).toBe('192.0.2.1');

  // The second view has sources of its own now; of the first's, Services have nobody who wants them.
  for (let n = 1; n <= 5; n++) {
    await reload(server, folder, text(ingresses, `resources Ingress Service\n ttl ${n}`), n);
    await waitFor(() => api.open['services'] === 1 && api.open['ingresses'] === 2, {
      what: 'the watches of the new view alone',
      evidence: () => JSON.stringify(api.open),
    });
    expect(await client.answer('www.example.com. A')).toBe('192.0.2.1');
  }
  // That of the first view is the one that was opened first; each other one has been closed once.
  expect(Object.fromEntries(api.opened)).toEqual({ ingresses: 6, services: 6 });
  expect(Object.fromEntries(api.closed)).toEqual({ ingresses: 4, services: 5 });

  await reload(server, folder, text(ingresses, ingresses), 6);
  await waitFor(() => api.open['services'] === undefined && api.open['ingresses'] === 2, {
    what: 'no watch of Services',
    evidence: () => JSON.stringify(api.open),
  });
  expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
  await waitFor(() => Object.keys(api.open).length === 0, { what: 'no watch' });
  expect(api.closed).toEqual(api.opened);
});

test('while what is served cannot be read anew it is served on, and another Corefile can come meanwhile', async ({
  folder,
  serve,
  asker,
}) => {
  await using api = await CountingApi.open();
  await writeFile(join(folder, 'kubeconfig'), api.server.kubeconfig());
  const port = await freePort();
  const text = (options: string): string => `.:${port} {
  bind 127.0.0.1
  k8s_gateway example.com {
    kubeconfig kubeconfig
    resources Ingress
    ${options}
  }
}
`;
  const server = await serve(text('ttl 60'));
  const client = await asker(await server.endpoint(), server);
  const ttl = async () => (await client.ask('www.example.com. A')).answer.map((one) => one.ttl);
  expect(await ttl()).toEqual([60]);
  api.isAway = true;
  await writeFile(join(folder, FIRST), text('ttl 7\n synctimeout 1s'));
  server.signal('SIGHUP');
  await server.event('reloading');
  // It is given ten seconds at least, whatever `synctimeout` says.
  const failed = await server.event('reload-failed');
  expect(failed.msg).toMatch(
    /what is served could not be read in time: Ingress of .*kubeconfig for example\.com\.: .*; what was served before/,
  );
  expect(await ttl()).toEqual([60]);

  // Called off by one that comes while it is waited for.
  await writeFile(join(folder, FIRST), text('ttl 8'));
  server.signal('SIGHUP');
  await server.event('reloading', 2);
  await writeFile(join(folder, FIRST), text('ttl 60'));
  server.signal('SIGHUP');
  await server.event('reloaded');
  expect(await ttl()).toEqual([60]);
  api.isAway = false;
  await reload(server, folder, text('ttl 9'), 2);
  expect(await ttl()).toEqual([9]);
  await waitFor(() => api.open['ingresses'] === 1, { what: 'one watch' });
  expect(server.events('reload-failed')).toHaveLength(1);
});

test('a stop amid a reload that waits is as prompt as any', async ({ folder, serve }) => {
  await using api = await CountingApi.open();
  await writeFile(join(folder, 'kubeconfig'), api.server.kubeconfig());
  const port = await freePort();
  const text = (ttl: number): string =>
    `.:${port} {\n bind 127.0.0.1\n k8s_gateway example.com {\n kubeconfig kubeconfig\n resources Ingress\n ttl ${ttl}\n }\n}\n`;
  const server = await serve(text(60));
  api.isAway = true;
  await writeFile(join(folder, FIRST), text(7));
  server.signal('SIGHUP');
  await server.event('reloading');
  const { code, log } = await server.end('SIGTERM');
  expect({ code, last: log.at(-1)?.event }).toEqual({ code: 0, last: 'stopped' });
});
