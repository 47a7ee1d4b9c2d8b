import { NODE } from '@seamark/snapshot';
import type { ClaimingKind } from '../projection/contract.ts';
import { type ObjectTable, type Origin, originOf } from './object-table.ts';
import type { Zone } from './zone.ts';

/** One `k8s_gateway` of the configuration, as far as names and records go. */
export interface GatewayOptions {
  /** Zone apexes, presentation format. */
  readonly zones: readonly string[];
  /** In order of precedence. */
  readonly resources: readonly ClaimingKind[];
  /** Of address records whose objects say nothing else, in seconds. */
  readonly ttl: number;
  /** Of negative answers and the SOA; default: `ttl`, but 60 at the most. */
  readonly negativeTtl?: number;
  /** The primary one first; at least one. */
  readonly nameServers: readonly NameServerOptions[];
  /** How many clusters claim names in it; default one. */
  readonly clusters?: number;
  /** `first`: of the clusters that have something for a name, the first alone counts. Default `merge`. */
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

  constructor(options: GatewayOptions, zones: readonly Zone[], objects: ObjectTable) {
    this.options = options;
    this.zones = zones;
    this.numbers = new Set(zones.map(({ number }) => number));
    this.objects = objects;
    this.clusters = options.clusters ?? 1;
    this.negativeTtl = options.negativeTtl ?? Math.min(options.ttl, MAX_NEGATIVE_TTL);
  }

  /** Every kind of every cluster. */
  origins(): readonly Origin[] {
    return Array.from({ length: this.clusters }, (_, cluster) =>
      this.options.resources.map((kind) => originOf(cluster, kind)),
    ).flat();
  }

  /** Whether the first list of the origin is complete. */
  isRead(origin: Origin): boolean {
    return this.read.has(origin);
  }

  setRead(origin: Origin): void {
    this.read.add(origin);
  }

  /** Whether what is known from there is to be answered: not a list that is under way, while it is waited for. */
  counts(origin: Origin): boolean {
    return this.waited || this.read.has(origin);
  }

  /** Every kind of every cluster has been read. */
  get isSynced(): boolean {
    return this.origins().every((origin) => this.read.has(origin));
  }

  /** Something of it has been: the first list of a kind. */
  get hasRead(): boolean {
    return this.read.size > 0;
  }

  /** What the apexes tell readers about what is missing: NODE.* or 0. */
  get stateFlags(): number {
    if (this.isSynced || this.waited) return 0;
    return this.hasRead ? NODE.ZONE_PARTIAL : NODE.ZONE_UNSYNCED;
  }
}
