import type { AnswerSettings } from '@seamark/matcher';
import type { LabelSelector } from '@seamark/watcher';
import { CLAIMING_KINDS, type ResourceKind } from '@seamark/watcher/kinds';
import type { Notice, Position } from '../corefile/token.ts';
import type { StreamLimits } from '../stream/tcp-options.ts';

export type { Notice, Position };

/** A Corefile's whole meaning: everything is checked, nothing is opened. Structured-cloneable. */
export interface ServerConfig {
  readonly file: string;
  readonly listeners: readonly ListenerConfig[];
  readonly views: readonly ViewConfig[];
  readonly gateways: readonly GatewayConfig[];
  readonly fileZones: readonly FileZoneConfig[];
  readonly hosts: readonly HostsConfig[];
  readonly forwards: readonly ForwardConfig[];
  readonly templates: readonly TemplateConfig[];
  /** Of each endpoint no two are where one would do. */
  readonly health: readonly HealthConfig[];
  readonly ready: readonly HttpAddress[];
  readonly prometheus: readonly HttpAddress[];
  readonly workers: WorkersConfig;
  /** Absent: as by default. */
  readonly tcp?: ConnectionsConfig;
  /** Absent: as by default. */
  readonly timeouts?: TimeoutsConfig;
  /** Absent: the Corefile is read again at a signal only. */
  readonly reload?: ReloadConfig;
  /** What cookies are made with; absent: a secret that the process makes for itself. */
  readonly cookieSecrets?: CookieSecretsConfig;
  /** Answers of a sort to a network that rate limits tell apart; 0 where no listener has limits. */
  readonly rateLimitTable: number;
  /** Log lines of level debug are written. */
  readonly debug: boolean;
  /** What an operator should know although nothing is wrong. */
  readonly notices: readonly Notice[];
}

/** How DNS is served at an address and port: `dns` is UDP and TCP; `tls` RFC 7858; `https` RFC 8484. */
export type ListenerTransport = 'dns' | 'tls' | 'https';

/** One address and port where DNS is served. No two are alike. */
export interface ListenerConfig {
  /** An IP address in canonical form; `::` (dual stack) where there is no `bind`. Never ''. */
  readonly address: string;
  /** 0 lets the operating system choose one, the same for UDP and TCP. */
  readonly port: number;
  /** Absent: UDP and TCP. */
  readonly transport?: Exclude<ListenerTransport, 'dns'>;
  /** There where a transport is. */
  readonly tls?: TlsConfig;
  /** An index into `views`. */
  readonly view: number;
  /** What is answered otherwise than by default; absent: nothing is. */
  readonly answering?: AnswerSettings;
  /** Whose connections over TCP begin with a PROXY header, as `parseNetwork` takes them; absent: nobody's. */
  readonly proxies?: readonly string[];
  /** True when any server block of this listener says so. */
  readonly log: boolean;
  /** Which questions are logged, if `log` is true; absent: all of them. */
  readonly logged?: readonly LogBlock[];
  readonly errors: boolean;
  /** Which questions are answered elsewhere than from the view; absent where none is. */
  readonly detour?: DetourConfig;
  /** Of the first key that asks for this listener. */
  readonly position: Position;
}

/** Whether a client has to show a certificate, and whether that has to be signed by the CA: as CoreDNS calls it. */
export type ClientAuth =
  | 'nocert'
  | 'request'
  | 'require'
  | 'verify_if_given'
  | 'require_and_verify';

/** The certificate of a listener. Paths are absolute; nothing says that they exist. */
export interface TlsConfig {
  /** PEM, the server's own certificate first and then those that it is signed by. */
  readonly certificate: string;
  /** PEM. */
  readonly key: string;
  /** PEM, of those who sign clients' certificates; absent: the system's. */
  readonly ca?: string;
  readonly clientAuth: ClientAuth;
  readonly position: Position;
}

