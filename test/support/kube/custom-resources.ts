// The kinds that a cluster has only where somebody installed them: Gateway API 1.6 and DNSEndpoint.

import { waitFor } from '../wait.ts';
import type { KubeClient } from './client.ts';
import type { KubeObject } from './objects.ts';

/**
 * Installs them all and resolves once each version can be listed: an established resource may be 404 for a
 * second more. What a controller would check is not checked, but what the real definitions fill in is.
 */
export const installCustomResources = async (admin: KubeClient): Promise<void> => {
  await Promise.all(RESOURCES.map((resource) => admin.create(definition(resource))));
  await Promise.all(RESOURCES.map((resource) => waitUntilServed(admin, resource)));
};

/** The definition of one kind: to take it away, or to install it late. */
export const customResource = (kind: string): KubeObject => {
  const resource = RESOURCES.find((one) => one.kind === kind);
  if (resource === undefined) throw new RangeError(`no custom resource of kind ${kind}`);
  return definition(resource);
};

interface CustomResource {
  readonly kind: string;
  readonly plural: string;
  readonly group: string;
  readonly scope: 'Namespaced' | 'Cluster';
  /** All are served, the first one is stored. */
  readonly versions: readonly string[];
  readonly spec?: Schema;
  readonly status?: Schema;
}

type Schema = Readonly<Record<string, unknown>>;

/** An object whose other members are kept as they come. */
const open = (properties: Schema = {}, rest: Schema = {}): Schema => ({
  type: 'object',
  'x-kubernetes-preserve-unknown-fields': true,
  properties,
  ...rest,
});

const list = (items: Schema): Schema => ({ type: 'array', items });

const text = (value?: string): Schema => ({
  type: 'string',
  ...(value === undefined ? {} : { default: value }),
});

const GATEWAY_API = 'gateway.networking.k8s.io';

const parentReference = open({ group: text(GATEWAY_API), kind: text('Gateway') });
const addresses = list(open({ type: text('IPAddress'), value: text() }));
const listeners = list(
  open({
    allowedRoutes: open(
      {
        namespaces: open({ from: text('Same') }, { default: { from: 'Same' } }),
        kinds: list(open({ group: text(GATEWAY_API) })),
      },
      { default: { namespaces: { from: 'Same' } } },
    ),
  }),
);

/** What stands there before a controller has looked at the object. */
const unseen = ['Accepted', 'Programmed'].map((type) => ({
  type,
  status: 'Unknown',
  reason: 'Pending',
  message: 'Waiting for controller',
  lastTransitionTime: '1970-01-01T00:00:00Z',
}));
const conditions = { ...list(open()), default: unseen };
const unseenStatus = { default: { conditions: unseen } };

const namespaced = { group: GATEWAY_API, scope: 'Namespaced' } as const;

const route = {
  ...namespaced,
  spec: open({ parentRefs: list(parentReference) }),
  status: open({ parents: list(open({ parentRef: parentReference })) }),
} as const;

const RESOURCES: readonly CustomResource[] = [
  {
    ...{ kind: 'GatewayClass', plural: 'gatewayclasses', versions: ['v1', 'v1beta1'] },
    ...{ group: GATEWAY_API, scope: 'Cluster' },
  },
  {
    ...{ kind: 'Gateway', plural: 'gateways', versions: ['v1', 'v1beta1'], ...namespaced },
    spec: open({ addresses, listeners }),
    status: open({ addresses, conditions }, unseenStatus),
  },
  {
    ...{ kind: 'ListenerSet', plural: 'listenersets', versions: ['v1'], ...namespaced },
    spec: open({ parentRef: parentReference, listeners }),
    status: open({ conditions }, unseenStatus),
  },
  { kind: 'HTTPRoute', plural: 'httproutes', versions: ['v1', 'v1beta1'], ...route },
  { kind: 'GRPCRoute', plural: 'grpcroutes', versions: ['v1'], ...route },
  { kind: 'TLSRoute', plural: 'tlsroutes', versions: ['v1', 'v1alpha3', 'v1alpha2'], ...route },
  { kind: 'TCPRoute', plural: 'tcproutes', versions: ['v1', 'v1alpha2'], ...route },
  { kind: 'UDPRoute', plural: 'udproutes', versions: ['v1', 'v1alpha2'], ...route },
  {
    ...{ kind: 'DNSEndpoint', plural: 'dnsendpoints', versions: ['v1alpha1'] },
    ...{ group: 'externaldns.k8s.io', scope: 'Namespaced' },
  },
];

const definition = (resource: CustomResource): KubeObject => {
  const { kind, plural, group, scope, versions, spec = open(), status = open() } = resource;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${group}`,
      // The API server takes no definition into a group of k8s.io without it.
      annotations: { 'api-approved.kubernetes.io': 'unapproved, for tests' },
    },
    spec: {
      group,
      scope,
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
      versions: versions.map((name, i) => ({
        name,
        served: true,
        storage: i === 0,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', properties: { spec, status } } },
      })),
    },
  };
};

const waitUntilServed = async (
  admin: KubeClient,
  { group, plural, versions }: CustomResource,
): Promise<void> => {
  for (const version of versions) {
    const collection = `/apis/${group}/${version}/${plural}`;
    await waitFor(async () => (await admin.list(collection)).items, {
      what: `${collection} to be served`,
    });
  }
};
