/** Kinds that claim names: those that a configuration lists, in its order of precedence. */
export const CLAIMING_KINDS = [
  'Ingress',
  'Service',
  'HTTPRoute',
  'TLSRoute',
  'GRPCRoute',
  'TCPRoute',
  'UDPRoute',
  'DNSEndpoint',
  'Node',
] as const;

/** A kind that claims names. */
export type ClaimingKind = (typeof CLAIMING_KINDS)[number];

/** Kinds that are read for what they are joined with. */
const JOINED_KINDS = ['EndpointSlice', 'Gateway', 'ListenerSet'] as const;

/** A kind of object that is read. */
export type Kind = ClaimingKind | (typeof JOINED_KINDS)[number];

/** Kinds of object that are read. */
export const KINDS: readonly Kind[] = [...CLAIMING_KINDS, ...JOINED_KINDS];
