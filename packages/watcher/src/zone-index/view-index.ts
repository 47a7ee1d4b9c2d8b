import { NameError } from '@seamark/protocol';
import { type ComposedRRset, NODE, type NodeSpec, type Publisher } from '@seamark/snapshot';
import type { Kind, Logger, Projection } from '../sources/contract.ts';
import {
  addClaim,
  addressesClaimed,
  type Claim,
  type Claims,
  claimantOf,
  removeClaim,
} from './claims.ts';
import {
  isWildcard,
  type NameKey,
  nameKey,
  nameKeyBelow,
  parentOf,
  wireOf,
  zoneApexOf,
} from './name-key.ts';
import {
  type AddressSet,
  addressSet,
  composeAddresses,
  composeGlue,
  composeNs,
  composeSoa,
  type NameServer,
  NO_ADDRESSES,
  nameServer,
} from './zone-records.ts';

/** One `k8s_gateway` of the configuration, as far as names and records go. */
export interface GatewayOptions {
  /** Zone apexes, presentation format. */
  readonly zones: readonly string[];
  /** In order of precedence. */
  readonly resources: readonly Kind[];
  /** Of address records, in seconds. */
  readonly ttl: number;
  /** The primary name server, zone-relative or absolute with a trailing dot. */
  readonly apex: string;
  readonly secondary?: string;
}

interface Gateway {
  readonly options: GatewayOptions;
  readonly zones: readonly Zone[];
  readonly synced: Set<Kind>;
  /** The wait for the kinds that are missing was given up: what is missing is denied. */
  waited: boolean;
}

interface Zone {
  readonly number: number;
  readonly apex: NameKey;
  readonly labels: number;
  readonly gateway: Gateway;
  readonly servers: readonly NameServer[];
  serial: number;
  /** Names in the zone, empty non-terminals included. */
  names: number;
  /** Names whose nodes have to be composed anew. */
  readonly dirty: Set<NameKey>;
  published: boolean;
}

/** A name of the tree: claimed, between the apex and a claimed one, or needed by its zone. */
interface Entry {
  readonly zone: Zone;
  claims: Claims;
  /** Names directly below. */
  children: number;
  hasWildcardChild: boolean;
  /** The apex and its name servers exist whatever objects say. */
  pinned: boolean;
  /** A name server of a zone: its Service speaks first, whatever the order of kinds. */
  isNameServer: boolean;
  /** A node of this name stands in the snapshot. */
  published: boolean;
}

export interface ViewIndexOptions {
  readonly gateways: readonly GatewayOptions[];
  readonly publisher: Publisher;
  readonly log: Logger;
  /**
   * The last serial of each zone, in the order of gateways and their zones; 0 for none yet. Read at the
   * start and written with each publication, so that whoever comes after this index goes on from it.
   */
  readonly serials: Uint32Array;
  /** Unix time in seconds: what serials keep up with. */
  readonly now: () => number;
}

/**
 * The tree of names behind one snapshot. Claims of objects come in; nodes of the names that this
 * changes go out with the next `publish`. What a reader finds is settled here: which kind's
 * addresses win, what is an empty non-terminal, where wildcards are, each zone's SOA, NS and glue.
 */
export class ViewIndex {
  private readonly gateways: readonly Gateway[];
  private readonly zones = new Map<NameKey, Zone>();
  private readonly entries = new Map<NameKey, Entry>();
  private readonly publisher: Publisher;
  private readonly log: Logger;
  private readonly now: () => number;
  private readonly serials: Uint32Array;

  /** @throws NameError for a zone or name server that is no domain name. */
  constructor(options: ViewIndexOptions) {
    this.publisher = options.publisher;
    this.log = options.log;
    this.now = options.now;
    this.serials = options.serials;
    this.gateways = options.gateways.map((gateway) => this.addGateway(gateway));
    for (const zone of this.zones.values()) {
      this.ensure(zone.apex, zone);
      for (const server of zone.servers) {
        if (server.inZone) this.ensure(server.key, zone).isNameServer = true;
      }
    }
  }

  private addGateway(options: GatewayOptions): Gateway {
    const zones: Zone[] = [];
    const gateway: Gateway = { options, zones, synced: new Set(), waited: false };
    for (const text of options.zones) {
      const apex = nameKey(text);
      const { secondary } = options;
      const names = secondary === undefined ? [options.apex] : [options.apex, secondary];
      const zone: Zone = {
        number: this.zones.size,
        apex,
        labels: labelsOf(apex),
        gateway,
        servers: names.map((name) => nameServer(name, apex)),
        serial: this.serials[this.zones.size] ?? 0,
        names: 0,
        dirty: new Set(),
        published: false,
      };
      this.zones.set(apex, zone);
      zones.push(zone);
    }
    return gateway;
  }

  /** Names in the snapshot, empty non-terminals included. */
  get names(): number {
    return this.entries.size;
  }

  /** Each zone's apex in presentation format, its serial, and how many names it has. */
  zoneStatus(): { zone: string; serial: number; names: number }[] {
    return this.gateways.flatMap(({ options, zones }) =>
      zones.map(({ serial, names }, i) => ({ zone: options.zones[i] ?? '', serial, names })),
    );
  }

