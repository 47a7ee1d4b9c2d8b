// Kinds that a cluster has only sometimes, or in one version only.

import { describe, expect } from 'vitest';
import type { KubeClient } from '../support/kube/client.ts';
import { ingress } from '../support/kube/objects.ts';
import { waitFor } from '../support/wait.ts';
import { missing, test } from './fixtures.ts';
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

    await admin.request('POST', DEFINITIONS, definition('v1beta1'));
    await reading.becomes('HTTPRoute', 'watching');
    await createRoute(admin, 'v1beta1', 'early');
    await reading.has('HTTPRoute', 'default/early');

    const { spec } = definition('v1');
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
});

/** HTTPRoute, of which v1beta1 is stored, and one version served. */
const definition = (served: 'v1' | 'v1beta1') => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: NAME,
    // The API server takes no definition into a group of k8s.io without it.
    annotations: { 'api-approved.kubernetes.io': 'unapproved, for tests' },
  },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: { kind: 'HTTPRoute', plural: 'httproutes' },
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

/** As soon as the version is served: an established definition is followed by its resource a second later. */
const createRoute = async (admin: KubeClient, version: string, name: string): Promise<void> => {
  const route = { apiVersion: `${GROUP}/${version}`, kind: 'HTTPRoute', metadata: { name } };
  const path = `/apis/${GROUP}/${version}/namespaces/default/httproutes`;
  await waitFor(() => admin.request('POST', path, route), { what: `${version} to be served` });
};
