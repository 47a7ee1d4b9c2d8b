import type { GatewayConfig, ResourceKind, ServerConfig } from './server-config.ts';

/** What a zone is answered otherwise than by CoreDNS with the plugin, and for which Corefiles. */
interface Change {
  /** Rows of docs/differences.md. */
  readonly rows: string;
  /** What clients will see, in a clause. */
  readonly text: (gateway: GatewayConfig) => string;
  readonly when: (gateway: GatewayConfig) => boolean;
}

const ROUTES: readonly ResourceKind[] = ['HTTPRoute', 'TLSRoute', 'GRPCRoute'];
/** Kinds whose load balancers may have a host name in place of an address. */
const BALANCED: readonly ResourceKind[] = ['Ingress', 'Service', ...ROUTES];

const has = (...kinds: readonly ResourceKind[]) => {
  return ({ resources }: GatewayConfig): boolean => resources.some((kind) => kinds.includes(kind));
};

const CHANGES: readonly Change[] = [
  {
    rows: 'D02, D12, D13',
    text: () => 'a name that exists without what was asked for is NODATA, no longer NXDOMAIN',
    when: () => true,
  },
  {
    rows: 'D14 to D16',
    text: () =>
      'a wildcard stands for any number of labels, and not for its apex or names that exist',
    when: () => true,
  },
  {
    rows: 'D25',
    text: ({ negativeTtl }) => `negative answers live ${negativeTtl} seconds, no longer 60`,
    when: ({ negativeTtl }) => negativeTtl !== 60,
  },
  {
    rows: 'D24',
    text: ({ ttl }) => `addresses of the nameserver have TTL ${ttl}, no longer 60`,
    when: ({ ttl }) => ttl !== 60,
  },
  {
    rows: 'D21',
    text: ({ apex }) => `the nameserver ${apex.name} can have an address`,
    when: ({ apex }) => apex.name.endsWith('.') || apex.name.split('.').length !== 2,
  },
  {
    rows: 'D63',
    text: ({ resources }) =>
      `${resources[0]} comes first for addresses as before, but no longer hides other types of ${resources.slice(1).join(', ')}`,
    when: ({ resources }) => resources.length > 1,
  },
  {
    rows: 'D34',
    text: () => 'an Ingress without a class is left out, no longer SERVFAIL',
    when: ({ ingressClasses }) => ingressClasses !== undefined,
  },
  {
    rows: 'D64',
    text: () =>
      'host names of load balancers are answered as CNAME; "flatten" answers addresses as before',
    when: (gateway) => has(...BALANCED)(gateway) && gateway.flatten === undefined,
  },
  {
    rows: 'D35, D36',
    text: () => 'annotations of Ingresses and Services count: hostname, target and ttl',
    when: has('Ingress', 'Service'),
  },
  {
    rows: 'D125',
    text: () =>
      'hosts for which TLS ends have an HTTPS record, which leads browsers from http:// to https://',
    when: ({ httpsRecords }) => httpsRecords === 'all',
  },
  {
    rows: 'D52 to D58',
    text: () => 'a route has the names and addresses of listeners that take it, no others',
    when: has(...ROUTES),
  },
  {
    rows: 'D45 to D51',
    text: () => 'a DNSEndpoint has every type of record, recordTTL, and its own targets alone',
    when: has('DNSEndpoint'),
  },
  {
    rows: 'D84, D85',
    text: () => 'a zone file has what types of a name no object has, and neither SOA nor NS',
    when: ({ files }) => files !== undefined,
  },
  {
    rows: 'D91, D92',
    text: () => 'names of the hosts file may have other types as well, and it hides no other name',
    when: ({ hosts }) => hosts !== undefined,
  },
  { rows: 'D41', text: () => 'Nodes count while they are ready', when: has('Node') },
  {
    rows: 'D11',
    text: () => 'addresses in the reverse zone have a PTR',
    when: ({ zones }) => zones.some((zone) => /\.(in-addr|ip6)\.arpa\.$/.test(zone)),
  },
];

/**
 * What changes for the clients of a Corefile that CoreDNS with the plugin has served, line by line, each with its
 * rows of docs/differences.md: where every zone is concerned, where some are. What depends on objects that nobody has
 * looked at is for `seamark compare`.
 */
export function describeChanges({ gateways, ready }: ServerConfig): string[] {
  const lines = new Map<string, string[]>();
  for (const gateway of gateways) {
    for (const { rows, text, when } of CHANGES) {
      if (!when(gateway)) continue;
      const line = `${text(gateway)} (${rows})`;
      lines.set(line, [...(lines.get(line) ?? []), ...gateway.zones]);
    }
  }
  const count = new Set(gateways.flatMap(({ zones }) => zones)).size;
  const said = [...lines].map(([line, zones]) =>
    new Set(zones).size === count ? line : `${zones.join(' ')}: ${line}`,
  );
  if (ready !== undefined) said.push('readiness is 503 until every zone has been read (D28)');
  return said;
}
