import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { ingressObject } from '../../test-support/fake-api-server.ts';
import { reduce } from './resource.ts';
import { resources } from './resources.ts';

const { Ingress, Service } = resources;

test('an Ingress claims every host once, and its addresses once', () => {
  const object = {
    metadata: { name: 'a', namespace: 'ns' },
    spec: {
      rules: [
        { host: 'B.example.com' },
        {},
        { host: '' },
        { host: 'B.example.com' },
        { host: '*.w.example.com' },
      ],
    },
    status: {
      loadBalancer: {
        ingress: [
          { ip: '192.0.2.1' },
          { ip: '192.0.2.1' },
          { hostname: 'lb.example.net' },
          { ip: '2001:db8::1', hostname: 'lb.example.net' },
          { ip: 'fe80::1%eth0' },
          { ip: '192.0.2.999' },
        ],
      },
    },
  };
  expect(reduce(Ingress, object)?.projection).toEqual({
    key: 'ns/a',
    names: [
      { name: 'B.example.com', relative: false },
      { name: '*.w.example.com', relative: false },
    ],
    addresses: ['192.0.2.1', '2001:db8::1'],
  });
});

test('a Service claims name.namespace when it is a LoadBalancer', () => {
  const metadata = { name: 's', namespace: 'ns' };
  expect(reduce(Service, { metadata, spec: { type: 'LoadBalancer' } })?.projection?.names).toEqual([
    { name: 's.ns', relative: true },
  ]);
  expect(reduce(Service, { metadata, spec: { type: 'ClusterIP' } })).toEqual({ key: 'ns/s' });
});

test('the ignore label leaves an object out', () => {
  const labels = { 'k8s-gateway.dns/ignore': 'true' };
  const metadata = { name: 's', namespace: 'ns', labels };
  expect(reduce(Service, { metadata, spec: { type: 'LoadBalancer' } })).toEqual({ key: 'ns/s' });
});

test.each([
  ...[null, undefined, 3, 'x', [], { metadata: 3 }, { metadata: { name: 4 } }],
  { metadata: { name: 'x'.repeat(254) } },
  { metadata: { name: 'x', namespace: 'x'.repeat(64) } },
])('%j has no name to know it by', (object) => expect(reduce(Ingress, object)).toBeUndefined());

test.each([
  { spec: 3 },
  { spec: { rules: 'x' } },
  { spec: { rules: [null, { host: {} }] } },
  { spec: { rules: {} }, status: [] },
])('%j makes no DNS and no trouble', (odd) => {
  const object = { metadata: { name: 'a', labels: 7, namespace: [] }, ...odd };
  expect(reduce(Ingress, object)).toEqual({ key: 'default/a' });
});

test('100,000 projections hold none of what they were made from', () => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  const kept: unknown[] = [];
  gc();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < 100_000; i++) {
    const object = {
      padding: 'x'.repeat(4000),
      ...ingressObject(`name-${i}`, `host-${i}.example.com`, '192.0.2.1'),
    };
    kept.push(reduce(Ingress, JSON.parse(JSON.stringify(object)))?.projection);
  }
  gc();
  const each = (process.memoryUsage().heapUsed - before) / kept.length;
  expect(kept).toHaveLength(100_000);
  // A projection weighs some 340 octets; whatever kept its object alive would weigh 4,000 more.
  expect(each).toBeLessThan(1000);
});
