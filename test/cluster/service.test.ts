// A Service of type LoadBalancer, known as name.namespace.zone.

import { describe } from 'vitest';
import { loadBalancer, service } from '../support/kube/objects.ts';
import { corefile, missing, test } from './fixtures.ts';

describe.skipIf(missing)('a Service', () => {
  test('of type LoadBalancer is answered as name.namespace.zone', async ({
    admin,
    kube,
    namespace,
    serve,
    zone,
  }) => {
    const { asker } = await serve(corefile(zone, kube.kubeconfig));
    const web = service(`${namespace}/web`, ['192.0.2.1', '2001:db8::1']);

    await admin.create(web);
    await asker.becomes(`web.${namespace}.${zone}. A`, '192.0.2.1');
    await asker.becomes(`web.${namespace}.${zone}. AAAA`, '2001:db8::1');
    await asker.becomes(`${namespace}.${zone}. A`, 'NODATA'); // an empty non-terminal

    await admin.setStatus({ ...web, status: loadBalancer(['192.0.2.2']) });
    await asker.becomes(`web.${namespace}.${zone}. A`, '192.0.2.2');

    await admin.delete(web);
    await asker.becomes(`web.${namespace}.${zone}. A`, 'NXDOMAIN');
  });

  test('whose load balancer is pending exists, and has no data', async ({
    admin,
    kube,
    namespace,
    serve,
    zone,
  }) => {
    const { asker } = await serve(corefile(zone, kube.kubeconfig));

    await admin.create(service(`${namespace}/web`, []));

    await asker.becomes(`web.${namespace}.${zone}. A`, 'NODATA');
  });

  test('that turns into a ClusterIP vanishes, and comes back as it was', async ({
    admin,
    kube,
    namespace,
    serve,
    zone,
  }) => {
    const { asker } = await serve(corefile(zone, kube.kubeconfig));
    const web = service(`${namespace}/web`, ['192.0.2.1']);
    await admin.create(web);
    await asker.becomes(`web.${namespace}.${zone}. A`, '192.0.2.1');

    await admin.patch(web, { spec: { type: 'ClusterIP' } });
    await asker.becomes(`web.${namespace}.${zone}. A`, 'NXDOMAIN');

    await admin.patch(web, { spec: { type: 'LoadBalancer' } });
    await admin.setStatus(web);
    await asker.becomes(`web.${namespace}.${zone}. A`, '192.0.2.1');
  });
});
