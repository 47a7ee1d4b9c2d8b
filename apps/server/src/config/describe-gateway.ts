import { describeZoneFile } from './describe-files.ts';
import { ANNOTATION_PREFIXES } from './gateway-draft.ts';
import { formatHttpAddress } from './http-address.ts';
import type { GatewayConfig, NameserverConfig, SourceConfig } from './server-config.ts';

/** A line on what a gateway serves, then one for each thing that it does otherwise than by default. */
export function describeGateway(gateway: GatewayConfig): string[] {
  const { zones, resources, ttl, apex, secondary, sources } = gateway;
  const nameservers = secondary === undefined ? [apex] : [apex, secondary];
  return [
    `${zones.join(' ')} from ${resources.join(', ')} of ${sources.map(describeSource).join(', ')}; ` +
      `TTL ${ttl}, nameservers ${nameservers.map(describeNameserver).join(' ')}`,
    ...describeObjects(gateway),
    ...describeAnswers(gateway),
  ];
}

function describeObjects(gateway: GatewayConfig): string[] {
  const { ingressClasses, gatewayClasses, serviceSelectors, namespaces } = gateway;
  const lines: string[] = [];
  if (gateway.sources.length > 1) {
    const which = gateway.clusters === 'merge' ? 'all of them have' : 'the first has';
    lines.push(`a name of several clusters is answered what ${which}`);
  }
  if (namespaces !== undefined) lines.push(`namespaces ${namespaces.join(', ')} only`);
  if (ingressClasses !== undefined) lines.push(`Ingresses of class ${ingressClasses.join(', ')}`);
  if (serviceSelectors !== undefined) {
    lines.push(`Services with ${serviceSelectors.map(({ text }) => text).join(' or ')}`);
  }
  if (gatewayClasses !== undefined) lines.push(`Gateways of class ${gatewayClasses.join(', ')}`);
  if (gateway.resources.includes('Node')) lines.push(`Nodes by ${gateway.nodeAddressType}`);
  return lines;
}

function describeAnswers(gateway: GatewayConfig): string[] {
  const { ttl, negativeTtl, syncTimeoutMs, annotationPrefixes, flatten } = gateway;
  const lines: string[] = [];
  if (annotationPrefixes.join() !== ANNOTATION_PREFIXES.join()) {
    lines.push(`annotations of ${annotationPrefixes.join(', ')}`);
  }
  if (!gateway.relative) lines.push('host names in no zone are left out');
  if (flatten !== undefined) {
    const resolvers = flatten.resolvers.map(formatHttpAddress).join(' ') || '/etc/resolv.conf';
    lines.push(`host names of load balancers are resolved by ${resolvers}`);
  }
  if (gateway.httpsRecords !== 'annotated') lines.push(HTTPS_RECORDS[gateway.httpsRecords]);
  lines.push(...describeFallthrough(gateway));
  if (negativeTtl !== Math.min(ttl, 60)) lines.push(`negative TTL ${negativeTtl}`);
  if (syncTimeoutMs !== 60_000) {
    const patience = Number.isFinite(syncTimeoutMs) ? `${syncTimeoutMs / 1000} s` : 'without end';
    lines.push(`kinds that cannot be read are waited for ${patience}`);
  }
  return lines;
}

const HTTPS_RECORDS = {
  all: 'hosts for which TLS ends have an HTTPS record, by which browsers go to https:// at once',
  none: 'no HTTPS record is composed, whatever annotations say',
};

function describeFallthrough({ fallthrough, files = [] }: GatewayConfig): string[] {
  if (fallthrough === undefined) return [];
  const where = fallthrough.includes('.') ? '' : ` in ${fallthrough.join(' ')}`;
  return [
    `names without a record fall through${where}`,
    ...files.map((file) => `then ${describeZoneFile(file)}`),
  ];
}

function describeNameserver({ name, addresses }: NameserverConfig): string {
  return addresses.length === 0 ? name : `${name} (${addresses.join(' ')})`;
}

function describeSource(source: SourceConfig): string {
  switch (source.kind) {
    case 'in-cluster':
      return 'the cluster this runs in';
    case 'kubeconfig':
      return source.context === undefined ? source.file : `${source.file} (${source.context})`;
    case 'manifests':
      return source.directories.join(' ');
  }
}
