// Kinds that a cluster has only sometimes, or in one version only.

import { describe, expect } from 'vitest';
import type { KubeClient } from '../support/kube/client.ts';
import { ingress } from '../support/kube/objects.ts';
import { waitFor } from '../support/wait.ts';
import { corefile, missing, test } from './fixtures.ts';
import { Reading } from './reading.ts';

const GROUP = 'gateway.networking.k8s.io';
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const NAME = `httproutes.${GROUP}`;

describe.skipIf(missing)('a custom resource', () => {
  test('is read when it appears, in the version that is served, until it goes away', async ({
    ownCluster,
  }) => {
    const { admin, kubeconfig } = ownCluster.apiServer;
    await admin.create(ingress('default/web', ['www.example.com'], ['192.0.2.1']));
    await using reading = new Reading({ kubeconfig, wanted: ['HTTPRoute', 'Ingress'] });
    await reading.has('Ingress', 'default/web');
    await reading.becomes('Ingress', 'watching');
    await reading.becomes('HTTPRoute', 'absent', NAME);

    await admin.request('POST', DEFINITIONS, definition(HTTP_ROUTE, 'v1beta1'));
    await reading.becomes('HTTPRoute', 'watching');
    await createRoute(admin, 'v1beta1', 'early');
    await reading.has('HTTPRoute', 'default/early');

    const { spec } = definition(HTTP_ROUTE, 'v1');
    await admin.request('PATCH', `${DEFINITIONS}/${NAME}`, { spec: { versions: spec.versions } });
    // Only by a list and watch of v1 can it be seen.
    await createRoute(admin, 'v1', 'late');
    await reading.has('HTTPRoute', 'default/early', 'default/late');
    expect(reading.dropped).toEqual([]);

    await admin.request('DELETE', `${DEFINITIONS}/${NAME}`);
    await reading.becomes('HTTPRoute', 'absent');
    await reading.has('HTTPRoute');
    await reading.becomes('Ingress', 'watching');
    expect(reading.dropped).toEqual(['HTTPRoute default/early', 'HTTPRoute default/late']);
    expect(reading.keys('Ingress')).toEqual(['default/web']);
  });

  test('has its names answered while there is such a kind', async ({ ownCluster, serve }) => {
    const { admin, kubeconfig } = ownCluster.apiServer;
    await admin.create(ingress('default/web', ['www.example.com'], ['192.0.2.1']));
    const { server, asker } = await serve(
      corefile('example.com', kubeconfig, { resources: 'Ingress HTTPRoute' }),
    );
    await server.event('synced');
    expect(await asker.answer('www.example.com. A')).toBe('192.0.2.1');
    expect(await asker.answer('route.example.com. A')).toBe('NXDOMAIN');

    await admin.request('POST', DEFINITIONS, definition(GATEWAY, 'v1'));
    await admin.request('POST', DEFINITIONS, definition(HTTP_ROUTE, 'v1'));
    await create(admin, 'v1', 'gateways', {
      kind: 'Gateway',
      metadata: { name: 'edge' },
      spec: { listeners: [{ name: 'http', protocol: 'HTTP', port: 80 }] },
      status: { addresses: [{ type: 'IPAddress', value: '192.0.2.2' }] },
    });
    await create(admin, 'v1', 'httproutes', {
      kind: 'HTTPRoute',
      metadata: { name: 'route' },
      spec: { hostnames: ['route.example.com'], parentRefs: [{ name: 'edge' }] },
    });
    await asker.becomes('route.example.com. A', '192.0.2.2');

    await admin.request('DELETE', `${DEFINITIONS}/${NAME}`);
    await asker.becomes('route.example.com. A', 'NXDOMAIN');
    expect(await asker.answer('www.example.com. A')).toBe('192.0.2.1');
  });
});

interface Names {
  readonly kind: string;
  readonly plural: string;
}

const HTTP_ROUTE = { kind: 'HTTPRoute', plural: 'httproutes' };
const GATEWAY = { kind: 'Gateway', plural: 'gateways' };

/** A kind of which v1beta1 is stored, and one version served. */
const definition = (names: Names, served: 'v1' | 'v1beta1') => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: `${names.plural}.${GROUP}`,
    // The API server takes no definition into a group of k8s.io without it.
    annotations: { 'api-approved.kubernetes.io': 'unapproved, for tests' },
  },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names,
    versions: ['v1', 'v1beta1'].map((name) => ({
      name,
      served: name === served,
      storage: name === 'v1beta1',
      schema: {
        openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      },
    })),
  },
});

const createRoute = (admin: KubeClient, version: string, name: string): Promise<void> =>
  create(admin, version, 'httproutes', { kind: 'HTTPRoute', metadata: { name } });

/** As soon as the version is served: an established definition is followed by its resource a second later. */
const create = async (
  admin: KubeClient,
  version: string,
  plural: string,
  object: object,
): Promise<void> => {
  const path = `/apis/${GROUP}/${version}/namespaces/default/${plural}`;
  const whole = { apiVersion: `${GROUP}/${version}`, ...object };
  await waitFor(() => admin.request('POST', path, whole), { what: `${plural} ${version}` });
};
