import { expect, test } from 'vitest';
import { prune } from './message-fields.ts';
import { keyOf } from './resource.ts';
import { resources } from './resources.ts';

test.each([
  [resources.Service, { metadata: { name: 's', namespace: 'ns' } }, 'ns/s'],
  [resources.Service, { metadata: { name: 's' } }, 'default/s'],
  [resources.Node, { metadata: { name: 'n' } }, 'n'],
])('%o is known by its key', (resource, object, key) => expect(keyOf(resource, object)).toBe(key));

test.each([
  {},
  { metadata: 3 },
  { metadata: { name: 4 } },
  { metadata: { name: 'x'.repeat(254) } },
  { metadata: { name: 'x', namespace: 'x'.repeat(64) } },
])('%j has no name to know it by', (object) =>
  expect(keyOf(resources.Ingress, object)).toBeUndefined(),
);

test('an object is pruned to what is read of it, whatever its shape', () => {
  const object = {
    apiVersion: 'networking.k8s.io/v1',
    metadata: { name: 'a', uid: 'u', labels: { a: '1', b: 2 }, annotations: [] },
    spec: { rules: [{ host: 'a.example.com', http: {} }, null, { host: 3 }], tls: [{}] },
    status: 7,
  };
  expect(prune(object, resources.Ingress.fields)).toEqual({
    metadata: { name: 'a', labels: { a: '1' }, annotations: {} },
    spec: { rules: [{ host: 'a.example.com' }, {}, {}], tls: [{}] },
  });
});

test('what is of another type than it should be is told of, not passed over, of what people write by hand', () => {
  const endpoint = { dnsName: 7, recordTTL: 'abc', targets: ['a', 1, null, { b: 1 }], labels: {} };
  const object = { spec: { endpoints: [endpoint, { recordTTL: [1], targets: 'a' }] } };
  expect(prune(object, resources.DNSEndpoint.fields)).toEqual({
    spec: {
      endpoints: [
        { recordTTL: 'abc', targets: ['a', 1, null, {}] },
        { recordTTL: [], targets: 'a' },
      ],
    },
  });
});

test.each([null, undefined, 3, 'x', []])('%j has nothing that is read', (object) =>
  expect(prune(object, resources.Ingress.fields)).toEqual({}),
);
