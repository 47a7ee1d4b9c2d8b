import { describe, expect, test } from 'vitest';
import { defaultOptions, lines, RecordingClaims } from '../../test-support/recording-claims.ts';
import type { ProjectionOptions } from './contract.ts';
import { parseLabelSelector } from './label-selector.ts';
import { ServiceProjector } from './service-projector.ts';

const GA = 'external-dns.kubernetes.io';
const balanced = { type: 'LoadBalancer' };
const status = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }, { hostname: 'lb.example.net' }] } };

function annotated(annotations: Record<string, unknown>, spec: object = balanced) {
  return { metadata: { annotations }, spec, status };
}

/** What `ns/s` claims, or why it is passed over; its slice, if it is asked for, has one pod. */
function said(shape: Record<string, unknown>, options: Partial<ProjectionOptions> = {}) {
  const claims = new RecordingClaims();
  let demands = 0;
  const demand = (): void => {
    demands += 1;
  };
  const projector = new ServiceProjector({
    options: { ...defaultOptions, ...options },
    claims,
    demand,
  });
  projector.beginList('Service');
  projector.upsert('Service', 'ns/s', shape);
  projector.endList('Service');
  expect(claims.ended.has('Service')).toBe(demands === 0);
  if (demands > 0) {
    projector.beginList('EndpointSlice');
    projector.upsert('EndpointSlice', 'ns/s-1', {
      metadata: { labels: { 'kubernetes.io/service-name': 's' } },
      endpoints: [{ addresses: ['198.51.100.1'], hostname: 'pod-0' }],
    });
    projector.endList('EndpointSlice');
  }
  expect(claims.ended.has('Service')).toBe(true);
  return [...lines(claims.claims.get('Service ns/s') ?? []), ...claims.passed];
}

describe('its names and where they lead', () => {
  const resolve = { 'k8s-gateway.dns/resolve-endpoints': 'true' };
  const own = '+s.ns: 192.0.2.1 lb.example.net';
  const inPlace = (hostname: string): string =>
    `Service ns/s: its hostname annotation, "${hostname}", stands in place of that name (+s.ns)`;
  test.each([
    ['its own', annotated({}), [own]],
    [
      'those of the annotation in the place of its own',
      annotated({ [`${GA}/hostname`]: 'B.example.com, *.w.example.com' }),
      [
        '*.w.example.com: 192.0.2.1 lb.example.net',
        'b.example.com: 192.0.2.1 lb.example.net',
        inPlace('B.example.com, *.w.example.com'),
      ],
    ],
    [
      'those of the first prefix',
      annotated({ [`${GA}/hostname`]: 'b.example.com', 'coredns.io/hostname': 'a.example.com' }),
      ['a.example.com: 192.0.2.1 lb.example.net', inPlace('a.example.com')],
    ],
    [
      'none where the first prefix has none',
      annotated({ [`${GA}/hostname`]: 'b.example.com', 'coredns.io/hostname': '' }),
      [inPlace('')],
    ],
    [
      'none where the annotation is no name',
      annotated({ 'coredns.io/hostname': 'a/b' }),
      ['! "a/b" in its hostname annotation is no domain name and is ignored', inPlace('a/b')],
    ],
    [
      'external IPs before the status',
      annotated({}, { ...balanced, externalIPs: ['192.0.2.7', '192.0.2.7'] }),
      ['+s.ns: 192.0.2.7'],
    ],
    [
      'the status where no external IP is one',
      annotated({}, { ...balanced, externalIPs: ['192.0.2.07', 3] }),
      [
        '! "192.0.2.07" in its externalIPs is no IP address and is ignored',
        '! "number" in its externalIPs is no IP address and is ignored',
        own,
      ],
    ],
    [
      'a target before both',
      annotated({ [`${GA}/target`]: '198.51.100.9' }, { ...balanced, externalIPs: ['192.0.2.7'] }),
      ['+s.ns: 198.51.100.9'],
    ],
    ['a TTL', annotated({ [`${GA}/ttl`]: '1m' }), [`${own} ttl=60`]],
    ['no address yet', { spec: balanced }, ['+s.ns:']],
    [
      'its endpoints, whatever its type and its status',
      annotated({ ...resolve }, { ...balanced, externalIPs: ['192.0.2.7'] }),
      ['+pod-0.s.ns: 198.51.100.1', '+s.ns: 198.51.100.1'],
    ],
    [
      'its endpoints, of a ClusterIP',
      annotated({ ...resolve }, {}),
      ['+pod-0.s.ns: 198.51.100.1', '+s.ns: 198.51.100.1'],
    ],
    [
      'pods below each name but wildcards',
      annotated({
        ...resolve,
        [`${GA}/hostname`]: 'a.example.com,*.w.example.com',
        [`${GA}/ttl`]: '9',
      }),
      [
        '*.w.example.com: 198.51.100.1 ttl=9',
        '+pod-0.s.ns: 198.51.100.1 ttl=9',
        'a.example.com: 198.51.100.1 ttl=9',
        'pod-0.a.example.com: 198.51.100.1 ttl=9',
        inPlace('a.example.com,*.w.example.com'),
      ],
    ],
    [
      'a target in the place of its endpoints, and not of its pods',
      annotated({ ...resolve, [`${GA}/target`]: 'lb.example.net' }),
      ['+pod-0.s.ns: 198.51.100.1', '+s.ns: lb.example.net'],
    ],
  ])('%s', (_, shape, expected) => expect(said(shape)).toEqual(expected));
});

