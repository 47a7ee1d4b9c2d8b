// What holds for the zone as a whole: which kind comes first, and the serial.

import { describe, expect } from 'vitest';
import { ingress, loadBalancer, service } from '../support/kube/objects.ts';
import { corefile, missing, test } from './fixtures.ts';

describe.skipIf(missing)('a zone', () => {
  test.for([
    ['Ingress Service', '192.0.2.1', '192.0.2.2'],
    ['Service Ingress', '192.0.2.2', '192.0.2.1'],
  ] as const)(
    'with resources %s answers with the first kind that has the name',
    async ([resources, first, second], { admin, kube, namespace, serve, zone }) => {
      const name = `web.${namespace}.${zone}`;
      const objects = [
        ingress(`${namespace}/web`, [name], ['192.0.2.1']),
        service(`${namespace}/web`, ['192.0.2.2']),
      ];
      for (const object of objects) await admin.create(object);

      const { server, asker } = await serve(corefile(zone, kube.kubeconfig, { resources }));
      await server.event('synced');
      expect(await asker.answer(`${name}. A`)).toBe(first);

      for (const object of objects) {
        if (object.status?.loadBalancer.ingress[0]?.ip === first) await admin.delete(object);
      }
      await asker.becomes(`${name}. A`, second);
    },
  );

  test('watches only the kinds that it is told to', async ({
    admin,
    kube,
    namespace,
    serve,
    zone,
  }) => {
    await admin.create(ingress(`${namespace}/web`, [`www.${zone}`], ['192.0.2.1']));
    await admin.create(service(`${namespace}/web`, ['192.0.2.2']));

    const resources = 'Service';
    const { server, asker } = await serve(corefile(zone, kube.kubeconfig, { resources }));
    await server.event('synced');

    expect(await asker.answer(`www.${zone}. A`)).toBe('NXDOMAIN');
    expect(await asker.answer(`web.${namespace}.${zone}. A`)).toBe('192.0.2.2');
  });

  test('has a serial that grows with every change', async ({
    admin,
    kube,
    namespace,
    serve,
    zone,
  }) => {
    const { server, asker } = await serve(corefile(zone, kube.kubeconfig));
    await server.event('synced');
    const serials = [await asker.serial(`${zone}.`)];
    const changed = async (answer: string): Promise<void> => {
      await asker.becomes(`www.${zone}. A`, answer);
      serials.push(await asker.serial(`${zone}.`));
    };

    const web = ingress(`${namespace}/web`, [`www.${zone}`], []);
    await admin.create(web);
    await changed('NODATA');
    await admin.setStatus({ ...web, status: loadBalancer(['192.0.2.1']) });
    await changed('192.0.2.1');
    await admin.setStatus({ ...web, status: loadBalancer(['192.0.2.2']) });
    await changed('192.0.2.2');
    await admin.delete(web);
    await changed('NXDOMAIN');

    const steps = serials.slice(1).map((serial, i) => (serial - (serials[i] ?? 0)) >>> 0);
    // RFC 1982 3.2: greater means ahead by less than half of the number space.
    expect(steps.every((step) => step > 0 && step < 2 ** 31)).toBe(true);
  });
});
