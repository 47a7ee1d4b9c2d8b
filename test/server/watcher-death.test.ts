// The watcher's thread dies: answers stay, the next watcher takes over, and what changes is seen again.

import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { ingress } from '../support/kube/objects.ts';
import { freePort } from '../support/ports.ts';
import { fault } from './harness/command.ts';
import { corefile, test, WWW } from './harness/fixtures.ts';
import { metrics } from './harness/metrics.ts';

const preload: string = fault('kill-watcher');

test('its successor takes over, and later changes show', async ({
  folder,
  manifests,
  serve,
  asker,
}) => {
  const trigger = join(folder, 'kill');
  const server = await serve(corefile(manifests), [], {
    preload,
    env: { SEAMARK_KILL_WATCHER: trigger },
  });
  const client = await asker(await server.endpoint(), server);
  for (const life of [1, 2]) {
    await writeFile(trigger, '');
    const died = await server.event('watcher-died', life);
    expect(died.msg).toContain('the watcher died as asked');
    expect(await client.answer('www.example.com. A')).toBe('192.0.2.1');
    // A change while there is no watcher shows as soon as there is one.
    await manifests.write(
      `new.json`,
      ingress('web/new', [`new${life}.example.com`], ['192.0.2.2']),
    );
    await server.event('watcher-replaced', life);
    await client.becomes(`new${life}.example.com. A`, '192.0.2.2');
    await manifests.write(
      'www.json',
      ingress('web/www', ['www.example.com'], [`192.0.2.1${life}`]),
    );
    await client.becomes('www.example.com. A', `192.0.2.1${life}`);
    await manifests.write('www.json', WWW);
    await client.becomes('www.example.com. A', '192.0.2.1');
  }
  expect(server.events('watcher-died').map(({ restartInMs }) => restartInMs)).toEqual([1000, 2000]);
  expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
});

// The clock alone would not do: more than one change a second puts a serial ahead of it, and secondaries
// would not see what a new watcher publishes (RFC 1034 4.3.5).
test('its serials go on from those of its predecessor', async ({
  folder,
  manifests,
  serve,
  asker,
}) => {
  const trigger = join(folder, 'kill');
  const server = await serve(corefile(manifests), [], {
    preload,
    env: { SEAMARK_KILL_WATCHER: trigger },
  });
  const client = await asker(await server.endpoint(), server);
  const began = Date.now();
  let changes = 0;
  let serial = 0;
  // Far enough ahead of the clock that the replacement's start doesn't make up for it.
  while (serial < Date.now() / 1000 + 10 && changes < 200) {
    changes += 1;
    const address = `192.0.2.${changes}`;
    await manifests.write('www.json', ingress('web/www', ['www.example.com'], [address]));
    await client.becomes('www.example.com. A', address);
    serial = await client.serial('example.com.');
  }
  expect(serial).toBeGreaterThan(began / 1000);
  await writeFile(trigger, '');
  await server.event('watcher-replaced');
  await manifests.write('www.json', WWW);
  await client.becomes('www.example.com. A', '192.0.2.1');
  expect(await client.serial('example.com.')).toBeGreaterThan(serial);
});

test('answers and readiness stay while its successors find no source', async ({
  folder,
  manifests,
  serve,
  asker,
}) => {
  const trigger = join(folder, 'kill');
  const ready = await freePort();
  const prometheus = await freePort();
  const also = [`ready 127.0.0.1:${ready}`, `prometheus 127.0.0.1:${prometheus}`];
  const server = await serve(corefile(manifests, { also }), [], {
    preload,
    env: { SEAMARK_KILL_WATCHER: trigger },
  });
  const client = await asker(await server.endpoint(), server);
  const { host, port } = await server.endpoint();
  const series = `seamark_zone_names{zone="example.com.",listeners="${host}:${port}"}`;
  const names = (await metrics(prometheus)).get(series);
  expect(names).toBeGreaterThan(0);
  await rename(manifests.path, `${manifests.path}.away`);
  await writeFile(trigger, '');
  const second = await server.event('watcher-died', 2);
  expect(second.msg).toMatch(/manifests directory .* doesn't exist/);
  expect(await client.answer('www.example.com. A')).toBe('192.0.2.1');
  expect((await fetch(`http://127.0.0.1:${ready}/ready`)).status).toBe(200);
  const values = await metrics(prometheus);
  expect(values.get(series)).toBe(names);
  expect(values.get('seamark_worker_restarts_total')).toBeGreaterThanOrEqual(2);

  await rename(`${manifests.path}.away`, manifests.path);
  await manifests.write('new.json', ingress('web/new', ['new.example.com'], ['192.0.2.2']));
  await client.becomes('new.example.com. A', '192.0.2.2');
});

test('a signal ends a server without a watcher', async ({ folder, manifests, serve }) => {
  const trigger = join(folder, 'kill');
  const server = await serve(corefile(manifests), [], {
    preload,
    env: { SEAMARK_KILL_WATCHER: trigger },
  });
  await writeFile(trigger, '');
  await server.event('watcher-died');
  expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
});
