import { NODE } from '@seamark/snapshot';
import type { ClaimingKind, ResourceKind } from '../projection/contract.ts';
import { clusterOf, kindOf, type ObjectTable, type Origin, originOf } from './object-table.ts';
import type { Zone } from './zone.ts';

/** One `k8s_gateway` of the configuration, or a zone that a file has alone, as far as names and records go. */
export interface GatewayOptions {
  /** Zone apexes, presentation format. */
  readonly zones: readonly string[];
  /** In order of precedence. None: the zones have their names of `hosts` and `files` alone. */
  readonly resources: readonly ResourceKind[];
  /** Of address records whose objects say nothing else, in seconds. */
  readonly ttl: number;
  /** Of negative answers and the SOA; default: `ttl`, but 60 at the most. */
  readonly negativeTtl?: number;
  /** The primary one first; at least one, unless `authority` is `file`. */
  readonly nameServers: readonly NameServerOptions[];
  /** How many clusters claim names in it; default one, or none where there are no `resources`. */
  readonly clusters?: number;
  /** How many hosts files do, numbered as clusters behind those: before all objects. Default none. */
  readonly hosts?: number;
  /** How many zone files do, numbered behind the hosts files: after all objects. Default none. */
  readonly files?: number;
  /** `file`: SOA and NS of the zones are those of the zone files. Default: those of this configuration. */
  readonly authority?: 'configured' | 'file';
  /** Whether addresses of hosts files lead back to their names; default true. */
  readonly hostsReverse?: boolean;
  /** `first`: of the clusters that claim a name, the first alone counts. Default `merge`. */
  readonly policy?: 'merge' | 'first';
  /** Whether a name that lies in no zone is taken below each of this gateway's; default true. */
  readonly relative?: boolean;
  /** Answers with what host names of load balancers resolve to in place of a CNAME. */
  readonly flatten?: boolean;
}

export interface NameServerOptions {
  /** Zone-relative, or absolute with a trailing dot. */
  readonly name: string;
  /** IPv4 and IPv6 literals that it has whatever objects say; none: those of its Service. */
  readonly addresses: readonly string[];
}

/** Names that nobody has said anything of live no longer than this many seconds. */
const MAX_NEGATIVE_TTL = 60;

/** A gateway's zones, the objects that have, or want, a name in them, and what of them has been read. */
export class Gateway {
  readonly options: GatewayOptions;
  readonly zones: readonly Zone[];
  /** Their numbers. */
  readonly numbers: ReadonlySet<number>;
  readonly objects: ObjectTable;
  readonly clusters: number;
  readonly negativeTtl: number;
  /** The wait for the kinds that are missing was given up: what is missing is denied. */
  waited = false;
  private readonly read = new Set<Origin>();
  private readonly objectOrigins: readonly Origin[];
  private readonly hostsOrigins: readonly Origin[];
  readonly fileOrigins: readonly Origin[];
  /** Those of which something must have been read before anything is known. */
  private readonly foundations: readonly Origin[];
  /** The kinds that claim names in it, in the order in which they are heard. */
  readonly kinds: readonly ClaimingKind[];

  constructor(options: GatewayOptions, zones: readonly Zone[], objects: ObjectTable) {
    this.options = options;
    this.zones = zones;
    this.numbers = new Set(zones.map(({ number }) => number));
    this.objects = objects;
    this.clusters = options.clusters ?? (options.resources.length === 0 ? 0 : 1);
    this.negativeTtl = options.negativeTtl ?? Math.min(options.ttl, MAX_NEGATIVE_TTL);
    const { hosts = 0, files = 0, resources } = options;
    const { clusters } = this;
    this.objectOrigins = range(0, clusters).flatMap((cluster) =>
      resources.map((kind) => originOf(cluster, kind)),
    );
    this.hostsOrigins = range(clusters, hosts).map((cluster) => originOf(cluster, 'hosts'));
    this.fileOrigins = range(clusters + hosts, files).map((cluster) => originOf(cluster, 'file'));
    this.foundations = this.objectOrigins.length > 0 ? this.objectOrigins : this.fileOrigins;
    this.kinds = [
      ...(hosts > 0 ? (['hosts'] as const) : []),
      ...resources,
      ...(files > 0 ? (['file'] as const) : []),
    ];
  }

  /** Every kind of every cluster, and every file. */
  origins(): readonly Origin[] {
    return [...this.objectOrigins, ...this.hostsOrigins, ...this.fileOrigins];
  }

  /** Whether the first list of the origin is complete. */
  isRead(origin: Origin): boolean {
    return this.read.has(origin);
  }

  setRead(origin: Origin): void {
    this.read.add(origin);
  }

  /**
   * Whether what is known from there is to be answered: not a list that is under way, while it is waited for. Nor a
   * zone file before all objects, of which any may have a say before it.
   */
  counts(origin: Origin): boolean {
    if (this.waited) return true;
    if (!this.read.has(origin)) return false;
    return kindOf(origin) !== 'file' || this.objectOrigins.every((other) => this.read.has(other));
  }

  /** Each kind of each source that gives names, and whether its first list is complete. */
  kindsRead(): {
    readonly cluster: number;
    readonly kind: ClaimingKind;
    readonly isRead: boolean;
  }[] {
    return this.origins().map((origin) => ({
      ...{ cluster: clusterOf(origin), kind: kindOf(origin) },
      isRead: this.read.has(origin),
    }));
  }

  /** Every kind of every cluster has been read. */
  get isSynced(): boolean {
    return this.origins().every((origin) => this.read.has(origin));
  }

  /** Something of it has been, without which nothing is known: the first list of a kind, or, of a file's zone, the file. */
  get hasRead(): boolean {
    return this.foundations.some((origin) => this.read.has(origin));
  }

  /** What the apexes tell readers about what is missing: NODE.* or 0. */
  get stateFlags(): number {
    if (this.isSynced || this.waited) return 0;
    return this.hasRead || this.isAnyHostsRead ? NODE.ZONE_PARTIAL : NODE.ZONE_UNSYNCED;
  }

  private get isAnyHostsRead(): boolean {
    return this.hostsOrigins.some((origin) => this.read.has(origin));
  }
}

function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}
