// Several clusters behind one zone.

import { describe, expect } from 'vitest';
import { ingress, loadBalancer } from '../support/kube/objects.ts';
import { isComplaint } from '../support/server.ts';
import { corefile, missing, test } from './fixtures.ts';

describe.skipIf(missing)('two clusters behind one zone', () => {
  /** The first kubeconfig of the gateway, and more of its options; they stand before the Corefile's own one. */
  const also = (kubeconfig: string, ...more: string[]): string =>
    ['Ingress', `kubeconfig ${kubeconfig}`, ...more].join('\n    ');

  test('are merged, or the first one has a name alone; one that is down leaves the other', async ({
    admin,
    kube,
    namespace,
    ownCluster,
    serve,
    zone,
  }) => {
    const { apiServer } = ownCluster;
    await apiServer.admin.createNamespace('web');
    const east = ingress('web/both', [`www.${zone}`, `east.${zone}`], ['192.0.2.1']);
    const west = ingress(`${namespace}/both`, [`www.${zone}`, `west.${zone}`], ['192.0.2.2']);
    await apiServer.admin.create(east);
    await admin.create(west);

    const merged = await serve(
      corefile(zone, kube.kubeconfig, { resources: also(apiServer.kubeconfig) }),
    );
    const first = await serve(
      corefile(zone, kube.kubeconfig, { resources: also(apiServer.kubeconfig, 'clusters first') }),
    );
    for (const { server } of [merged, first]) await server.event('synced');
    expect(await merged.asker.answer(`www.${zone}. A`)).toBe('192.0.2.1 192.0.2.2');
    expect(await first.asker.answer(`www.${zone}. A`)).toBe('192.0.2.1');
    for (const { asker } of [merged, first]) {
      expect(await asker.answer(`east.${zone}. A`)).toBe('192.0.2.1');
      expect(await asker.answer(`west.${zone}. A`)).toBe('192.0.2.2');
    }

    await apiServer.kill();
    for (const { server } of [merged, first]) {
      await server.line('a warning that the watch is lost', isComplaint);
    }
    await admin.setStatus({ ...west, status: loadBalancer(['192.0.2.22']) });
    await merged.asker.becomes(`www.${zone}. A`, '192.0.2.1 192.0.2.22');
    await first.asker.becomes(`west.${zone}. A`, '192.0.2.22');
    expect(await first.asker.answer(`www.${zone}. A`)).toBe('192.0.2.1');

    await apiServer.start();
    await apiServer.admin.delete(east);
    await merged.asker.becomes(`www.${zone}. A`, '192.0.2.22');
    await first.asker.becomes(`www.${zone}. A`, '192.0.2.22');
    await first.asker.becomes(`east.${zone}. A`, 'NXDOMAIN');
  });

  test('serve what one of them has while the other can not be reached, and deny nothing until it was waited for', async ({
    admin,
    kube,
    namespace,
    ownCluster,
    serve,
    zone,
  }) => {
    const { apiServer } = ownCluster;
    await admin.create(ingress(`${namespace}/web`, [`www.${zone}`], ['192.0.2.1']));
    await apiServer.kill();
    const waiting = (timeout: string) =>
      serve(
        corefile(zone, kube.kubeconfig, {
          resources: also(apiServer.kubeconfig, `synctimeout ${timeout}`),
        }),
      );
    const { asker: patient } = await waiting('1h');
    await patient.becomes(`www.${zone}. A`, '192.0.2.1');
    expect(await patient.answer(`nothing.${zone}. A`)).toBe('SERVFAIL EDE 14');
    const { asker } = await waiting('1s');
    await asker.becomes(`nothing.${zone}. A`, 'NXDOMAIN');
    expect(await asker.answer(`www.${zone}. A`)).toBe('192.0.2.1');
  });
});
