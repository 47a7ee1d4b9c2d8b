// An object of every kind, so that each kind's own name shows whether it was read.

import { ingress, type KubeObject, service } from '../support/kube/objects.ts';

/** What each of the names leads to. */
export const ADDRESS = '192.0.2.1';

/** The first label of each object's name, which begins with its kind in small letters; the namespace follows. */
export const NAMES: readonly string[] = [
  ...['ingress', 'service', 'service-endpoints', 'dnsendpoint'],
  ...['httproute', 'httproute-of-listenerset', 'tlsroute', 'grpcroute', 'tcproute', 'udproute'],
];

const GATEWAY_API = 'gateway.networking.k8s.io/v1';
const HOSTNAME = 'coredns.io/hostname';

/** Objects of a namespace whose names are `kind.namespace.zone`, and the Node `node.zone`. */
export const objectsOfEveryKind = (namespace: string, zone: string): readonly KubeObject[] => {
  const named = (name: string): string => `${name}.${namespace}.${zone}`;
  const gatewayApi = (kind: string, name: string, spec: object): KubeObject => ({
    ...{ apiVersion: GATEWAY_API, kind, metadata: { namespace, name }, spec },
  });
  const route = (kind: string, sectionName: string, parent = 'Gateway'): KubeObject => {
    const name = `${kind.toLowerCase()}${parent === 'Gateway' ? '' : '-of-listenerset'}`;
    const parentRefs = [{ kind: parent, name: 'edge', sectionName }];
    return gatewayApi(kind, name, { hostnames: [named(name)], parentRefs });
  };
  const fourth = (kind: string, sectionName: string): KubeObject => {
    const made = gatewayApi(kind, kind.toLowerCase(), {
      parentRefs: [{ name: 'edge', sectionName }],
    });
    const annotations = { [HOSTNAME]: named(kind.toLowerCase()) };
    return { ...made, metadata: { ...made.metadata, annotations } };
  };
  const listener = (name: string, protocol: string, port: number): object => ({
    ...{ name, protocol, port },
  });
  const endpoints = {
    ...service(`${namespace}/service-endpoints`, []),
    metadata: {
      ...{ namespace, name: 'service-endpoints' },
      annotations: {
        'k8s-gateway.dns/resolve-endpoints': 'true',
        [HOSTNAME]: named('service-endpoints'),
      },
    },
  };
  return [
    ingress(`${namespace}/web`, [named('ingress')], [ADDRESS]),
    service(`${namespace}/service`, [ADDRESS]),
    endpoints,
    {
      ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' },
      metadata: {
        ...{ namespace, name: 'service-endpoints-1' },
        labels: { 'kubernetes.io/service-name': 'service-endpoints' },
      },
      ...{ addressType: 'IPv4', endpoints: [{ addresses: [ADDRESS] }] },
    } as KubeObject,
    {
      ...gatewayApi('Gateway', 'edge', {
        gatewayClassName: 'edge',
        allowedListeners: { namespaces: { from: 'Same' } },
        listeners: [
          listener('http', 'HTTP', 80),
          listener('tls', 'TLS', 443),
          listener('tcp', 'TCP', 1883),
          listener('udp', 'UDP', 5060),
        ],
      }),
      status: { addresses: [{ type: 'IPAddress', value: ADDRESS }] },
    },
    {
      ...gatewayApi('ListenerSet', 'edge', {
        parentRef: { name: 'edge' },
        listeners: [listener('more', 'HTTP', 8080)],
      }),
      status: { conditions: [accepted('Accepted'), accepted('Programmed')] },
    },
    route('HTTPRoute', 'http'),
    route('HTTPRoute', 'more', 'ListenerSet'),
    route('TLSRoute', 'tls'),
    route('GRPCRoute', 'http'),
    fourth('TCPRoute', 'tcp'),
    fourth('UDPRoute', 'udp'),
    {
      ...{ apiVersion: 'externaldns.k8s.io/v1alpha1', kind: 'DNSEndpoint' },
      metadata: { namespace, name: 'web' },
      spec: {
        endpoints: [{ dnsName: named('dnsendpoint'), recordType: 'A', targets: [ADDRESS] }],
      },
    },
    {
      ...{ apiVersion: 'v1', kind: 'Node', metadata: { name: `node.${zone}` } },
      status: {
        conditions: [accepted('Ready')],
        addresses: [
          { type: 'Hostname', address: `node.${zone}` },
          { type: 'InternalIP', address: ADDRESS },
        ],
      },
    },
  ];
};

const accepted = (type: string): object => ({
  ...{ type, status: 'True', reason: type, message: '' },
  lastTransitionTime: '2026-01-01T00:00:00Z',
});