describe('passed over', () => {
  const text = 'Service ns/s: ';
  test.each([
    [
      'ClusterIP',
      annotated({}, { type: 'ClusterIP' }),
      'its type is "ClusterIP", and not LoadBalancer',
    ],
    ['no type', annotated({}, {}), 'its type is "ClusterIP", and not LoadBalancer'],
    [
      'external IPs alone',
      annotated({}, { type: 'NodePort', externalIPs: ['192.0.2.7'] }),
      'its type is "NodePort", and not LoadBalancer',
    ],
    [
      'asked for in another case',
      annotated({ 'k8s-gateway.dns/resolve-endpoints': 'True' }, {}),
      'its type is "ClusterIP", and not LoadBalancer',
    ],
    [
      'ignored',
      { ...annotated({}), metadata: { labels: { 'k8s-gateway.dns/ignore': 'true' } } },
      'its label k8s-gateway.dns/ignore is "true"',
    ],
  ])('%s', (_, shape, reason) => expect(said(shape)).toEqual([`${text}${reason} (+s.ns)`]));

  test('by its labels, of which one selector is enough', () => {
    const labelled = (labels: object) => ({ metadata: { labels }, spec: balanced });
    const serviceSelectors = ['a=1,b', 'c in (x, y)'].map(parseLabelSelector);
    const none = `${text}its labels match none of serviceLabelSelectors (+s.ns)`;
    for (const [labels, expected] of [
      [{ a: '1', b: '' }, '+s.ns:'],
      [{ c: 'y' }, '+s.ns:'],
      [{ a: '1' }, none],
      [{}, none],
    ] as const) {
      expect(said(labelled(labels), { serviceSelectors })).toEqual([expected]);
    }
    expect(said(labelled({}), { serviceSelectors: [] })).toEqual([none]);
  });
});

describe('a name server', () => {
  const servers = { nameServers: ['ns/other', 'ns/s'] };
  const ignore = { labels: { 'k8s-gateway.dns/ignore': 'true' } };
  const own = '+s.ns: 192.0.2.1 lb.example.net';
  test.each([
    ['has its name once', annotated({}), [own]],
    [
      'has its own name besides those of its annotation',
      annotated({ 'coredns.io/hostname': 'a.example.com' }),
      [own, 'a.example.com: 192.0.2.1 lb.example.net'],
    ],
    ['is where it is, whatever its target', annotated({ 'coredns.io/target': 'lb' }), [own]],
    [
      'leads others to its target',
      annotated({ 'coredns.io/target': '198.51.100.9', 'coredns.io/hostname': 'a.example.com' }),
      [own, 'a.example.com: 198.51.100.9'],
    ],
    [
      'may be ignored',
      { ...annotated({}), metadata: ignore },
      [own, 'Service ns/s: its label k8s-gateway.dns/ignore is "true" (+s.ns)'],
    ],
    [
      'may have external IPs alone',
      annotated({}, { externalIPs: ['192.0.2.7'] }),
      ['+s.ns: 192.0.2.7', 'Service ns/s: its type is "ClusterIP", and not LoadBalancer (+s.ns)'],
    ],
    [
      'may be where its endpoints are',
      { metadata: { ...ignore, annotations: { 'k8s-gateway.dns/resolve-endpoints': 'true' } } },
      ['+s.ns: 198.51.100.1', 'Service ns/s: its label k8s-gateway.dns/ignore is "true" (+s.ns)'],
    ],
    [
      'needs addresses of its own',
      annotated({}, { type: 'NodePort' }),
      ['Service ns/s: its type is "NodePort", and not LoadBalancer (+s.ns)'],
    ],
  ])('%s', (_, shape, expected) => expect(said(shape, servers)).toEqual(expected));

  test('claims its own name where Services claim none', () => {
    const options = { ...servers, services: false };
    expect(said(annotated({ 'coredns.io/hostname': 'a.example.com' }), options)).toEqual([own]);
    expect(said(annotated({ 'k8s-gateway.dns/resolve-endpoints': 'true' }), options)).toEqual([
      '+s.ns: 198.51.100.1',
    ]);
    expect(said(annotated({}), { services: false, nameServers: ['ns/other'] })).toEqual([]);
  });
});
