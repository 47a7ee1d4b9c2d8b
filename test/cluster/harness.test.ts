// The harness itself: an API server that keeps, shows and forgets what it should.

import { describe, expect } from 'vitest';
import { installCustomResources } from '../support/kube/custom-resources.ts';
import { ingress } from '../support/kube/objects.ts';
import { missing, test } from './fixtures.ts';

const INGRESSES = '/apis/networking.k8s.io/v1/ingresses';

describe.skipIf(missing)('the API server of the tests', () => {
  test('shows an Ingress and its status in a watch', async ({ admin, namespace }) => {
    const collection = `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`;
    const { metadata, items } = await admin.list(collection);
    expect(items).toEqual([]);
    const web = ingress(`${namespace}/web`, ['www.example.com'], ['192.0.2.1', '2001:db8::1']);
    await admin.create(web);

    const seen: unknown[] = [];
    for await (const { type, object } of admin.watch(collection, metadata.resourceVersion)) {
      seen.push([type, object.status]);
      if (seen.length === 2) break;
    }

    expect(seen).toEqual([
      ['ADDED', { loadBalancer: {} }],
      ['MODIFIED', web.status],
    ]);
  });

  test('refuses an old resourceVersion with 410 after a restart', async ({ ownCluster }) => {
    const { apiServer } = ownCluster;
    await apiServer.admin.createNamespace('web');
    const { metadata } = await apiServer.admin.list(INGRESSES);
    await apiServer.kill();
    await ownCluster.behindItsBack((admin) =>
      admin.create(ingress('web/one', ['www.example.com'], ['192.0.2.1'])),
    );
    await apiServer.start();

    const watch = apiServer.admin.watch(INGRESSES, metadata.resourceVersion);
    const { value } = await watch.next();
    await watch.return(undefined);

    expect(value).toMatchObject({ type: 'ERROR', object: { code: 410 } });
  });

  test('fills in of a custom resource what the real definitions do', async ({ ownCluster }) => {
    const { admin } = ownCluster.apiServer;
    await installCustomResources(admin);
    await admin.createNamespace('web');
    const apiVersion = 'gateway.networking.k8s.io/v1';

    await admin.create({
      ...{ apiVersion, kind: 'Gateway', metadata: { namespace: 'web', name: 'edge' } },
      spec: { gatewayClassName: 'a', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
      status: { addresses: [{ value: '192.0.2.1' }] },
    });
    await admin.create({
      ...{ apiVersion, kind: 'TLSRoute', metadata: { namespace: 'web', name: 'www' } },
      spec: { hostnames: ['www.example.com'], parentRefs: [{ name: 'edge' }] },
    });

    const gateways = await admin.list(`/apis/${apiVersion}/gateways`);
    expect(gateways.items[0]).toMatchObject({
      spec: { listeners: [{ allowedRoutes: { namespaces: { from: 'Same' } } }] },
      status: { addresses: [{ type: 'IPAddress', value: '192.0.2.1' }] },
    });
    const routes = await admin.list('/apis/gateway.networking.k8s.io/v1alpha3/tlsroutes');
    expect(routes.items[0]?.spec).toEqual({
      hostnames: ['www.example.com'],
      parentRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'edge' }],
    });
  });
});