/** The server blocks of a listener: a question is of the one with the longest key that it lies in. */
export interface DetourConfig {
  readonly blocks: readonly DetourBlockConfig[];
}

export interface DetourBlockConfig {
  /** Folded and absolute. */
  readonly keys: readonly string[];
  /** Indices into `templates`, in the order in which they are tried. */
  readonly templates: readonly number[];
  readonly fallthrough: readonly FallthroughConfig[];
  /** Indices into `forwards`, in the order in which they are tried. */
  readonly forwards: readonly number[];
  /** An index into `hosts`: entries for names outside of all zones. */
  readonly hosts?: number;
  /** It finds out, once it serves, whether what it forwards comes back to it. */
  readonly loop: boolean;
}

/** What a zone of ours leaves to others where it has no record. */
export interface FallthroughConfig {
  readonly zone: string;
  /** Names in one of these. */
  readonly names: readonly string[];
}

/** One `template` directive. */
export interface TemplateConfig {
  /** 0: every type. */
  readonly type: number;
  readonly zones: readonly string[];
  /** Regular expressions as Go has them; none: every name. */
  readonly match: readonly string[];
  /** What stands in every name that is matched; '' where nothing is sure to. Names without it are not its business. */
  readonly literal: string;
  /** Templates of records in presentation format. */
  readonly answer: readonly string[];
  readonly authority: readonly string[];
  readonly additional: readonly string[];
  readonly rcode: number;
  /** The Extended DNS Error: INFO-CODE and EXTRA-TEXT. */
  readonly ede?: { readonly code: number; readonly text: string };
  /** Names in one of these that are not matched go on; others are SERVFAIL. */
  readonly fallthrough: readonly string[];
  readonly position: Position;
}

/** A server to forward to, or a file that names some, as `/etc/resolv.conf` does. */
export type UpstreamConfig = ResolverAddress | { readonly file: string };

/** One `forward` directive. */
export interface ForwardConfig {
  /** The names that it takes lie in one of these. Folded and absolute, as all names here. */
  readonly from: readonly string[];
  /** And in none of these. */
  readonly except: readonly string[];
  /** At least one, none twice. */
  readonly to: readonly UpstreamConfig[];
  /**
   * Whom it serves, as CIDR prefixes in canonical form. Absent: clients in loopback, private and link-local ranges,
   * and, for names in our own zones, everyone.
   */
  readonly clients?: readonly string[];
  readonly forceTcp: boolean;
  readonly preferUdp: boolean;
  readonly policy: 'random' | 'round_robin' | 'sequential';
  /** 0: never down, and never checked. */
  readonly maxFails: number;
  readonly healthCheck: HealthCheckConfig;
  /** How long a TCP connection is kept without use. */
  readonly expireMs: number;
  readonly readTimeoutMs: number;
  /** Of those connections, how many; 0: any number. */
  readonly maxIdleConnections: number;
  /** Questions at once; 0: as many as we think right. */
  readonly maxConcurrent: number;
  /** Upstreams asked for one question; 0: until its time is up; absent: each of them twice. */
  readonly maxConnectAttempts?: number;
  /** RCODEs for which the next upstream is asked. */
  readonly failover: readonly number[];
  /** RCODEs for which the next `forward` that takes the name is asked. */
  readonly next: readonly number[];
  readonly nextOnNodata: boolean;
  /** Where all are down, say so and ask none. */
  readonly failfast: boolean;
  /** Local address to ask from. */
  readonly sourceAddress?: string;
  readonly position: Position;
}

export interface HealthCheckConfig {
  readonly intervalMs: number;
  /** Ask with RD. */
  readonly recursion: boolean;
  readonly domain: string;
}
/** A server block's part of the log: names count to the longest of all zones, those in none are not logged. */
export interface LogBlock {
  readonly zones: readonly string[];
  /** The first whose zones hold the name counts; where none does it is not logged. */
  readonly rules: readonly LogRule[];
}

export interface LogRule {
  /** Absent: every name. */
  readonly zones?: readonly string[];
  /** Absent: every answer. */
  readonly classes?: readonly ResponseClass[];
}

