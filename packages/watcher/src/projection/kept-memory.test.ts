// What stays of an object in memory is what DNS needs of it: a text that is a slice of a longer one, or a
// function that was made beside it, would keep the whole of it alive.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { defaultOptions } from '../../test-support/recording-claims.ts';
import type { Shape } from '../sources/shape.ts';
import type { Claim, ClaimingKind } from './contract.ts';
import { createProjectors } from './projectors.ts';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

const PADDING = 4000;

/** As it came from somewhere: nothing of it is a constant of this file. */
function received(object: object): Shape {
  return JSON.parse(JSON.stringify({ ...object, padding: 'x'.repeat(PADDING) }));
}

/** Octets in the heap that are there afterwards and were not before. */
function growth(make: () => unknown): number {
  gc();
  const before = process.memoryUsage().heapUsed;
  const made = make();
  gc();
  const after = process.memoryUsage().heapUsed;
  expect(made).toBeDefined();
  return after - before;
}

const sink = { beginList() {}, claim() {}, endList() {}, fault() {} };

test('100,000 claims of Ingresses hold none of what they were made from', () => {
  const each = growth(() => {
    const kept: (readonly Claim[])[] = [];
    const claim = (_: ClaimingKind, __: string, claims: readonly Claim[]) => kept.push(claims);
    const parts = { options: defaultOptions, claims: { ...sink, claim }, demand() {} };
    const [projector] = createProjectors(['Ingress'], parts);
    for (let i = 0; i < 100_000; i++) {
      const object = {
        spec: { rules: [{ host: `host-${i}.example.com` }] },
        status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } },
      };
      projector?.upsert('Ingress', `ns/name-${i}`, received(object));
    }
    expect(kept).toHaveLength(100_000);
    return kept;
  });
  // Some 430 octets.
  expect(each / 100_000).toBeLessThan(1000);
});

test('20,000 Services that wait for slices, and their slices, hold none of what they were made from', () => {
  const count = 20_000;
  const each = growth(() => {
    const parts = { options: defaultOptions, claims: sink, demand() {} };
    const [projector] = createProjectors(['Service'], parts);
    for (const kind of ['Service', 'EndpointSlice'] as const) projector?.beginList(kind);
    for (let i = 0; i < count; i++) {
      const annotations = {
        'k8s-gateway.dns/resolve-endpoints': 'true',
        'coredns.io/hostname': `service-${i}.example.com`,
        note: 'n'.repeat(PADDING),
      };
      projector?.upsert('Service', `ns/s-${i}`, received({ metadata: { annotations } }));
      const slice = {
        metadata: { labels: { 'kubernetes.io/service-name': `s-${i}` } },
        endpoints: [{ addresses: [`192.0.2.${i % 256}`], hostname: `pod-${i}` }],
      };
      projector?.upsert('EndpointSlice', `ns/s-${i}-1`, received(slice));
    }
    return projector;
  });
  // Some 1,500 octets for the two.
  expect(each / count).toBeLessThan(2500);
});

test('50,000 slices that nobody asks for leave no more than the keys of their Services', () => {
  const count = 50_000;
  const each = growth(() => {
    const parts = { options: defaultOptions, claims: sink, demand() {} };
    const [projector] = createProjectors(['Service'], parts);
    projector?.beginList('EndpointSlice');
    for (let i = 0; i < count; i++) {
      const slice = { metadata: { labels: { 'kubernetes.io/service-name': `s-${i}` } } };
      projector?.upsert('EndpointSlice', `ns/s-${i}-1`, received(slice));
    }
    return projector;
  });
  expect(each / count).toBeLessThan(200);
});
