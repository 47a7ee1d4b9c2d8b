import type { Notice, Position } from '../corefile/token.ts';

export type { Notice, Position };

/** A Corefile's whole meaning: everything is checked, nothing is opened. Structured-cloneable. */
export interface ServerConfig {
  readonly file: string;
  readonly listeners: readonly ListenerConfig[];
  readonly views: readonly ViewConfig[];
  readonly gateways: readonly GatewayConfig[];
  readonly health?: HealthConfig;
  readonly ready?: HttpAddress;
  readonly prometheus?: HttpAddress;
  readonly workers: WorkersConfig;
  /** What an operator should know although nothing is wrong. */
  readonly notices: readonly Notice[];
}

/** One address and port where DNS is served over UDP and TCP. No two are alike. */
export interface ListenerConfig {
  /** An IP address in canonical form; `::` (dual stack) where there is no `bind`. Never ''. */
  readonly address: string;
  /** 0 lets the operating system choose one, the same for UDP and TCP. */
  readonly port: number;
  /** An index into `views`. */
  readonly view: number;
  /** True when any server block of this listener says so. */
  readonly log: boolean;
  readonly errors: boolean;
  /** Of the first key that asks for this listener. */
  readonly position: Position;
}

/**
 * What is served behind a listener. Every listener with the same set of gateways has the same view.
 * Empty where the server blocks serve no zone: every question is REFUSED.
 */
export interface ViewConfig {
  /** Ascending indices into `gateways`; no two gateways of a view have a zone in common. */
  readonly gateways: readonly number[];
}

/** Where a gateway's objects come from. Paths are absolute; nothing says that they exist. */
export type SourceConfig =
  | { readonly kind: 'in-cluster' }
  | { readonly kind: 'kubeconfig'; readonly file: string; readonly context?: string }
  | { readonly kind: 'manifests'; readonly directories: readonly string[] };

export type ResourceKind = 'Ingress' | 'Service';

/**
 * One `k8s_gateway` directive, or, where the keys of its server block differ in their ports, the
 * part of it that one set of zones makes: then several gateways share a position.
 */
export interface GatewayConfig {
  /** Folded, in presentation format with the trailing dot. At least one, none twice. */
  readonly zones: readonly string[];
  /** The first kind that has an address for a name wins. At least one. */
  readonly resources: readonly ResourceKind[];
  /** Seconds, 0 to 3600. */
  readonly ttl: number;
  /** The nameserver's owner name relative to each zone: folded, without a trailing dot. */
  readonly apex: string;
  /** A second nameserver, in the same form. */
  readonly secondary?: string;
  readonly source: SourceConfig;
  readonly position: Position;
}

/** The threads that answer over UDP. */
export interface WorkersConfig {
  /** 1 to 256; one for each core of whatever machine serves, where none is said. */
  readonly count?: number;
  /** Each stays on a core of its own as far as they go, and is given the datagrams that come to that core. */
  readonly pin: boolean;
}

/** Where an HTTP endpoint listens. */
export interface HttpAddress {
  /** An IP address or a host name such as `localhost`; `::` where none is written. */
  readonly address: string;
  /** 0 lets the operating system choose. */
  readonly port: number;
}

export interface HealthConfig extends HttpAddress {
  /** How long the process answers on, already unhealthy, after it was asked to stop. */
  readonly lameduckMs: number;
}
