// Services that are resolved to their endpoints, which are read only where there are such Services.

import { describe, expect } from 'vitest';
import type { KubeClient } from '../support/kube/client.ts';
import { corefile, missing, test } from './fixtures.ts';

describe.skipIf(missing)('endpoints', () => {
  test('are read as soon as a Service asks for them, and followed', async ({
    admin,
    kube,
    namespace,
    serve,
    zone,
  }) => {
    await createSlice(admin, namespace, 'web', '192.0.2.1');
    const { server, asker } = await serve(corefile(zone, kube.kubeconfig));
    await server.event('synced');
    expect(await asker.answer(`web.${namespace}.${zone}. A`)).toBe('NXDOMAIN');

    await admin.request('POST', `/api/v1/namespaces/${namespace}/services`, {
      metadata: { name: 'web', annotations: { 'k8s-gateway.dns/resolve-endpoints': 'true' } },
      spec: { clusterIP: 'None', ports: [{ port: 80 }] },
    });
    await asker.becomes(`web.${namespace}.${zone}. A`, '192.0.2.1');

    const path = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices/web`;
    await admin.request('PATCH', path, { endpoints: [{ addresses: ['192.0.2.2'] }] });
    await asker.becomes(`web.${namespace}.${zone}. A`, '192.0.2.2');
    await admin.request('DELETE', path);
    await asker.becomes(`web.${namespace}.${zone}. A`, 'NODATA');
  });
});

const createSlice = async (
  admin: KubeClient,
  namespace: string,
  service: string,
  address: string,
): Promise<void> => {
  await admin.request('POST', `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`, {
    metadata: { name: service, labels: { 'kubernetes.io/service-name': service } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [address] }],
    ports: [{ port: 80 }],
  });
};
