import { describe, expect, test } from 'vitest';
import { defaultOptions, lines, RecordingClaims } from '../../test-support/recording-claims.ts';
import { node } from './node.ts';
import { SoleKindProjector } from './sole-kind.ts';

const ready = [
  { type: 'MemoryPressure', status: 'False' },
  { type: 'Ready', status: 'True' },
];
const addresses = [
  { type: 'InternalIP', address: '192.0.2.1' },
  { type: 'InternalIP', address: '2001:db8::1' },
  { type: 'ExternalIP', address: '198.51.100.1' },
  { type: 'Hostname', address: 'Node-1' },
];

function said(
  status: unknown,
  labels = {},
  nodeAddressType: 'InternalIP' | 'ExternalIP' = 'InternalIP',
) {
  const claims = new RecordingClaims();
  const parts = { options: { ...defaultOptions, nodeAddressType }, claims, demand: () => {} };
  new SoleKindProjector(node, parts).upsert('Node', 'n', { metadata: { labels }, status });
  return [...lines(claims.claims.get('Node n') ?? []), ...claims.passed];
}

test('is its host name, with the addresses of one type', () => {
  const status = { addresses, conditions: ready };
  expect(said(status)).toEqual(['Node-1: 192.0.2.1 2001:db8::1']);
  expect(said(status, {}, 'ExternalIP')).toEqual(['Node-1: 198.51.100.1']);
});

describe('exists without an address while it is not ready', () => {
  test.each([
    [[{ type: 'Ready', status: 'False' }]],
    [[{ type: 'Ready', status: 'Unknown' }]],
    [[{ type: 'Ready', status: true }]],
    [[{ type: 'NetworkUnavailable', status: 'True' }]],
    [[]],
    [undefined],
  ])('%j', (conditions) => expect(said({ addresses, conditions })).toEqual(['Node-1:']));
});

test('has each name once, and no address that is none', () => {
  const odd = [
    ...[
      { type: 'Hostname', address: 'Node-1' },
      { type: 'Hostname', address: 'n.example.com' },
    ],
    ...[{ type: 'Hostname' }, null, { type: 'InternalIP', address: '192.0.2.01' }],
  ];
  expect(said({ addresses: [...addresses, ...odd], conditions: ready })).toEqual([
    '! "192.0.2.01" in its status is no IP address and is ignored',
    'Node-1: 192.0.2.1 2001:db8::1',
    'n.example.com: 192.0.2.1 2001:db8::1',
  ]);
});

test('is passed over with the ignore label, and without a host name', () => {
  const status = { addresses, conditions: ready };
  expect(said(status, { 'k8s-gateway.dns/ignore': 'true' })).toEqual([
    'Node n: its label k8s-gateway.dns/ignore is "true" (Node-1)',
  ]);
  expect(said({ addresses: addresses.slice(0, 3), conditions: ready })).toEqual([
    'Node n: it has no address of type Hostname (n)',
  ]);
});
