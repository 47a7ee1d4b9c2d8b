// The API server is away: before the first sync, and after it.

import { describe, expect } from 'vitest';
import { ingress, loadBalancer, service } from '../support/kube/objects.ts';
import { freePort } from '../support/ports.ts';
import { isComplaint, type LogLine } from '../support/server.ts';
import { waitFor } from '../support/wait.ts';
import { corefile, missing, test } from './fixtures.ts';

const ZONE = 'example.com';

/** The watcher can't read Ingresses at the moment. */
const failing = (line: LogLine): boolean => isComplaint(line) && line.kind === 'Ingress';

describe.skipIf(missing)('while the API server is away', () => {
  test('the server fails with Not Ready until the first sync or for synctimeout, then catches up', async ({
    ownCluster,
    serve,
  }) => {
    const { apiServer } = ownCluster;
    await apiServer.admin.createNamespace('web');
    await apiServer.admin.create(ingress('web/one', ['www.example.com'], ['192.0.2.1']));
    await apiServer.kill();
    const ready = `127.0.0.1:${await freePort()}`;
    const statusOf = async () => (await fetch(`http://${ready}/ready`)).status;

    const { server, asker } = await serve(
      corefile(ZONE, apiServer.kubeconfig, { also: [`ready ${ready}`] }),
    );
    const { server: hasty, asker: denied } = await serve(
      corefile(ZONE, apiServer.kubeconfig, { resources: 'Ingress\n    synctimeout 1s' }),
    );
    await server.line('a warning that it cannot reach the API server', failing);
    expect(await asker.answer('www.example.com. A')).toBe('SERVFAIL EDE 14');
    expect(await statusOf()).toBe(503);
    await hasty.event('unread-denied');
    await denied.becomes('www.example.com. A', 'NXDOMAIN');
    expect(await denied.answer('example.com. NS')).toBe('dns1.kube-system.example.com.');

    await apiServer.start();
    await asker.becomes('www.example.com. A', '192.0.2.1');
    await denied.becomes('www.example.com. A', '192.0.2.1');
    await asker.becomes('nothing.example.com. A', 'NXDOMAIN');
    await waitFor(async () => (await statusOf()) === 200, { what: 'ready to say 200' });
  });

  test('the answers stay, and catch up when it is back', async ({ ownCluster, serve }) => {
    const { apiServer } = ownCluster;
    const moved = ingress('web/moved', ['moved.example.com'], ['192.0.2.1']);
    const ended = ingress('web/ended', ['ended.example.com'], ['192.0.2.2']);
    const endedToo = service('web/ended', ['192.0.2.3']);
    await apiServer.admin.createNamespace('web');
    for (const object of [moved, ended, endedToo]) await apiServer.admin.create(object);
    const { server, asker } = await serve(corefile(ZONE, apiServer.kubeconfig));
    await server.event('synced');

    await apiServer.kill();
    await server.line('a warning that the watch is lost', failing);
    expect(await asker.answer('moved.example.com. A')).toBe('192.0.2.1');
    expect(await asker.answer('ended.example.com. A')).toBe('192.0.2.2');
    expect(await asker.answer('ended.web.example.com. A')).toBe('192.0.2.3');
    expect(await asker.answer('nothing.example.com. A')).toBe('NXDOMAIN');

    // What happened meanwhile is in no watch cache: the old resourceVersion gets 410.
    await ownCluster.behindItsBack(async (admin) => {
      await admin.setStatus({ ...moved, status: loadBalancer(['192.0.2.11']) });
      await admin.delete(ended);
      await admin.delete(endedToo);
      await admin.create(ingress('web/new', ['new.example.com'], ['192.0.2.4']));
    });
    await apiServer.start();

    await asker.becomes('moved.example.com. A', '192.0.2.11');
    await asker.becomes('new.example.com. A', '192.0.2.4');
    await asker.becomes('ended.example.com. A', 'NXDOMAIN');
    await asker.becomes('ended.web.example.com. A', 'NXDOMAIN');

    // And it goes on from there.
    await apiServer.admin.delete(moved);
    await asker.becomes('moved.example.com. A', 'NXDOMAIN');
  });
});
