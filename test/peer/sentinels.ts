// One plain object of each kind, that no filter of a Corefile here leaves out: a server that answers for them
// all has read every kind.

import type { KubeObject } from '../support/kube/objects.ts';
import { ingress, type Kind, loadBalancer } from './objects.ts';

const ADDRESS = '192.0.2.1';
const NAMESPACE = 'default';

export const sentinels = (kinds: readonly Kind[], zone: string): KubeObject[] =>
  kinds.filter(isKnown).flatMap((kind) => sentinelOf[kind](nameOf(kind, zone)));

/** The names that they have, each of which owns an A record. */
export const sentinelNames = (kinds: readonly Kind[], zone: string): string[] =>
  kinds.filter(isKnown).map((kind) => nameOf(kind, zone));

type KnownKind = Exclude<Kind, 'TCPRoute' | 'UDPRoute'>;

/** Whether the plugin reads it, too. */
const isKnown = (kind: Kind): kind is KnownKind => kind !== 'TCPRoute' && kind !== 'UDPRoute';

const nameOf = (kind: Kind, zone: string): string =>
  kind === 'Service' ? `sentinel.${NAMESPACE}.${zone}` : `sentinel-${kind.toLowerCase()}.${zone}`;

const metadata = { namespace: NAMESPACE, name: 'sentinel' };

const route =
  (kind: Kind) =>
  (host: string): KubeObject[] => [
    {
      ...{ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway' },
      metadata: { ...metadata, name: `sentinel-${kind.toLowerCase()}` },
      spec: {
        gatewayClassName: 'external',
        listeners: [{ name: 'all', port: 443, protocol: kind === 'TLSRoute' ? 'TLS' : 'HTTPS' }],
      },
      status: { addresses: [{ type: 'IPAddress', value: ADDRESS }] },
    },
    {
      ...{ apiVersion: 'gateway.networking.k8s.io/v1', kind, metadata },
      spec: { parentRefs: [{ name: `sentinel-${kind.toLowerCase()}` }], hostnames: [host] },
    },
  ];

const sentinelOf: Readonly<Record<KnownKind, (host: string) => KubeObject[]>> = {
  Ingress: (host) => {
    const plain = ingress(metadata, [host], [ADDRESS]);
    return [{ ...plain, spec: { ...(plain.spec as object), ingressClassName: 'internal' } }];
  },
  Service: () => [
    {
      ...loadBalancer(NAMESPACE, metadata.name, [ADDRESS]),
      metadata: { ...metadata, labels: { tier: 'edge' } },
    },
  ],
  HTTPRoute: route('HTTPRoute'),
  TLSRoute: route('TLSRoute'),
  GRPCRoute: route('GRPCRoute'),
  DNSEndpoint: (host) => [
    {
      ...{ apiVersion: 'externaldns.k8s.io/v1alpha1', kind: 'DNSEndpoint', metadata },
      spec: { endpoints: [{ dnsName: host, recordType: 'A', targets: [ADDRESS] }] },
    },
  ],
  Node: (host) => [
    {
      ...{ apiVersion: 'v1', kind: 'Node', metadata: { name: metadata.name } },
      status: {
        conditions: [{ type: 'Ready', status: 'True' }],
        addresses: [
          { type: 'Hostname', address: host },
          { type: 'InternalIP', address: ADDRESS },
          { type: 'ExternalIP', address: ADDRESS },
        ],
      },
    },
  ],
};
