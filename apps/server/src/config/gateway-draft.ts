import type { LabelSelector } from '@seamark/watcher';
import type { Token } from '../corefile/token.ts';
import type { Placed } from './placed.ts';
import type {
  FlattenConfig,
  GatewayConfig,
  NameserverConfig,
  NodeAddressType,
  ResourceKind,
  SourceConfig,
} from './server-config.ts';

/** What one `k8s_gateway` has said so far; at first, all that it means without a word. */
export interface GatewayDraft {
  readonly token: Token;
  readonly zones: readonly Placed<string>[];
  resources: readonly ResourceKind[];
  ttl: number;
  negativeTtl?: number;
  apex: Placed<NameserverConfig>;
  secondary?: Placed<NameserverConfig>;
  readonly sources: Placed<SourceConfig>[];
  clusters: GatewayConfig['clusters'];
  syncTimeoutMs: number;
  ingressClasses?: Placed<readonly string[]>;
  gatewayClasses?: Placed<readonly string[]>;
  readonly serviceSelectors: LabelSelector[];
  nodeAddressType: NodeAddressType;
  /** Each where it stands; no namespace: all of them. */
  readonly namespaces: Map<string, Token>;
  /** Each where it stands; none: {@link ANNOTATION_PREFIXES}. */
  readonly annotationPrefixes: Map<string, Token>;
  relative: boolean;
  flatten?: FlattenConfig;
  httpsRecords: GatewayConfig['httpsRecords'];
  /** Names that are left to what else the server block has, where they own nothing. */
  fallthrough?: readonly string[];
}

/** The plugin's, and the one that ExternalDNS has since its annotations are stable. */
export const ANNOTATION_PREFIXES: readonly string[] = [
  'coredns.io',
  'external-dns.alpha.kubernetes.io',
  'external-dns.kubernetes.io',
];

export function newGatewayDraft(token: Token, zones: readonly Placed<string>[]): GatewayDraft {
  return {
    token,
    zones,
    resources: ['Ingress', 'Service'],
    ttl: 60,
    apex: { value: { name: 'dns1.kube-system', addresses: [] }, token },
    sources: [],
    clusters: 'merge',
    syncTimeoutMs: 60_000,
    serviceSelectors: [],
    nodeAddressType: 'InternalIP',
    namespaces: new Map(),
    annotationPrefixes: new Map(),
    relative: true,
    httpsRecords: 'annotated',
  };
}

/**
 * The part of a draft that these of its zones make.
 *
 * @param beside what else its server block has for them
 */
export function gatewayConfig(
  draft: GatewayDraft,
  zones: readonly string[],
  beside: Pick<GatewayConfig, 'files' | 'hosts'> = {},
): GatewayConfig {
  const { secondary, ingressClasses, gatewayClasses, serviceSelectors, flatten } = draft;
  const [source = { kind: 'in-cluster' }, ...others] = draft.sources.map(({ value }) => value);
  const prefixes = [...draft.annotationPrefixes.keys()];
  return {
    zones,
    resources: draft.resources,
    ttl: draft.ttl,
    negativeTtl: draft.negativeTtl ?? Math.min(draft.ttl, 60),
    apex: draft.apex.value,
    ...(secondary === undefined ? {} : { secondary: secondary.value }),
    sources: [source, ...others],
    clusters: draft.clusters,
    syncTimeoutMs: draft.syncTimeoutMs,
    ...(ingressClasses === undefined ? {} : { ingressClasses: ingressClasses.value }),
    ...(gatewayClasses === undefined ? {} : { gatewayClasses: gatewayClasses.value }),
    ...(serviceSelectors.length === 0 ? {} : { serviceSelectors }),
    nodeAddressType: draft.nodeAddressType,
    ...(draft.namespaces.size === 0 ? {} : { namespaces: [...draft.namespaces.keys()] }),
    annotationPrefixes: prefixes.length === 0 ? ANNOTATION_PREFIXES : prefixes,
    relative: draft.relative,
    ...(flatten === undefined ? {} : { flatten }),
    httpsRecords: draft.httpsRecords,
    ...(draft.fallthrough === undefined ? {} : { fallthrough: draft.fallthrough }),
    ...beside,
    position: draft.token.position,
  };
}
