/** Kinds of objects that claim names: those that a configuration lists, in its order of precedence. */
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

/** What files claim names, called as the directives that name them: lines of a hosts file, RRsets of a zone file. */
export const STATIC_KINDS = ['hosts', 'file'] as const;

/** A kind of object that claims names. */
export type ResourceKind = (typeof CLAIMING_KINDS)[number];

export type StaticKind = (typeof STATIC_KINDS)[number];

/** Whatever claims names. */
export type ClaimingKind = ResourceKind | StaticKind;

/** Kinds that are read for what they are joined with. */
const JOINED_KINDS = ['EndpointSlice', 'Gateway', 'ListenerSet'] as const;

/** A kind of Kubernetes object that is read. */
export type ObjectKind = ResourceKind | (typeof JOINED_KINDS)[number];

/** A kind of anything that is read. */
export type Kind = ObjectKind | StaticKind;

/** All of them. */
export const KINDS: readonly Kind[] = [...CLAIMING_KINDS, ...JOINED_KINDS, ...STATIC_KINDS];
