// An Ingress of the cluster, from its creation to its end, as a resolver sees it.

import { describe, expect } from 'vitest';
import { ingress, loadBalancer } from '../support/kube/objects.ts';
import { corefile, missing, test } from './fixtures.ts';

describe.skipIf(missing)('an Ingress', () => {
  test('that was there before the server is answered', async ({
    admin,
    kube,
    namespace,
    serve,
    zone,
  }) => {
    await admin.create(
      ingress(
        `${namespace}/web`,
        [`www.${zone}`],
        ['192.0.2.1', '2001:db8::1', '192.0.2.2', '2001:db8::2'],
      ),
    );

    const { server, asker } = await serve(corefile(zone, kube.kubeconfig));
    await server.event('synced');

    expect(await asker.answer(`www.${zone}. A`)).toBe('192.0.2.1 192.0.2.2');
    expect(await asker.answer(`www.${zone}. AAAA`)).toBe('2001:db8::1 2001:db8::2');
    expect(await asker.answer(`www.${zone}. TXT`)).toBe('NODATA');
    expect(await asker.answer(`nothing.${zone}. A`)).toBe('NXDOMAIN');
    expect(await asker.answer('www.example.net. A')).toBe('REFUSED EDE 20');
  });

  test('is followed through its addresses, its host and its end', async ({
    admin,
    kube,
    namespace,
    serve,
    zone,
  }) => {
    const { asker } = await serve(corefile(zone, kube.kubeconfig));
    await asker.becomes(`www.${zone}. A`, 'NXDOMAIN');

    const web = ingress(`${namespace}/web`, [`www.${zone}`], ['192.0.2.1']);
    await admin.create(web);
    await asker.becomes(`www.${zone}. A`, '192.0.2.1');

    await admin.setStatus({ ...web, status: loadBalancer(['192.0.2.2', '2001:db8::2']) });
    await asker.becomes(`www.${zone}. A`, '192.0.2.2');
    await asker.becomes(`www.${zone}. AAAA`, '2001:db8::2');

    await admin.patch(web, { spec: { rules: [{ host: `shop.${zone}` }] } });
    await asker.becomes(`shop.${zone}. A`, '192.0.2.2');
    await asker.becomes(`www.${zone}. A`, 'NXDOMAIN');

    await admin.delete(web);
    await asker.becomes(`shop.${zone}. A`, 'NXDOMAIN');
  });

  test('without an address yet exists, and has no data', async ({
    admin,
    kube,
    namespace,
    serve,
    zone,
  }) => {
    const { asker } = await serve(corefile(zone, kube.kubeconfig));
    const web = ingress(`${namespace}/web`, [`www.${zone}`], []);

    await admin.create(web);
    await asker.becomes(`www.${zone}. A`, 'NODATA');

    await admin.setStatus({ ...web, status: loadBalancer(['192.0.2.1']) });
    await asker.becomes(`www.${zone}. A`, '192.0.2.1');
    expect(await asker.answer(`www.${zone}. AAAA`)).toBe('NODATA');
  });

  test('with a wildcard host answers for the names below, but for those that exist', async ({
    admin,
    kube,
    namespace,
    serve,
    zone,
  }) => {
    await admin.create(ingress(`${namespace}/any`, [`*.apps.${zone}`], ['192.0.2.1']));
    await admin.create(ingress(`${namespace}/own`, [`own.apps.${zone}`], ['192.0.2.2']));

    const { server, asker } = await serve(corefile(zone, kube.kubeconfig));
    await server.event('synced');

    expect(await asker.answer(`a.apps.${zone}. A`)).toBe('192.0.2.1');
    // RFC 4592 2.2.1 and 3.3.1: any depth below the closest encloser, and nothing below a name
    // that exists.
    expect(await asker.answer(`a.b.apps.${zone}. A`)).toBe('192.0.2.1');
    expect(await asker.answer(`own.apps.${zone}. A`)).toBe('192.0.2.2');
    expect(await asker.answer(`a.own.apps.${zone}. A`)).toBe('NXDOMAIN');
    expect(await asker.answer(`apps.${zone}. A`)).toBe('NODATA');
  });

  test('shares its host with another one, and both addresses are answered', async ({
    admin,
    kube,
    namespace,
    serve,
    zone,
  }) => {
    const one = ingress(`${namespace}/one`, [`www.${zone}`], ['192.0.2.1']);
    const two = ingress(`${namespace}/two`, [`www.${zone}`], ['192.0.2.2']);
    const { asker } = await serve(corefile(zone, kube.kubeconfig));

    await admin.create(one);
    await admin.create(two);
    await asker.becomes(`www.${zone}. A`, '192.0.2.1 192.0.2.2');

    await admin.delete(one);
    await asker.becomes(`www.${zone}. A`, '192.0.2.2');
  });

  test('that comes with 199 others at once is answered, and so are they', async ({
    admin,
    kube,
    namespace,
    serve,
    zone,
  }) => {
    const { asker } = await serve(corefile(zone, kube.kubeconfig));
    const hosts = Array.from({ length: 200 }, (_, i) => ({
      name: `web-${i}`,
      address: `198.51.100.${i + 1}`,
    }));

    await Promise.all(
      hosts.map(({ name, address }) =>
        admin.create(ingress(`${namespace}/${name}`, [`${name}.${zone}`], [address])),
      ),
    );

    for (const { name, address } of hosts) await asker.becomes(`${name}.${zone}. A`, address);
  });
});
