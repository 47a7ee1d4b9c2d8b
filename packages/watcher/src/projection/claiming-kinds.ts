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