  /** An object's say in all its names. Undone by `release` with the same arguments. */
  claim(gateway: number, kind: Kind, object: Projection): void {
    const claim: Claim = { kind, object: object.key, addresses: object.addresses };
    const refuse = (error: NameError) => {
      const where = `${kind} ${object.key}`;
      this.log.warn({ event: 'name-ignored', object: where }, `${where}: ${error.message}`);
    };
    for (const key of this.keysOf(gateway, object, refuse)) {
      const entry = this.ensure(key);
      entry.claims = addClaim(entry.claims, claim);
      entry.zone.dirty.add(key);
    }
  }

  release(gateway: number, kind: Kind, object: Projection): void {
    for (const key of this.keysOf(gateway, object)) {
      const entry = this.entries.get(key);
      if (entry === undefined) continue;
      entry.claims = removeClaim(entry.claims, { kind, object: object.key });
      entry.zone.dirty.add(key);
      this.prune(key, entry);
    }
  }

  /** All objects of the kind have been claimed. */
  kindSynced(gateway: number, kind: Kind): void {
    const target = this.gateway(gateway);
    if (target.synced.has(kind)) return;
    target.synced.add(kind);
    for (const zone of target.zones) zone.dirty.add(zone.apex);
  }

  /** Kinds that are still missing are waited for no longer. */
  stopWaiting(gateway: number): void {
    const target = this.gateway(gateway);
    if (target.waited || this.isSynced(gateway)) return;
    target.waited = true;
    for (const zone of target.zones) zone.dirty.add(zone.apex);
  }

  /** Every kind has been read. */
  isSynced(gateway: number): boolean {
    const { options, synced } = this.gateway(gateway);
    return options.resources.every((kind) => synced.has(kind));
  }

  /** What is missing is denied: every kind has been read, or waited for long enough. */
  isReady(gateway: number): boolean {
    return stateFlags(this.gateway(gateway)) === 0;
  }

  /** Composes what has changed and makes it visible. @returns whether there was anything. */
  publish(): boolean {
    const { batch } = this.publisher;
    this.markGlue();
    for (const zone of this.zones.values()) {
      if (zone.dirty.size === 0 && zone.published) continue;
      const flags = stateFlags(zone.gateway);
      if ((flags & NODE.ZONE_UNSYNCED) !== 0) {
        // Nothing is known yet; the apex alone is there to say so.
        if (!zone.published) batch.add(this.composeApex(zone, flags));
        zone.published = true;
        continue;
      }
      // RFC 1982: forward, whatever the clock does.
      zone.serial = Math.max((zone.serial + 1) >>> 0, this.now());
      this.serials[zone.number] = zone.serial;
      zone.published = true;
      zone.dirty.delete(zone.apex);
      batch.add(this.composeApex(zone, flags));
      for (const key of zone.dirty) {
        const node = this.composeName(key, zone);
        if (node !== undefined) batch.add(node);
      }
      zone.dirty.clear();
    }
    if (batch.count === 0) return false;
    this.publisher.publish();
    return true;
  }

  /** An apex carries the addresses of its name servers, be they in another of our zones. */
  private markGlue(): void {
    for (const zone of this.zones.values()) {
      for (const { key } of zone.servers) {
        if (this.entries.get(key)?.zone.dirty.has(key)) zone.dirty.add(zone.apex);
      }
    }
  }

  private gateway(index: number): Gateway {
    const gateway = this.gateways[index];
    if (gateway === undefined) throw new RangeError(`no gateway ${index}`);
    return gateway;
  }

  /**
   * Where an object's names lie; those in no zone of its gateway are nobody's business here.
   *
   * @param refuse told of each name that is none.
   */
  private keysOf(
    gateway: number,
    object: Projection,
    refuse: (error: NameError) => void = () => {},
  ): Set<NameKey> {
    const target = this.gateway(gateway);
    const keys = new Set<NameKey>();
    for (const { name, relative } of object.names) {
      // A name that is too long below one zone may yet do below another.
      for (const zone of relative ? target.zones : [undefined]) {
        try {
          const key = zone === undefined ? nameKey(name) : nameKeyBelow(name, zone.apex);
          if (zoneApexOf(key, this.zones)?.gateway === target) keys.add(key);
        } catch (error) {
          if (!(error instanceof NameError)) throw error;
          refuse(error);
        }
      }
    }
    return keys;
  }

