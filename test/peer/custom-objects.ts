// Objects of the Gateway API, DNSEndpoints and Nodes, drawn as objects.ts draws the others.

import type { KubeObject } from '../support/kube/objects.ts';
import { type Draw, foreign, IGNORE, metadata } from './draw.ts';
import { drawHostnames, drawWhereTo } from './draw-annotations.ts';
import type { Wanted } from './objects.ts';

const GATEWAY_API = 'gateway.networking.k8s.io/v1';
const GATEWAYS = 24;

/** Gateways that the routes can have as parents: two classes, listeners with hostnames and without. */
export const gateways = (draw: Draw, namespaces: readonly string[]): KubeObject[] =>
  Array.from({ length: GATEWAYS }, (_, i) => ({
    ...{ apiVersion: GATEWAY_API, kind: 'Gateway' },
    // The same name in several namespaces: a reference that is read wrongly finds another one.
    metadata: {
      namespace: namespaces[i % namespaces.length] ?? '',
      name: `g${i % 7}-${i % 2}`,
      ...(i % 8 === 7 ? { labels: IGNORE } : {}),
    },
    spec: {
      gatewayClassName: draw.pick(['internal', 'external']),
      ...(draw.oneIn(3)
        ? {}
        : { allowedListeners: { namespaces: { from: draw.pick(['All', 'Same', 'None']) } } }),
      listeners: [
        { name: 'http', port: 80, protocol: 'HTTP', allowedRoutes: drawAllowed(draw) },
        { name: 'named', port: 443, protocol: 'HTTPS', hostname: draw.host() },
        { name: 'tls', port: 8443, protocol: 'TLS', allowedRoutes: drawAllowed(draw) },
        { name: 'tcp', port: 5432, protocol: 'TCP', allowedRoutes: drawAllowed(draw) },
        { name: 'udp', port: 53, protocol: 'UDP', allowedRoutes: drawAllowed(draw) },
      ],
    },
    status: { addresses: draw.addresses().map((value) => ({ type: 'IPAddress', value })) },
  }));

/** Of names that Gateways have, too. */
export const listenerSets = (draw: Draw, namespaces: readonly string[]): KubeObject[] =>
  Array.from({ length: GATEWAYS }, (_, i) => ({
    ...{ apiVersion: GATEWAY_API, kind: 'ListenerSet' },
    metadata: {
      namespace: namespaces[(i + 1) % namespaces.length] ?? '',
      name: `g${i % 7}-${i % 2}`,
      ...(i % 8 === 7 ? { labels: IGNORE } : {}),
    },
    spec: {
      parentRef: {
        name: `g${draw.below(7)}-${draw.below(2)}`,
        ...(draw.oneIn(2) ? { namespace: draw.pick(namespaces) } : {}),
      },
      listeners: [
        { name: 'http', port: 80, protocol: 'HTTP', allowedRoutes: drawAllowed(draw) },
        { name: 'named', port: 443, protocol: 'HTTPS', hostname: draw.host() },
        { name: 'tls', port: 8443, protocol: 'TLS', allowedRoutes: drawAllowed(draw) },
      ],
    },
  }));

/** Of the same namespace alone, unless it says otherwise. */
const drawAllowed = (draw: Draw): object => ({
  namespaces: { from: draw.oneIn(3) ? 'Same' : 'All' },
});

export type RouteKind = 'HTTPRoute' | 'TLSRoute' | 'GRPCRoute' | 'TCPRoute' | 'UDPRoute';

/** A route of one of the three kinds that the plugin knows, which differ in nothing that makes names; or another. */
export const httpRoute = (
  kind: RouteKind,
  draw: Draw,
  { namespaces, features }: Wanted,
  i: number,
): KubeObject => {
  const isNamed = kind !== 'TCPRoute' && kind !== 'UDPRoute';
  const drawn = Array.from({ length: 1 + draw.below(3) }, () => drawParent(draw, namespaces));
  const parentRefs = [...new Map(drawn.map((ref) => [JSON.stringify(ref), ref])).values()];
  const hostnames = Array.from({ length: isNamed ? draw.below(4) : 0 }, () =>
    draw.oneIn(15) ? foreign(draw) : draw.host(),
  );
  // The others have no name but by an annotation.
  const isAnnotated = features.includes('other annotations') && (!isNamed || draw.oneIn(4));
  const annotations = isAnnotated ? { ...drawHostnames(draw), ...drawWhereTo(draw) } : undefined;
  return {
    ...{ apiVersion: GATEWAY_API, kind },
    metadata: {
      ...metadata(draw.pick(namespaces), `r${i}`, draw),
      ...(annotations && { annotations }),
    },
    spec: { parentRefs, ...(hostnames.length === 0 ? {} : { hostnames }) },
    status: { parents: drawVerdicts(draw, parentRefs) },
  };
};

