// What both servers are asked about. When Seamark gets more, it moves from here to there.

import type { Feature, Kind } from './objects.ts';

/** What Seamark has so far, in the order of precedence that the first Corefile asks for. */
export const KINDS: readonly Kind[] = [
  ...(['Ingress', 'DNSEndpoint', 'Service', 'HTTPRoute', 'TLSRoute', 'GRPCRoute', 'Node'] as const),
  // The plugin passes over kinds that it has not heard of.
  ...(['TCPRoute', 'UDPRoute'] as const),
];
export const FEATURES: readonly Feature[] = [
  ...(['hostname annotations', 'external addresses', 'endpoints', 'relative hosts'] as const),
  ...(['other annotations', 'aliases', 'filters'] as const),
];
export const UNDER_TEST: readonly (Kind | Feature)[] = [...KINDS, ...FEATURES];

/** All that objects can be drawn of; what is not yet above is asked of the plugin alone. */
export const ALL_KINDS: readonly Kind[] = [
  ...(['Ingress', 'DNSEndpoint', 'Service', 'HTTPRoute', 'TLSRoute', 'GRPCRoute', 'Node'] as const),
];
export const ALL_FEATURES: readonly Feature[] = [
  ...(['hostname annotations', 'external addresses', 'endpoints', 'relative hosts'] as const),
  ...(['other annotations', 'aliases', 'filters'] as const),
];
