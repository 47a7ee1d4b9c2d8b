import { expect, test } from 'vitest';
import { claimsOf } from '../../test-support/claims-of.ts';
import {
  enveloped,
  message,
  objectMessage,
  type PlainObject,
  statusMessage,
} from '../../test-support/kube-messages.ts';
import { resources } from '../sources/resources.ts';
import { ProtocolError } from './failure.ts';
import { ProtobufReader, readStatus } from './protobuf.ts';

const reader = new ProtobufReader();

const ingresses: readonly PlainObject[] = [
  { metadata: { name: 'none', namespace: 'ns' } },
  { metadata: { name: 'hostless', namespace: 'ns' }, spec: { rules: [{}] } },
  {
    metadata: { name: 'many', namespace: 'ns', annotations: { note: 'ü'.repeat(500) } },
    spec: {
      rules: [{ host: 'a.example.com' }, { host: '*.b.example.com' }, { host: 'a.example.com' }],
    },
    status: {
      loadBalancer: { ingress: [{ ip: '192.0.2.1' }, { ip: '2001:db8::1' }, { ip: 'no address' }] },
    },
  },
  {
    metadata: { name: 'elsewhere', namespace: 'ns' },
    spec: { rules: [{ host: 'c.example.com' }] },
    status: { loadBalancer: { ingress: [{ hostname: 'lb.example.net' }] } },
  },
  {
    metadata: {
      name: 'left-out',
      namespace: 'ns',
      labels: { a: 'b', 'k8s-gateway.dns/ignore': 'true' },
    },
    spec: { rules: [{ host: 'd.example.com' }] },
  },
];

const services: readonly PlainObject[] = ['LoadBalancer', 'ClusterIP'].map((type) => ({
  metadata: { name: type.toLowerCase(), namespace: 'ns' },
  spec: { type },
  status: { loadBalancer: { ingress: [{ ip: '192.0.2.9' }] } },
}));

test.each([
  ...ingresses.map((object) => [object.metadata.name, resources.Ingress, object] as const),
  ...services.map((object) => [object.metadata.name, resources.Service, object] as const),
])('%s says the same as protobuf and as JSON', (_, resource, object) => {
  const read = reader.read(objectMessage(object), resource.fields);
  const kind = resource.kind as 'Ingress' | 'Service';
  expect(claimsOf(kind, 'ns/x', read)).toEqual(claimsOf(kind, 'ns/x', { ...object }));
});

test('an object of as many rules as it can hold is read in its order', () => {
  const hosts = Array.from({ length: 30_000 }, (_, i) => `h${i}.example.com`);
  const object = { metadata: { name: 'a' }, spec: { rules: hosts.map((host) => ({ host })) } };
  const read = reader.read(objectMessage(object), resources.Ingress.fields);
  const [claim] = claimsOf('Ingress', 'ns/a', read);
  expect(claim?.names.map(({ name }) => name)).toEqual(hosts);
});

test('a Status is read out of its envelope', () => {
  const octets = enveloped('v1', 'Status', statusMessage(410, 'Expired', 'too old'));
  expect(readStatus(octets)).toEqual({ code: 410, reason: 'Expired', message: 'too old' });
  expect(() => readStatus(Buffer.from('{"kind":"Status"}'))).toThrow(ProtocolError);
});

test.each([
  ['a length beyond the end', message({ 1: 'x' }).subarray(0, 2)],
  ['a length near 2^32', Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f])],
  ['a number without an end', Buffer.alloc(12, 0xff)],
  ['a group', Buffer.from([0x0b])],
  ['eight octets cut short', Buffer.from([0x39, 1, 2])],
  ['four octets cut short', Buffer.from([0x3d, 1, 2])],
  ['a number where a message is read', message({ 1: 3 })],
])('%s is refused', (_, octets) => {
  expect(() => reader.read(octets, resources.Ingress.fields)).toThrow(ProtocolError);
});

test('octets of any sort are read or refused, and never past their end', () => {
  const whole = objectMessage(ingresses[2] as PlainObject);
  let seed = 1;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  let refused = 0;
  for (let round = 0; round < 20_000; round++) {
    // What lies behind the message must not be taken for a part of it.
    const octets = Buffer.concat([whole, Buffer.from(' beyond.example.com')]);
    for (let i = random(4); i >= 0; i--) octets[random(whole.length)] = random(256);
    const cut = octets.subarray(0, random(2) === 0 ? whole.length : random(whole.length));
    try {
      const read = reader.read(cut, resources.Ingress.fields);
      expect(JSON.stringify(read)).not.toContain('beyond');
    } catch (error) {
      expect(error).toBeInstanceOf(ProtocolError);
      refused += 1;
    }
  }
  expect(refused).toBeGreaterThan(1000);
});