  private ensure(key: NameKey, pinnedBy?: Zone): Entry {
    const known = this.entries.get(key);
    if (known !== undefined) {
      known.pinned ||= pinnedBy !== undefined;
      return known;
    }
    const zone = zoneApexOf(key, this.zones);
    if (zone === undefined) throw new RangeError('a name in no zone');
    const entry: Entry = {
      zone,
      claims: undefined,
      children: 0,
      hasWildcardChild: false,
      pinned: pinnedBy !== undefined,
      isNameServer: false,
      // Dirty without an entry: it was released since the last publication, and its node still stands.
      published: zone.dirty.has(key),
    };
    this.entries.set(key, entry);
    zone.names += 1;
    zone.dirty.add(key);
    const parentKey = parentOf(key);
    // Above an apex, names exist only where another zone encloses it (RFC 8020 2).
    if (parentKey === undefined || zoneApexOf(parentKey, this.zones) === undefined) return entry;
    const parent = this.ensure(parentKey);
    parent.children += 1;
    if (isWildcard(key)) {
      parent.hasWildcardChild = true;
      parent.zone.dirty.add(parentKey);
    }
    return entry;
  }

  /** Takes a name out of the tree once nothing needs it, and its ancestors with it. */
  private prune(key: NameKey, entry: Entry): void {
    if (entry.pinned || entry.claims !== undefined || entry.children > 0) return;
    this.entries.delete(key);
    entry.zone.names -= 1;
    // A name that came and went between two publications leaves no trace.
    if (entry.published) entry.zone.dirty.add(key);
    else entry.zone.dirty.delete(key);
    const parentKey = parentOf(key);
    const parent = parentKey === undefined ? undefined : this.entries.get(parentKey);
    if (parentKey === undefined || parent === undefined) return;
    parent.children -= 1;
    if (isWildcard(key)) {
      parent.hasWildcardChild = false;
      parent.zone.dirty.add(parentKey);
    }
    this.prune(parentKey, parent);
  }

  private composeName(key: NameKey, zone: Zone): NodeSpec | undefined {
    const entry = this.entries.get(key);
    const base = { name: wireOf(key), zone: zone.number, apexLabels: zone.labels };
    if (entry === undefined) return { ...base, flags: NODE.GONE, rrsets: [] };
    entry.published = true;
    const addresses = this.addressesOf(entry);
    const flags = entry.hasWildcardChild ? NODE.HAS_WILDCARD_CHILD : 0;
    return { ...base, flags, rrsets: composeAddresses(addresses, zone.gateway.options.ttl) };
  }

  private composeApex(zone: Zone, state: number): NodeSpec {
    const entry = this.entries.get(zone.apex);
    const { ttl } = zone.gateway.options;
    const [primary] = zone.servers;
    if (entry === undefined || primary === undefined) throw new Error('a zone without its apex');
    entry.published = true;
    const negativeTtl = Math.min(ttl, MAX_NEGATIVE_TTL);
    const rrsets: ComposedRRset[] = [
      composeSoa(primary, { serial: zone.serial, negativeTtl }),
      composeNs(zone.servers),
      ...composeAddresses(this.addressesOf(entry), ttl),
    ];
    const glue = composeGlue(
      zone.servers
        .filter((server) => server.inZone)
        .map((server) => ({ server, addresses: this.addressesAt(server.key) })),
      ttl,
    );
    if (glue !== undefined) rrsets.push(glue);
    return {
      name: wireOf(zone.apex),
      zone: zone.number,
      apexLabels: zone.labels,
      flags: NODE.APEX | state | (entry.hasWildcardChild ? NODE.HAS_WILDCARD_CHILD : 0),
      rrsets,
    };
  }

  private addressesAt(key: NameKey): AddressSet {
    const entry = this.entries.get(key);
    return entry === undefined ? NO_ADDRESSES : this.addressesOf(entry);
  }

  /** The first kind, in the configured order, that has an address speaks for the name. */
  private addressesOf(entry: Entry): AddressSet {
    if (entry.claims === undefined) return NO_ADDRESSES;
    const { resources } = entry.zone.gateway.options;
    // Anybody may write an Ingress whose host is a name server's name: it must not take the zone over.
    const kinds = entry.isNameServer
      ? resources.toSorted((a, b) => Number(b === 'Service') - Number(a === 'Service'))
      : resources;
    for (const kind of kinds) {
      const texts = addressesClaimed(entry.claims, kind);
      if (texts.length === 0) continue;
      const addresses = addressSet(texts);
      if (addresses.excess > 0) {
        const where = `${kind} ${claimantOf(entry.claims, kind)}`;
        this.log.warn(
          { event: 'addresses-left-out', object: where, excess: addresses.excess },
          `${where}: ${addresses.excess} addresses are left out: a node of the snapshot has room for some 1,500 of IPv4 and 870 of IPv6`,
        );
      }
      if (addresses.v4.length + addresses.v6.length > 0) return addresses;
    }
    return NO_ADDRESSES;
  }
}

/** Negative answers live no longer than this many seconds, nor than positive ones. */
const MAX_NEGATIVE_TTL = 60;

function stateFlags(gateway: Gateway): number {
  const { options, synced, waited } = gateway;
  if (synced.size === 0) return NODE.ZONE_UNSYNCED;
  const missing = options.resources.some((kind) => !synced.has(kind));
  return missing && !waited ? NODE.ZONE_PARTIAL : 0;
}

function labelsOf(key: NameKey): number {
  let labels = 0;
  for (let at = parentOf(key); at !== undefined; at = parentOf(at)) labels += 1;
  return labels;
}
