// Objects of several kinds in, answers out.

import { expect, test } from 'vitest';
import { ingress, Scene, service } from '../../test-support/scene.ts';
import type { WatchedGateway } from '../index.ts';

const gateway: Partial<WatchedGateway> = {
  resources: ['Ingress', 'Service', 'Node'],
  relative: true,
};

test('an IDN of any kind is asked for by its A-labels', async () => {
  await using scene = new Scene([gateway]);
  scene.list('Ingress', [ingress('a', 'Bücher.example.com *.é.example.com', '192.0.2.1')]);
  const annotated = service('s.ns', '192.0.2.2');
  const annotations = { 'coredns.io/hostname': 'Straße.example.com' };
  Object.assign(annotated.object['metadata'] as object, { annotations });
  scene.list('Service', [annotated]);
  scene.list('Node', [node('日本.example.com', '192.0.2.3')]);
  expect(scene.short('xn--bcher-kva.example.com A')).toEqual(['192.0.2.1']);
  expect(scene.short('any.xn--9ca.example.com A')).toEqual(['192.0.2.1']);
  expect(scene.short('xn--strae-oqa.example.com A')).toEqual(['192.0.2.2']);
  expect(scene.short('xn--wgv71a.example.com A')).toEqual(['192.0.2.3']);
  expect(scene.complaints).toEqual([]);
});

test('what has no A-label is told of, and takes no other name along', async () => {
  await using scene = new Scene([gateway]);
  scene.list('Ingress', [ingress('a', 'xn--é.example.com www.example.com', '192.0.2.1')]);
  scene.list('Service');
  scene.list('Node');
  expect(scene.short('www.example.com A')).toEqual(['192.0.2.1']);
  expect(scene.complaints.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^Ingress default\/a: "xn--é\.example\.com" is not a domain name/),
  ]);
});

test('a Service and its pods have the addresses of its endpoints', async () => {
  await using scene = new Scene([gateway]);
  scene.list('Ingress');
  scene.list('Node');
  const metadata = {
    annotations: {
      'k8s-gateway.dns/resolve-endpoints': 'true',
      'external-dns.kubernetes.io/ttl': '5s',
    },
  };
  scene.list('Service', [{ key: 'ns/db', object: { metadata, spec: { clusterIP: 'None' } } }]);
  expect(scene.short('db.ns.example.com A')).toBe('SERVFAIL 14');
  const slice = (...endpoints: object[]) => ({
    key: 'ns/db-1',
    object: { metadata: { labels: { 'kubernetes.io/service-name': 'db' } }, endpoints },
  });
  const [first, second] = [
    { addresses: ['192.0.2.1'], hostname: 'db-0' },
    { addresses: ['192.0.2.2'], hostname: 'db-1' },
  ];
  scene.list('EndpointSlice', [slice(first, second)]);
  expect(scene.ask('db.ns.example.com A').answer).toEqual([
    'db.ns.example.com. 5 in a 192.0.2.1',
    'db.ns.example.com. 5 in a 192.0.2.2',
  ]);
  expect(scene.ask('db-1.db.ns.example.com A').answer).toEqual([
    'db-1.db.ns.example.com. 5 in a 192.0.2.2',
  ]);
  scene.put('EndpointSlice', slice(first, { ...second, conditions: { ready: false } }));
  expect(scene.short('db.ns.example.com A')).toEqual(['192.0.2.1']);
  expect(scene.short('db-1.db.ns.example.com A')).toBe('NODATA');
  scene.drop('EndpointSlice', 'ns/db-1');
  expect(scene.short('db.ns.example.com A')).toBe('NODATA');
  expect(scene.short('db-0.db.ns.example.com A')).toBe('NXDOMAIN');
});

test('a Node is found below each zone, while it is ready', async () => {
  await using scene = new Scene([{ ...gateway, zones: ['example.com', 'example.org'] }]);
  scene.list('Ingress');
  scene.list('Service');
  scene.list('Node', [node('Node-1', '192.0.2.1')]);
  for (const zone of ['example.com', 'example.org']) {
    expect(scene.short(`node-1.${zone} A`)).toEqual(['192.0.2.1']);
  }
  scene.put('Node', node('Node-1', '192.0.2.1', 'False'));
  expect(scene.short('node-1.example.com A')).toBe('NODATA');
});

function node(name: string, address: string, ready = 'True') {
  const addresses = [
    { type: 'Hostname', address: name },
    { type: 'InternalIP', address },
  ];
  return {
    key: 'n',
    object: { status: { addresses, conditions: [{ type: 'Ready', status: ready }] } },
  };
}
