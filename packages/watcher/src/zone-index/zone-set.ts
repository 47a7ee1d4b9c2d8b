import type { FoldedName } from '@seamark/protocol';
import { NODE } from '@seamark/snapshot';
import { type AddressSet, addressSet } from './address-set.ts';
import { Gateway, type GatewayOptions } from './gateway.ts';
import { ENTRY, NameTree } from './name-tree.ts';
import { ObjectTable } from './object-table.ts';
import { isReverse } from './reverse-zone.ts';
import { wireName } from './wire-name.ts';
import type { WordHeap } from './word-heap.ts';
import type { Zone } from './zone.ts';
import { type NameServer, nameServer } from './zone-records.ts';

type Hasher = ConstructorParameters<typeof NameTree>[1];

/** The zones of a view, whose they are, and which of their names have changed. */
export class ZoneSet {
  /** By their numbers. */
  readonly all: readonly Zone[];
  readonly gateways: readonly Gateway[];
  readonly tree: NameTree;
  /** Addresses that name servers have whatever objects say, by entry. */
  readonly given: ReadonlyMap<number, AddressSet>;
  private readonly gatewayOf: ReadonlyMap<Zone, Gateway>;
  private readonly reverse: ReadonlySet<number>;

  /**
   * @param serials the last of each zone; 0 for none yet
   * @throws NameError for a zone or name server that is no domain name.
   */
  constructor(
    gateways: readonly GatewayOptions[],
    heap: WordHeap,
    hasher: Hasher,
    serials: Uint32Array,
  ) {
    const drafts = gateways.flatMap(draftsOf);
    const apexes = drafts.map(({ apexName }) => apexName);
    this.tree = new NameTree(heap, hasher, apexes);
    this.all = drafts.map((draft, number) => ({
      ...draft,
      serverEntries: draft.servers.map((server) => this.pinNameServer(server)),
      number,
      serial: serials[number] ?? 0,
      dirty: [],
      published: false,
    }));
    let first = 0;
    this.gateways = gateways.map((gateway) => {
      const zones = this.all.slice(first, first + gateway.zones.length);
      first += zones.length;
      return new Gateway(gateway, zones, new ObjectTable(heap, hasher));
    });
    this.gatewayOf = new Map(
      this.gateways.flatMap((gateway) => gateway.zones.map((zone) => [zone, gateway] as const)),
    );
    this.given = givenAddresses(this.gateways);
    this.reverse = new Set(
      this.reverseApexes.flatMap((apex, zone) => (apex && isReverse(apex) ? [zone] : [])),
    );
    for (const { number, serverEntries } of this.all) {
      for (const entry of serverEntries) if (entry !== 0) this.markDirty(entry);
      // The names between a zone's apex and that of the zone around it exist for it alone.
      const above = this.tree.parentOf(this.tree.apexOf(number));
      if (above !== 0) this.markDirty(above);
    }
  }

  /** Of each zone; undefined where it says of addresses what its file says. */
  get reverseApexes(): readonly (FoldedName | undefined)[] {
    return this.all.map((zone) =>
      this.gatewayOf.get(zone)?.options.authority === 'file' ? undefined : zone.apexName,
    );
  }

  /** @throws RangeError */
  gateway(index: number): Gateway {
    const gateway = this.gateways[index];
    if (gateway === undefined) throw new RangeError(`no gateway ${index}`);
    return gateway;
  }

  /** The gateway in whose zone an entry lies. */
  gatewayAround(entry: number): Gateway {
    return this.gatewayOfZone(this.tree.zoneOf(entry));
  }

  /** @param zone its number. */
  gatewayOfZone(zone: number): Gateway {
    return this.gatewayOf.get(this.all[zone] as Zone) as Gateway;
  }

  /** Nothing of the zone is known. */
  isUnsynced({ number }: Zone): boolean {
    return (this.gatewayOfZone(number).stateFlags & NODE.ZONE_UNSYNCED) !== 0;
  }

  /** Whether it has names of addresses; what addresses its own names have does not count. */
  isReverse({ number }: Zone): boolean {
    return this.reverse.has(number);
  }

  /** What the apex of a zone tells readers about what is missing: NODE.* or 0. */
  stateOf(zone: Zone): number {
    const { stateFlags } = this.gatewayOfZone(zone.number);
    if (stateFlags !== 0 || !this.isReverse(zone)) return stateFlags;
    // The name of an address may yet come from any of them.
    const isWaiting = this.gateways.some(
      (gateway) => gateway.stateFlags !== 0 && !gateway.zones.every((one) => this.isReverse(one)),
    );
    return isWaiting ? NODE.ZONE_PARTIAL_PTR : 0;
  }

  /**
   * The entry's node is no longer right. With it go those above that have no node yet, and a parent whose node has to
   * tell of a wildcard.
   */
  markDirty(entry: number): void {
    const { tree } = this;
    for (let at = entry; !tree.hasFlags(at, ENTRY.DIRTY); at = tree.parentOf(at)) {
      tree.setFlags(at, ENTRY.DIRTY);
      (this.all[tree.zoneOf(at)] as Zone).dirty.push(at);
      if (tree.hasFlags(at, ENTRY.PUBLISHED | ENTRY.APEX)) return;
      if (tree.hasFlags(tree.parentOf(at), ENTRY.PUBLISHED) && !tree.isWildcard(at)) return;
    }
  }

  private pinNameServer({ name, inZone }: NameServer): number {
    if (!inZone) return 0;
    const entry = this.tree.ensure(name);
    this.tree.setFlags(entry, ENTRY.PINNED | ENTRY.NAME_SERVER);
    for (let at = entry; !this.tree.hasFlags(at, ENTRY.APEX); at = this.tree.parentOf(at)) {
      this.tree.setFlags(at, ENTRY.ABOVE_NAME_SERVER);
    }
    return entry;
  }
}

function draftsOf(gateway: GatewayOptions): Pick<Zone, 'apexName' | 'servers'>[] {
  return gateway.zones.map((text) => {
    const apexName = wireName(text);
    const servers = gateway.nameServers.map(({ name }) => nameServer(name, apexName));
    return { apexName, servers };
  });
}

function givenAddresses(gateways: readonly Gateway[]): Map<number, AddressSet> {
  const given = new Map<number, AddressSet>();
  for (const { options, zones } of gateways) {
    for (const { serverEntries } of zones) {
      for (const [i, { addresses }] of options.nameServers.entries()) {
        const entry = serverEntries[i] ?? 0;
        if (entry !== 0 && addresses.length > 0) given.set(entry, addressSet(addresses));
      }
    }
  }
  return given;
}
