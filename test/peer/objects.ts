// Thousands of objects of a cluster, drawn from a seed: whatever people write, right and wrong.

import type { KubeObject, Metadata } from '../support/kube/objects.ts';
import {
  dnsEndpoint,
  gateways,
  httpRoute,
  listenerSets,
  node,
  type RouteKind,
} from './custom-objects.ts';
import { type Address, type Draw, foreign, metadata } from './draw.ts';
import { drawHostnames, drawWhereTo } from './draw-annotations.ts';

/** Kinds that can have names. */
export type Kind =
  | 'Ingress'
  | 'Service'
  | 'HTTPRoute'
  | 'TLSRoute'
  | 'GRPCRoute'
  | 'TCPRoute'
  | 'UDPRoute'
  | 'DNSEndpoint'
  | 'Node';

/** What an object may ask for beyond a host and its load balancer's addresses. */
export type Feature =
  /** `coredns.io/hostname` and its like on a Service. */
  | 'hostname annotations'
  /** `coredns.io/target` and `ttl` on Services, Ingresses and routes, and `hostname` on the latter two. */
  | 'other annotations'
  /** `spec.externalIPs` of a Service. */
  | 'external addresses'
  /** `k8s-gateway.dns/resolve-endpoints`, with EndpointSlices. */
  | 'endpoints'
  /** Hosts in no zone, which are names relative to each. */
  | 'relative hosts'
  /** None of its own: a Corefile with `ingressClasses` and its like. */
  | 'filters'
  /** CNAMEs, of DNSEndpoints. */
  | 'aliases';

export interface Wanted {
  readonly kinds: readonly Kind[];
  readonly features: readonly Feature[];
  readonly count: number;
  /** Where they live; created before them. */
  readonly namespaces: readonly string[];
}

/** The objects, with what they refer to before those that refer to it. */
export const drawObjects = (draw: Draw, wanted: Wanted): KubeObject[] => {
  const gatewayKinds: readonly Kind[] = ['HTTPRoute', 'TLSRoute', 'GRPCRoute'];
  const shared = wanted.kinds.some((kind) => gatewayKinds.includes(kind))
    ? [...gateways(draw, wanted.namespaces), ...listenerSets(draw, wanted.namespaces)]
    : [];
  const drawn = Array.from({ length: wanted.count }, (_, i) => {
    const kind = draw.oneIn(2) ? 'Ingress' : draw.pick(wanted.kinds);
    return drawOne[wanted.kinds.includes(kind) ? kind : draw.pick(wanted.kinds)](draw, wanted, i);
  });
  return [...shared, ...drawn.flat()];
};

/** Few of their sort are enough, and a large world would drown in more: name servers, and what would be one. */
export const oddObjects = (draw: Draw, zone: string): KubeObject[] => {
  const hosts = {
    usurper: [`dns1.kube-system.${zone}`, `dns2.kube-system.${zone}`],
    below: [`x.dns1.kube-system.${zone}`, `x.dns2.kube-system.${zone}`],
    'one-label': [`ns1.${zone}`],
    everything: [`*.any.${zone}`],
  };
  return [
    loadBalancer('kube-system', 'dns1', [draw.ipv4(), draw.ipv6()]),
    loadBalancer('kube-system', 'dns2', [draw.ipv4(), draw.ipv6()]),
    ...Object.entries(hosts).map(([name, of]) =>
      ingress({ namespace: 'kube-system', name }, of, [draw.ipv4(), draw.ipv6()]),
    ),
    ingress({ namespace: 'kube-system', name: 'hostless' }, [''], [draw.ipv4()]),
  ];
};

const drawIngress = (draw: Draw, { namespaces, features }: Wanted, i: number): KubeObject => {
  const hosts = Array.from({ length: draw.oneIn(3) ? 1 + draw.below(5) : 1 }, () => {
    if (features.includes('relative hosts') && draw.oneIn(12)) return foreign(draw);
    // Where a Service may have its name, too.
    return draw.oneIn(12)
      ? `s${draw.below(i + 1)}.${draw.pick(namespaces)}.${draw.zone()}`
      : draw.host();
  });
  if (draw.oneIn(30)) hosts.push('');
  const of = metadata(draw.pick(namespaces), `i${i}`, draw);
  const annotations =
    features.includes('other annotations') && draw.oneIn(6)
      ? { ...drawHostnames(draw), ...drawWhereTo(draw) }
      : {};
  return ingress({ ...of, annotations }, hosts, draw.addresses(), draw);
};

