// Name servers have the addresses of Services, whatever `resources` says, by a Role that names these alone.

import { describe, expect } from 'vitest';
import { CONTEXTS, INGRESS_READER } from '../support/kube/kubeconfig.ts';
import { ingress, readerRole, roleBinding, service } from '../support/kube/objects.ts';
import { isComplaint } from '../support/server.ts';
import { corefile, missing, test } from './fixtures.ts';

describe.skipIf(missing)('a name server', () => {
  test('has the address of its Service where Services are no names', async ({
    ownCluster,
    serve,
  }) => {
    const { admin, kubeconfig } = ownCluster.apiServer;
    await admin.createNamespace('dns');
    await admin.create(service('dns/ns1', ['192.0.2.53']));
    await admin.create(service('dns/other', ['192.0.2.2']));
    await admin.create(ingress('dns/web', ['www.example.com'], ['192.0.2.1']));
    await admin.create(readerRole('ingresses', 'networking.k8s.io', 'ingresses'));
    await admin.create(roleBinding('ingresses', INGRESS_READER));
    const { server, asker } = await serve(
      corefile('example.com', kubeconfig, {
        context: CONTEXTS.ingressReader,
        resources: 'Ingress\n    apex ns1.dns',
      }),
    );
    await server.event('synced');
    expect(await asker.answer('www.example.com. A')).toBe('192.0.2.1');
    await server.line('a warning that names the Service', (line) => {
      return isComplaint(line) && line.msg.includes('resourceNames: ["ns1"]');
    });

    const role = '/apis/rbac.authorization.k8s.io/v1/namespaces/dns';
    const apiGroup = 'rbac.authorization.k8s.io';
    const metadata = { name: 'ns1' };
    const verbs = ['list', 'watch'];
    await admin.request('POST', `${role}/roles`, {
      metadata,
      rules: [{ apiGroups: [''], resources: ['services'], resourceNames: ['ns1'], verbs }],
    });
    await admin.request('POST', `${role}/rolebindings`, {
      metadata,
      roleRef: { apiGroup, kind: 'Role', name: 'ns1' },
      subjects: [{ apiGroup, kind: 'User', name: INGRESS_READER }],
    });
    await asker.becomes('ns1.dns.example.com. A', '192.0.2.53');
    expect(await asker.answer('other.dns.example.com. A')).toBe('NXDOMAIN');
  });
});
