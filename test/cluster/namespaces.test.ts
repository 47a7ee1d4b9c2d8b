// Somebody whom RBAC lets read by Roles alone: in some namespaces, some objects.

import { describe, expect } from 'vitest';
import type { KubeClient } from '../support/kube/client.ts';
import { CONTEXTS, INGRESS_READER } from '../support/kube/kubeconfig.ts';
import { ingress, service } from '../support/kube/objects.ts';
import { corefile, missing, test } from './fixtures.ts';
import { Reading } from './reading.ts';

describe.skipIf(missing)('namespaces', () => {
  test('need Roles only, and what a Role is missing for is named', async ({ ownCluster }) => {
    const { admin, kubeconfig } = ownCluster.apiServer;
    for (const namespace of ['a', 'b', 'c']) {
      await admin.createNamespace(namespace);
      await admin.create(service(`${namespace}/web`, ['192.0.2.1']));
    }
    await admin.create(service('c/ns', ['192.0.2.53']));
    await allow(admin, 'a', { apiGroups: [''], resources: ['services'] });
    await allow(admin, 'c', { apiGroups: [''], resources: ['services'], resourceNames: ['ns'] });

    await using reading = new Reading({
      kubeconfig,
      context: CONTEXTS.ingressReader,
      wanted: [
        'Service',
        { kind: 'Service', only: [{ namespace: 'c', name: 'ns' }] },
        'Ingress',
        'Node',
        'HTTPRoute',
      ],
      namespaces: ['a', 'b'],
    });
    await reading.has('Service', 'a/web', 'c/ns');
    await reading.becomes('Service', 'failing', 'in namespace b, by a Role there with the rule');
    await reading.becomes('Ingress', 'failing', 'in namespace a, by a Role there with the rule');
    await reading.becomes('Node', 'failing', 'on nodes cluster-wide, by a ClusterRole');
    // Forbidden as well, had the cluster any; that it has none everybody may know (system:discovery).
    await reading.becomes('HTTPRoute', 'absent');

    await allow(admin, 'b', { apiGroups: [''], resources: ['services'] });
    await reading.has('Service', 'a/web', 'b/web', 'c/ns');
    await reading.becomes('Service', 'watching');

    await admin.delete(service('a/web', []));
    await reading.has('Service', 'b/web', 'c/ns');
    expect(reading.dropped).toEqual(['Service a/web']);
  });

  test('are all that a server answers from, where the Corefile names them', async ({
    ownCluster,
    serve,
  }) => {
    const { admin, kubeconfig } = ownCluster.apiServer;
    for (const namespace of ['a', 'b', 'c']) {
      await admin.createNamespace(namespace);
      const host = `${namespace}.example.com`;
      await admin.create(ingress(`${namespace}/web`, [host], ['192.0.2.1']));
    }
    const ingresses = { apiGroups: ['networking.k8s.io'], resources: ['ingresses'] };
    await allow(admin, 'a', ingresses);
    await allow(admin, 'b', ingresses);
    const { server, asker } = await serve(
      corefile('example.com', kubeconfig, {
        context: CONTEXTS.ingressReader,
        resources: 'Ingress\n    namespaces a b',
      }),
    );
    await server.event('synced');
    expect(await asker.answer('a.example.com. A')).toBe('192.0.2.1');
    expect(await asker.answer('b.example.com. A')).toBe('192.0.2.1');
    expect(await asker.answer('c.example.com. A')).toBe('NXDOMAIN');
    await admin.delete(ingress('b/web', [], []));
    await asker.becomes('b.example.com. A', 'NXDOMAIN');
    expect(await asker.answer('a.example.com. A')).toBe('192.0.2.1');
  });

  test('that do not exist are named to whoever may ask', async ({ kube, namespace }) => {
    await using reading = new Reading({
      kubeconfig: kube.kubeconfig,
      wanted: ['Ingress'],
      namespaces: [namespace, `${namespace}-else`],
    });
    await reading.becomes('Ingress', 'watching');
    await reading.warned(`namespace ${namespace}-else doesn't exist`);
  });
});

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** Lets the user INGRESS_READER list and watch in one namespace. */
const allow = async (admin: KubeClient, namespace: string, rule: Rule): Promise<void> => {
  const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  const metadata = { name: 'reader' };
  const apiGroup = 'rbac.authorization.k8s.io';
  await admin.request('POST', `${path}/roles`, {
    metadata,
    rules: [{ ...rule, verbs: ['list', 'watch'] }],
  });
  await admin.request('POST', `${path}/rolebindings`, {
    metadata,
    roleRef: { apiGroup, kind: 'Role', name: 'reader' },
    subjects: [{ apiGroup, kind: 'User', name: INGRESS_READER }],
  });
};
