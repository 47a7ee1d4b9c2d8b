import { expect, test } from 'vitest';
import { readLoadBalancer } from './load-balancer.ts';

const withStatus = (...ingress: unknown[]) => ({ status: { loadBalancer: { ingress } } });

test.each([
  '192.0.2.01',
  '192.0.2.0/24',
  ' 192.0.2.1',
  'fe80::1%eth0',
  '[2001:db8::1]',
  'lb.example.net',
])('%j is no address and is named', (ip) => {
  expect(readLoadBalancer(withStatus({ ip }, { ip: '192.0.2.1' }))).toEqual({
    addresses: ['192.0.2.1'],
    faults: [`"${ip}" in its status is no IP address and is ignored`],
  });
});

test('a host name counts where its entry has no address', () => {
  const status = withStatus(
    { hostname: 'lb.example.net' },
    { ip: '192.0.2.1', hostname: 'other.example.net' },
    { hostname: 'lb.example.net' },
  );
  expect(readLoadBalancer(status)).toEqual({
    addresses: ['192.0.2.1'],
    targets: ['lb.example.net'],
  });
});

test('one object has five faults at most', () => {
  const odd = Array.from({ length: 9 }, (_, i) => ({ ip: `192.0.2.0${i}` }));
  expect(readLoadBalancer(withStatus(...odd)).faults).toHaveLength(5);
});

test.each([{}, withStatus(null, 3), { status: [] }, { status: { loadBalancer: 7 } }])(
  '%j has no address',
  (object) => expect(readLoadBalancer(object)).toEqual({ addresses: [] }),
);