export const ingress = (
  of: Metadata,
  hosts: readonly string[],
  addresses: readonly Address[],
  draw?: Draw,
): KubeObject => {
  const choice = draw?.below(4);
  const legacy = { 'kubernetes.io/ingress.class': 'internal' };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: choice === 0 ? { ...of, annotations: { ...of.annotations, ...legacy } } : of,
    spec: {
      ...(choice === 1 ? { ingressClassName: 'internal' } : {}),
      ...(choice === 2 ? { ingressClassName: 'external' } : {}),
      // An Ingress needs a rule or a backend; the one without a host is for every host.
      rules: hosts.map((host) => (host === '' ? { http: EVERY_PATH } : { host })),
    },
    status: status(addresses),
  };
};

const EVERY_PATH = {
  paths: [
    {
      ...{ path: '/', pathType: 'Prefix' },
      backend: { service: { name: 'web', port: { number: 80 } } },
    },
  ],
};

const drawService = (draw: Draw, wanted: Wanted, i: number): KubeObject[] => {
  const { namespaces, features } = wanted;
  const [namespace, name] = [draw.pick(namespaces), `s${i}`];
  const external =
    features.includes('external addresses') && draw.oneIn(8)
      ? { externalIPs: [draw.ipv4(), draw.ipv6()] }
      : undefined;
  // The plugin drops of what shares a name with one that has external addresses whatever comes after it, in an
  // order that changes from question to question: such a Service has a name to itself.
  const isAnnotated = features.includes('hostname annotations') && external === undefined;
  const annotations = isAnnotated ? drawHostnames(draw) : {};
  const labels: Record<string, string> = draw.oneIn(2) ? { tier: draw.pick(['edge', 'lab']) } : {};
  const of = { ...metadata(namespace, name, draw), annotations };
  const meta = { ...of, labels: { ...of.labels, ...labels } };
  if (external === undefined && draw.oneIn(4)) return drawOpenService(draw, wanted, meta);
  const isLed = features.includes('other annotations') && external === undefined && draw.oneIn(4);
  const led = isLed ? { ...meta, annotations: { ...annotations, ...drawWhereTo(draw) } } : meta;
  return [{ ...loadBalancer(namespace, name, draw.addresses(), external), metadata: led }];
};

/** A Service without a load balancer: it has a name only where it asks for its endpoints'. */
const drawOpenService = (draw: Draw, { features }: Wanted, of: Metadata): KubeObject[] => {
  const wants = features.includes('endpoints') && draw.oneIn(2);
  const value = draw.oneIn(6) ? 'yes' : 'true';
  const asked = wants ? { 'k8s-gateway.dns/resolve-endpoints': value } : {};
  const spec = { type: 'ClusterIP', ports: [{ port: 80 }] };
  const metadata = { ...of, annotations: { ...of.annotations, ...asked } };
  const service: KubeObject = { apiVersion: 'v1', kind: 'Service', metadata, spec };
  return wants ? [...endpointSlices(draw, of), service] : [service];
};

const endpointSlices = (draw: Draw, { name, namespace = '' }: Metadata): KubeObject[] =>
  (['IPv4', 'IPv6'] as const).map((addressType) => {
    const endpoints = Array.from({ length: draw.below(4) }, (_, i) => ({
      addresses: [addressType === 'IPv4' ? draw.ipv4() : draw.ipv6()],
      conditions: draw.pick([{ ready: true }, { ready: false }, {}]),
      ...(draw.oneIn(2) ? { hostname: `pod-${i}` } : {}),
    }));
    const labels = { 'kubernetes.io/service-name': name };
    return {
      ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' },
      metadata: { namespace, name: `${name}-${addressType.toLowerCase()}`, labels },
      ...{ addressType, endpoints, ports: [] },
    };
  });

export const loadBalancer = (
  namespace: string,
  name: string,
  addresses: readonly Address[],
  rest: object = {},
): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace, name },
  spec: {
    type: 'LoadBalancer',
    ports: [{ port: 80 }],
    // There are 2,768 node ports, and more Services than that in a long run.
    allocateLoadBalancerNodePorts: false,
    ...rest,
  },
  status: status(addresses),
});

const status = (addresses: readonly Address[]): object => ({
  loadBalancer: { ingress: addresses.map((ip) => ({ ip })) },
});

const drawRoute =
  (kind: RouteKind) =>
  (draw: Draw, wanted: Wanted, i: number): KubeObject =>
    httpRoute(kind, draw, wanted, i);

const drawOne: Record<Kind, (draw: Draw, wanted: Wanted, i: number) => KubeObject | KubeObject[]> =
  {
    Ingress: drawIngress,
    Service: drawService,
    ...{ HTTPRoute: drawRoute('HTTPRoute'), TLSRoute: drawRoute('TLSRoute') },
    ...{ GRPCRoute: drawRoute('GRPCRoute'), TCPRoute: drawRoute('TCPRoute') },
    UDPRoute: drawRoute('UDPRoute'),
    DNSEndpoint: (draw, wanted, i) => dnsEndpoint(draw, wanted, i),
    Node: (draw, _wanted, i) => node(draw, i),
  };