/** As CoreDNS's `log` has them: an answer or a referral; NXDOMAIN or NODATA; the rest. */
export type ResponseClass = 'success' | 'denial' | 'error';

/**
 * What is served behind a listener. Every listener with the same of it has the same view.
 * Empty where the server blocks serve no zone: every question is REFUSED.
 */
export interface ViewConfig {
  /** Ascending indices into `gateways`; no two of a view have a zone in common, nor has a file's. */
  readonly gateways: readonly number[];
  /** The same into `fileZones`. */
  readonly fileZones: readonly number[];
  /** The same into `hosts`: whose names outside of all zones are looked up before others are asked. */
  readonly hosts: readonly number[];
}

/** Where a gateway's objects come from. Paths are absolute; nothing says that they exist. */
export type SourceConfig =
  | { readonly kind: 'in-cluster' }
  | { readonly kind: 'kubeconfig'; readonly file: string; readonly context?: string }
  | { readonly kind: 'manifests'; readonly directories: readonly string[] };

/** Kinds of objects that give names, as `resources` writes them. */
export const RESOURCE_KINDS: readonly ResourceKind[] = CLAIMING_KINDS;

export type { ResourceKind };

export type NodeAddressType = 'InternalIP' | 'ExternalIP';

/** A nameserver of each zone of a gateway. */
export interface NameserverConfig {
  /**
   * Its owner name, folded: relative to each zone, without a trailing dot; or absolute, with one. An
   * absolute one below the only zone is written relative to it here, whatever the Corefile has.
   */
  readonly name: string;
  /** IP literals in canonical form, none twice; where there are none, those that an object gives the name. */
  readonly addresses: readonly string[];
}

/** Host names of load balancers are resolved, and answered as addresses. */
export interface FlattenConfig {
  /** Whom to ask; empty: those of /etc/resolv.conf. */
  readonly resolvers: readonly ResolverAddress[];
}

export interface ResolverAddress {
  /** An IP literal in canonical form, perhaps with a scope. */
  readonly address: string;
  /** 1 to 65535. */
  readonly port: number;
}

/**
 * One `k8s_gateway` directive, or, where the keys of its server block differ in their ports, the
 * part of it that one set of zones makes: then several gateways share a position.
 */
export interface GatewayConfig {
  /** Folded, in presentation format with the trailing dot. At least one, none twice. */
  readonly zones: readonly string[];
  /** The first kind that has an address for a name wins. At least one, none twice. */
  readonly resources: readonly ResourceKind[];
  /** Of what objects give where they say no TTL of their own: seconds, 0 to 3600. */
  readonly ttl: number;
  /** Of the SOA and of negative answers: seconds, 0 to 3600. */
  readonly negativeTtl: number;
  readonly apex: NameserverConfig;
  /** A second nameserver; no zone where it has the same name as the first. */
  readonly secondary?: NameserverConfig;
  /** Several only where all are kubeconfigs; at most 16, none twice. */
  readonly sources: readonly [SourceConfig, ...SourceConfig[]];
  /** Of a name that several sources have: all they say together, or what the first of them says. */
  readonly clusters: 'merge' | 'first';
  /** How long what is missing is waited for before it is denied; 0: not at all. At most a day, or Infinity. */
  readonly syncTimeoutMs: number;
  /** Ingresses of these classes alone; absent: of every class, and of none. */
  readonly ingressClasses?: readonly string[];
  /** Gateways of these classes alone; absent: of every class. */
  readonly gatewayClasses?: readonly string[];
  /** Services that one of these selects; absent: all. */
  readonly serviceSelectors?: readonly LabelSelector[];
  /** Which addresses of a Node count. */
  readonly nodeAddressType: NodeAddressType;
  /** Objects of these namespaces alone; absent: of all. */
  readonly namespaces?: readonly string[];
  /** What comes before `/hostname`, `/target`, `/ttl` and `/https` in annotations; the first that is there counts. */
  readonly annotationPrefixes: readonly string[];
  /** Whether a host name that lies in no zone is taken relative to each of them. */
  readonly relative: boolean;
  /** Absent: a load balancer's host name is answered as CNAME, but at an apex. */
  readonly flatten?: FlattenConfig;
  /** Of hosts for which TLS is seen to end, those that have an HTTPS record: all, or whose objects ask for it. */
  readonly httpsRecords: 'all' | 'annotated' | 'none';
  /**
   * Folded zones, `.` for all: a name in one of them that has no record here is looked for in `files`, and then by
   * `forward`. Absent: none is.
   */
  readonly fallthrough?: readonly string[];
  /** Zone files of its zones, which have the last word; only where `fallthrough` covers a part of the zone. */
  readonly files?: readonly ZoneFileConfig[];
  /** An index into the configuration's `hosts`, which has the first word. */
  readonly hosts?: number;
  readonly position: Position;
}

