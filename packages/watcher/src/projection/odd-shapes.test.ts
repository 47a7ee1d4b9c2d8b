// Objects are somebody else's: whatever stands where something else should, no projector throws, and what is
// claimed is what a claim may be.

import { isIP } from 'node:net';
import { expect, test } from 'vitest';
import { defaultOptions, RecordingClaims } from '../../test-support/recording-claims.ts';
import type { Kind } from '../sources/contract.ts';
import type { Shape } from '../sources/shape.ts';
import { CLAIMING_KINDS, type Claim } from './contract.ts';
import { parseLabelSelector } from './label-selector.ts';
import { createProjectors } from './projectors.ts';

const status = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }, { hostname: 'lb.example.net' }] } };
const annotations = {
  'coredns.io/hostname': 'a.example.com,*.b.example.com',
  'coredns.io/target': '192.0.2.2,lb.example.net',
  'coredns.io/ttl': '5m',
  'kubernetes.io/ingress.class': 'nginx',
};
const labels = { 'k8s-gateway.dns/ignore': 'false', a: '1' };
const metadata = { name: 's', namespace: 'ns', labels, annotations };

const WHOLE: readonly (readonly [Kind, Shape])[] = [
  [
    'Ingress',
    { metadata, spec: { ingressClassName: 'nginx', rules: [{ host: 'www.example.com' }] }, status },
  ],
  ['Service', { metadata, spec: { type: 'LoadBalancer', externalIPs: ['192.0.2.3'] }, status }],
  [
    'Service',
    {
      metadata: { labels, annotations: { 'k8s-gateway.dns/resolve-endpoints': 'true' } },
      spec: { type: 'ClusterIP' },
    },
  ],
  [
    'EndpointSlice',
    {
      metadata: { labels: { 'kubernetes.io/service-name': 's' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['192.0.2.4'], conditions: { ready: true }, hostname: 'p-0' }],
    },
  ],
  [
    'Node',
    {
      metadata,
      status: {
        conditions: [{ type: 'Ready', status: 'True' }],
        addresses: [
          { type: 'InternalIP', address: '192.0.2.5' },
          { type: 'Hostname', address: 'n' },
        ],
      },
    },
  ],
];

const ODD: readonly unknown[] = [
  ...[undefined, null, true, 0, -1, 1.5, '', ' ', ',', '*', '.', 'a..b', '\ud800', '\0', '%41'],
  ...[
    'x'.repeat(70_000),
    'x.'.repeat(200),
    '1'.repeat(400),
    '__proto__',
    'bücher',
    '[::1]',
    '::1%1',
  ],
  ...[[], [null], [[]], [3], ['x', {}], {}, { toString: null }, JSON.parse('{"__proto__":3}')],
];

/** The value with each of its members, at any depth, in turn replaced by each odd one. */
function* variants(value: unknown): Generator<unknown> {
  yield* ODD;
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    for (const odd of variants(member)) {
      if (Array.isArray(value)) yield value.map((item, i) => (String(i) === name ? odd : item));
      else yield { ...value, [name]: odd };
    }
  }
}

const OPTIONS = {
  ...defaultOptions,
  ingressClasses: ['nginx'],
  gatewayClasses: ['nginx'],
  serviceSelectors: [parseLabelSelector('a=1')],
};

test.each(WHOLE)('%s', (kind, whole) => {
  let count = 0;
  for (const odd of variants(whole)) {
    // A source delivers objects.
    if (typeof odd !== 'object' || odd === null) continue;
    const claims = new RecordingClaims();
    const nameServers = count % 2 === 0 ? [] : ['ns/s'];
    const parts = { options: { ...OPTIONS, nameServers }, claims, demand: () => {} };
    const projectors = createProjectors(CLAIMING_KINDS, parts);
    for (const [known, object] of [[kind, odd as Shape] as const, ...WHOLE.slice(2)]) {
      for (const projector of projectors.filter(({ kinds }) => kinds.includes(known))) {
        projector.beginList(known);
        projector.upsert(known, known === 'Node' ? 'n' : 'ns/s', object);
        projector.endList(known);
      }
    }
    [...claims.claims.values()].flat().forEach(check);
    count += 1;
  }
  expect(count).toBeGreaterThan(100);
});

function check(claim: Claim): void {
  const { names, addresses, targets = [], ttl = 1, faults = [] } = claim;
  const texts = [...names.map(({ name }) => name), ...targets];
  const isSound =
    names.length + faults.length > 0 &&
    texts.every((text) => typeof text === 'string' && text !== '') &&
    addresses.every((address) => isIP(address) !== 0 && !address.includes('%')) &&
    new Set(addresses).size === addresses.length &&
    Number.isInteger(ttl) &&
    ttl >= 0 &&
    ttl < 2 ** 31 &&
    faults.every((fault) => fault.length < 500 && !fault.includes('\n'));
  expect(isSound, JSON.stringify(claim).slice(0, 1000)).toBe(true);
}
