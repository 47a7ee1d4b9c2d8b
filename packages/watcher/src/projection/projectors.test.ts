import { expect, test } from 'vitest';
import { defaultOptions, RecordingClaims } from '../../test-support/recording-claims.ts';
import type { ResourceKind } from './contract.ts';
import { createProjectors, kindsReadFor } from './projectors.ts';

/** Kinds that the projectors of these kinds take. */
function taken(kinds: readonly ResourceKind[], nameServers: readonly string[] = []): string[] {
  const options = { ...defaultOptions, nameServers };
  const parts = { options, claims: new RecordingClaims(), demand: () => {} };
  return createProjectors(kinds, parts).flatMap((projector) => projector.kinds);
}

test('each kind has one projector, and a name server brings Services along', () => {
  expect(taken(['Node', 'Ingress'])).toEqual(['Ingress', 'Node']);
  expect(taken(['Service', 'Service'])).toEqual(['Service', 'EndpointSlice']);
  expect(taken(['Ingress'], ['ns/s'])).toEqual(['Ingress', 'Service', 'EndpointSlice']);
});

test('what is read from the start is what is asked for, and no EndpointSlices', () => {
  expect(kindsReadFor(['Node', 'Service', 'Ingress'])).toEqual(['Node', 'Service', 'Ingress']);
});