/** A zone file. Nothing says that it exists. */
export interface ZoneFileConfig {
  /** Folded, in presentation format with the trailing dot: also what relative names lie below. */
  readonly zone: string;
  /** Absolute. */
  readonly file: string;
  /** Between two looks at it where the system tells of no change; 0: it is read once. At most a day. */
  readonly reloadMs: number;
  /** Folded zones: what has no record is looked for by `forward`. Absent: nothing is. */
  readonly fallthrough?: readonly string[];
  readonly position: Position;
}

/** A zone that a file has alone: SOA and NS are the file's. */
export interface FileZoneConfig extends ZoneFileConfig {
  /** As of `GatewayConfig`. */
  readonly hosts?: number;
}

/** One `hosts`. */
export interface HostsConfig {
  /** Absolute. Nothing says that it exists. */
  readonly file: string;
  /** `ADDRESS NAME…`, as they stand in the Corefile. */
  readonly inline: readonly { readonly text: string; readonly position: Position }[];
  /** Folded, with the trailing dot: where its names count. */
  readonly zones: readonly string[];
  /** Seconds, 1 to 65535. */
  readonly ttl: number;
  /** Whether its addresses lead back to its names. */
  readonly reverse: boolean;
  /** As of `ZoneFileConfig`. */
  readonly reloadMs: number;
  /** Folded zones: what it has no entry for is looked for by `forward`. Absent: nothing is. */
  readonly fallthrough?: readonly string[];
  readonly position: Position;
}

/** The threads that answer over UDP. */
export interface WorkersConfig {
  /** 1 to 256; one for each core of whatever machine serves, where none is said. */
  readonly count?: number;
  /** Each stays on a core of its own as far as they go, and is given the datagrams that come to that core. */
  readonly pin: boolean;
}

/** What connections of clients may take; what is absent is as by default (stream/tcp-options.ts, as its names). */
export type ConnectionsConfig = Partial<
  Pick<
    StreamLimits,
    'maxConnections' | 'maxConnectionsPerClient' | 'ipv4Prefix' | 'ipv6Prefix' | 'maxOctets'
  >
>;

/** How long they are waited for; likewise. */
export type TimeoutsConfig = Partial<
  Pick<StreamLimits, 'messageTimeoutMs' | 'writeTimeoutMs' | 'idleTimeoutMs' | 'maxQueries'>
>;

/** When the Corefile is looked at: each time after `intervalMs`, up to `jitterMs` sooner or later. */
export interface ReloadConfig {
  /** 2,000 at least. */
  readonly intervalMs: number;
  /** Half of the interval at the most. */
  readonly jitterMs: number;
}

/** Where the secrets of server cookies are; the first of them makes cookies, all of them know them (RFC 9018 5). */
export type CookieSecretsConfig =
  /** Each of 32 hexadecimal digits. */
  | { readonly secrets: readonly string[] }
  /** Absolute; a secret a line. Nothing says that it exists. */
  | { readonly file: string };

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