const drawParent = (draw: Draw, namespaces: readonly string[]): object => ({
  name: `g${draw.below(7)}-${draw.below(2)}`,
  ...(draw.oneIn(2) ? { namespace: draw.pick(namespaces) } : {}),
  ...draw.pick<object>([
    { group: '', kind: 'Service' },
    ...[{ kind: 'ListenerSet' }, { kind: 'ListenerSet' }],
    ...Array.from({ length: 7 }, () => ({})),
  ]),
  ...(draw.oneIn(10) ? { sectionName: draw.pick(['http', 'named', 'tls', 'absent']) } : {}),
  ...(draw.oneIn(10) ? { port: draw.pick([80, 443, 8443, 9]) } : {}),
});

const drawVerdicts = (draw: Draw, parentRefs: readonly object[]): object[] =>
  parentRefs.map((parentRef) => ({
    parentRef,
    controllerName: 'example.com/controller',
    conditions: [
      {
        ...{ type: 'Accepted', status: draw.oneIn(8) ? 'False' : 'True', reason: 'Test' },
        ...{ message: '', lastTransitionTime: '2026-01-01T00:00:00Z' },
      },
    ],
  }));

/** One to three endpoints, so that one may answer for the other. */
export const dnsEndpoint = (
  draw: Draw,
  { namespaces, features }: Wanted,
  i: number,
): KubeObject => {
  const length = 1 + draw.below(3);
  // A name that nothing else has: a CNAME suffers nothing beside it.
  const isAlias = features.includes('aliases') && draw.oneIn(6);
  const endpoints = isAlias ? [alias(draw, i)] : Array.from({ length }, () => drawEndpoint(draw));
  return {
    ...{ apiVersion: 'externaldns.k8s.io/v1alpha1', kind: 'DNSEndpoint' },
    metadata: metadata(draw.pick(namespaces), `d${i}`, draw),
    spec: { endpoints },
  };
};

const drawEndpoint = (draw: Draw): object => {
  const host = draw.oneIn(15) ? foreign(draw) : draw.host();
  const idn = `b\u00fccher${draw.below(1000)}.${draw.zone()}`;
  const dnsName = draw.pick([host, host, host, host.toUpperCase(), `${host}.`, idn]);
  const [recordType, targets] = draw.pick<[string, string[]]>([
    ['A', [draw.ipv4()]],
    ['A', [draw.ipv4(), draw.ipv6()]],
    ['AAAA', [draw.ipv6()]],
    ['A', ['not-an-address']],
    ['TXT', [`text of ${i32(draw)}`]],
    ['TXT', ['"quoted"', 'x'.repeat(300)]],
    ['MX', [`10 mail${draw.below(9)}.example.org`]],
    ['SRV', [`0 5 443 srv${draw.below(9)}.example.org`]],
  ]);
  return {
    ...{ dnsName, recordType, targets },
    ...(draw.oneIn(3) ? { recordTTL: 5 + draw.below(90) } : {}),
  };
};

const alias = (draw: Draw, i: number): object => ({
  dnsName: `alias${i}.${draw.zone()}`,
  ...{ recordType: 'CNAME', targets: [`target${draw.below(9)}.example.org`] },
  ...(draw.oneIn(3) ? { recordTTL: 5 + draw.below(90) } : {}),
});

const i32 = (draw: Draw): number => draw.below(2 ** 31);

/** Its names lie in no zone, so they are relative ones; some are not ready. */
export const node = (draw: Draw, i: number): KubeObject => {
  const of = metadata('', `n${i}`, draw);
  const hostname = draw.pick([`n${i}`, `N${i}`, `n${i}.rack${draw.below(3)}`, draw.host()]);
  return {
    ...{ apiVersion: 'v1', kind: 'Node' },
    metadata: { name: of.name, ...(of.labels === undefined ? {} : { labels: of.labels }) },
    status: {
      conditions: [{ type: 'Ready', status: draw.oneIn(6) ? 'False' : 'True' }],
      addresses: [
        { type: 'Hostname', address: hostname },
        ...distinct(draw.addresses()).map((address) => ({ type: 'InternalIP', address })),
        ...distinct(draw.addresses()).map((address) => ({ type: 'ExternalIP', address })),
      ],
    },
  };
};

/** The API server takes no address of a Node twice. */
const distinct = (addresses: readonly string[]): string[] => [...new Set(addresses)];
