import type { FoldedName } from '@seamark/protocol';
import { NODE, type NodeSpec, type Publisher } from '@seamark/snapshot';
import type { ClaimingKind, ClaimSink } from '../projection/contract.ts';
import type { Logger } from '../sources/contract.ts';
import type { TargetSource } from '../targets/contract.ts';
import { type AddressSet, addressSet, NO_ADDRESSES } from './address-set.ts';
import { Claims } from './claims.ts';
import { Cuts } from './cuts.ts';
import { Flattening } from './flattening.ts';
import { Gateway, type GatewayOptions } from './gateway.ts';
import { Intake } from './intake.ts';
import { explainName, type NameInIndex } from './name-in-index.ts';
import { NameServerCheck } from './name-server-check.ts';
import { ENTRY, NameTree } from './name-tree.ts';
import { NodeComposer } from './node-composer.ts';
import { ObjectTable, type Origin, originOf } from './object-table.ts';
import { Precedence } from './precedence.ts';
import { ReverseNames } from './reverse-names.ts';
import { wireName } from './wire-name.ts';
import { WordHeap } from './word-heap.ts';
import type { Zone } from './zone.ts';
import { type NameServer, nameServer } from './zone-records.ts';

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
  /** Who resolves the host names that a gateway's names lead to. */
  readonly targetsOf: (gateway: number) => TargetSource;
  /** Some of them resolve to something else: a publication is due. */
  readonly onResolved: () => void;
}

/** Entries that exist though nobody claims them. */
const KEPT: number = ENTRY.PINNED | ENTRY.REVERSE;

/**
 * What stands behind one snapshot: the objects of each gateway, the tree of their names, and which of
 * these have changed. Objects come in; nodes of the names that this changes go out with the next
 * `publish`. All of it lies in one heap outside V8's (word-heap.ts): 85 octets for a host with one
 * address, where objects and Maps of JavaScript took 1 KB. An exception amid a change, as when there is no
 * more memory, leaves it in pieces: its thread is to end with it.
 */
export class ViewIndex {
  private readonly gateways: readonly Gateway[];
  private readonly zones: readonly Zone[];
  private readonly gatewayOf: ReadonlyMap<Zone, Gateway>;
  private readonly tree: NameTree;
  private readonly claims: Claims;
  private readonly flattening: Flattening;
  private readonly cuts: Cuts;
  private readonly serverCheck: NameServerCheck;
  private readonly composer: NodeComposer;
  private readonly reverse: ReverseNames | undefined;
  private readonly precedence: Precedence;
  private readonly given: ReadonlyMap<number, AddressSet>;
  private readonly publisher: Publisher;
  private readonly log: Logger;
  private readonly now: () => number;
  private readonly serials: Uint32Array;

  /** @throws NameError for a zone or name server that is no domain name. */
  constructor(options: ViewIndexOptions) {
    const { gateways, publisher, log } = options;
    this.publisher = publisher;
    this.log = log;
    this.now = options.now;
    this.serials = options.serials;
    const { hasher } = publisher;
    const heap = new WordHeap();
    const drafts = gateways.flatMap(zonesOf);
    this.tree = new NameTree(
      heap,
      hasher,
      drafts.map(({ apexName }) => apexName),
    );
    this.claims = new Claims(this.tree);
    this.zones = drafts.map((draft, number) => ({
      ...draft,
      serverEntries: draft.servers.map((server) => this.pinNameServer(server)),
      number,
      serial: this.serials[number] ?? 0,
      dirty: [],
      published: false,
    }));
    for (const { number, serverEntries } of this.zones) {
      for (const entry of serverEntries) if (entry !== 0) this.markDirty(entry);
      // The names between a zone's apex and that of the zone around it exist for it alone.
      const above = this.tree.parentOf(this.tree.apexOf(number));
      if (above !== 0) this.markDirty(above);
    }
    let first = 0;
    this.gateways = gateways.map((gateway) => {
      const zones = this.zones.slice(first, first + gateway.zones.length);
      first += zones.length;
      const objects = new ObjectTable(heap, hasher);
      return new Gateway(gateway, zones, objects);
    });
    this.gatewayOf = new Map(
      this.gateways.flatMap((gateway) => gateway.zones.map((zone) => [zone, gateway] as const)),
    );
    this.reverse = ReverseNames.of({
      heap,
      tree: this.tree,
      // A zone that a file has says of addresses what the file says.
      apexes: this.zones.map((zone) =>
        this.gatewayOf.get(zone)?.options.authority === 'file' ? undefined : zone.apexName,
      ),
      markDirty: (entry) => this.markDirty(entry),
    });
    this.flattening = new Flattening({
      ...{ tree: this.tree, log, onResolved: options.onResolved },
      answerOf: (entry) => this.composer.answerOf(entry),
      isAway: (entry) => this.cuts.isAway(entry),
      isPartial: (zone) => this.stateOf(this.zones[zone] as Zone) !== 0,
      targetsOf: (zone) => options.targetsOf(this.gateways.indexOf(this.gatewayOfZone(zone))),
      markDirty: (entry) => this.markDirty(entry),
    });
    this.precedence = new Precedence(this.tree, this.claims, log);
    this.given = this.givenAddresses();
    this.serverCheck = new NameServerCheck(log, (entry) => this.composer.addressesOf(entry));
    this.cuts = new Cuts({
      tree: this.tree,
      answerOf: (entry) => this.composer.answerOf(entry),
      clusterOf: (entry) => this.precedence.firstCluster(entry, this.gatewayAround(entry)),
      markDirty: (entry) => this.markDirty(entry),
    });
    this.composer = new NodeComposer({
      flattening: this.flattening,
      tree: this.tree,
      claims: this.claims,
      precedence: this.precedence,
      gatewayAround: (entry) => this.gatewayAround(entry),
      given: this.given,
      log,
      stateOf: (zone) => this.stateOf(zone),
      reverse: this.reverse,
    });
  }

  /** Names in the tree, empty non-terminals included. */
  get names(): number {
    return this.tree.size;
  }

  /** Each of a gateway's zones: its apex in presentation format, its serial, and how many names it has. */
  zoneStatus(gateway: number): { zone: string; serial: number; names: number }[] {
    const { options, zones } = this.gateway(gateway);
    return zones.map(({ serial, number }, i) => ({
      zone: options.zones[i] ?? '',
      serial,
      names: this.tree.namesIn(number),
    }));
  }

  /** All that the index knows of a name, and why; undefined if it lies in no zone. Changes nothing. */
  explain(name: FoldedName): NameInIndex | undefined {
    const number = this.tree.zoneAround(name);
    if (number < 0) return undefined;
    const zone = this.zones[number] as Zone;
    const gateway = this.gatewayOf.get(zone) as Gateway;
    return explainName(name, {
      ...{ tree: this.tree, claims: this.claims, precedence: this.precedence, given: this.given },
      ...{ zone, gateway, gatewayNumber: this.gateways.indexOf(gateway) },
      ...{ cuts: this.cuts, flattening: this.flattening, reverse: this.reverse },
      gatewayAround: (entry) => {
        const around = this.gatewayAround(entry);
        return { gateway: around, number: this.gateways.indexOf(around) };
      },
      compose: (entry) => this.nodeOf(this.zones[this.tree.zoneOf(entry)] as Zone, entry),
    });
  }

  /** Objects of a kind that have, or want, a name in the gateway's zones; of one of its clusters. */
  countOf(gateway: number, cluster: number, kind: ClaimingKind): number {
    return this.gateway(gateway).objects.countOf(originOf(cluster, kind));
  }

  /**
   * Where claims on names of a gateway's zones go.
   *
   * @param cluster which of the gateway's own, counted from 0
   * @param onRead told when the first list of a kind is complete
   */
  intake(gateway: number, cluster: number, onRead: () => void): ClaimSink {
    const target = this.gateway(gateway);
    return new Intake(target, cluster, {
      tree: this.tree,
      claims: this.claims,
      log: this.log,
      markDirty: (entry) => this.markDirty(entry),
      onDelegation: () => this.cuts.expect(),
      onRead: (origin) => {
        this.markOrigin(target, origin);
        // They have waited for this one, perhaps.
        for (const file of target.fileOrigins) this.markOrigin(target, file);
        this.markState(target);
        if (target.hasRead) onRead();
      },
    });
  }

  /** Kinds that are still missing are waited for no longer: what of them is known counts, the rest is denied. */
  stopWaiting(gateway: number): void {
    const target = this.gateway(gateway);
    if (target.waited || target.isSynced) return;
    target.waited = true;
    for (const origin of target.origins()) this.markOrigin(target, origin);
    this.markState(target);
  }

  /** Some kind has been read. */
  hasRead(gateway: number): boolean {
    return this.gateway(gateway).hasRead;
  }

  /** Each kind of each of a gateway's clusters that gives names, and whether its first list is complete. */
  kindsRead(gateway: number): ReturnType<Gateway['kindsRead']> {
    return this.gateway(gateway).kindsRead();
  }

  /**
   * Has the next publication give each zone a serial beyond the one that it is given here: what was answered with
   * before this index.
   */
  goOnFrom(serials: ReadonlyMap<string, number>): void {
    for (const { options, zones } of this.gateways) {
      for (const [i, zone] of zones.entries()) {
        const serial = serials.get(options.zones[i] ?? '');
        if (serial === undefined || serial < zone.serial) continue;
        zone.serial = serial;
        this.markDirty(this.tree.apexOf(zone.number));
      }
    }
  }

  /** Nobody asks for it any more, so it asks for no host names any more. */
  close(): void {
    this.flattening.close();
  }

  /** Every kind has been read. */
  isSynced(gateway: number): boolean {
    return this.gateway(gateway).isSynced;
  }

  /** Something is missing that is waited for. */
  isWaiting(gateway: number): boolean {
    return this.gateway(gateway).stateFlags !== 0;
  }

  /** Whether there are host names of which nothing is known because the first answer has not come. */
  get isResolving(): boolean {
    return this.flattening.isAsking;
  }

  /** Composes what has changed and makes it visible. @returns whether there was anything. */
  publish(): boolean {
    const readZones = this.zones.filter((zone) => !this.isUnsynced(zone));
    // What lay in our zones may be another's now, or the other way round.
    if (this.cuts.settle(readZones)) this.flattening.markAll();
    this.flattening.markDependents();
    this.settleReverse();
    this.pruneDirty();
    // Only now is it settled which names there are.
    this.flattening.markLoose();
    if (this.reverse !== undefined && this.flattening.size > 0) {
      // Names that lead to others may have other addresses since those have gone.
      this.settleReverse();
      this.pruneDirty();
    }
    this.markGlue();
    const changed = this.zones.filter((zone) => zone.dirty.length > 0 || !zone.published);
    const known = changed.filter((zone) => !this.isUnsynced(zone));
    // The SOA is part of what changes.
    for (const zone of known) this.markDirty(this.tree.apexOf(zone.number));
    this.publisher.expect(known.reduce((sum, { dirty }) => sum + dirty.length, 0));
    for (const zone of known) this.composeZone(zone);
    for (const zone of changed) {
      // Nothing is known yet; the apex alone is there to say so.
      if (!zone.published) this.compose(zone, this.tree.apexOf(zone.number));
      zone.published = true;
    }
    for (const zone of known) {
      if (this.stateOf(zone) === 0) this.serverCheck.look(zone);
    }
    return this.publisher.publish();
  }

  private composeZone(zone: Zone): void {
    // RFC 1982: forward, whatever the clock does. That of a file is its writer's to mind.
    zone.serial = this.composer.serialOf(zone) ?? Math.max((zone.serial + 1) >>> 0, this.now());
    this.serials[zone.number] = zone.serial;
    zone.published = true;
    for (const entry of zone.dirty) {
      // One that has gone, or stands here twice.
      if (!this.tree.hasFlags(entry, ENTRY.DIRTY)) continue;
      this.tree.clearFlags(entry, ENTRY.DIRTY);
      this.compose(zone, entry);
    }
    zone.dirty = [];
  }

  private isUnsynced(zone: Zone): boolean {
    return ((this.gatewayOf.get(zone) as Gateway).stateFlags & NODE.ZONE_UNSYNCED) !== 0;
  }

  private compose(zone: Zone, entry: number): void {
    if (this.cuts.above(entry) !== 0) {
      this.hide(entry);
      return;
    }
    this.tree.setFlags(entry, ENTRY.PUBLISHED);
    const isHost = !this.tree.hasFlags(entry, ENTRY.APEX | ENTRY.REVERSE);
    if (isHost && this.composer.addHost(entry, this.publisher)) return;
    this.publisher.add(this.nodeOf(zone, entry));
  }

  /** Of a name that no zone cut hides. */
  private nodeOf(zone: Zone, entry: number): NodeSpec {
    if (this.cuts.isCut(entry)) return this.composer.composeCut(entry);
    return this.tree.hasFlags(entry, ENTRY.APEX)
      ? this.composer.composeApex(zone)
      : this.composer.composeName(entry);
  }

  /** A name below a zone cut has no node. */
  private hide(entry: number): void {
    if (this.tree.hasFlags(entry, ENTRY.PUBLISHED)) {
      this.publisher.add(this.composer.composeGone(entry));
    }
    this.tree.clearFlags(entry, ENTRY.PUBLISHED);
  }

  /** Takes out the names that nothing needs any more. */
  private pruneDirty(): void {
    for (const zone of this.zones) {
      if (this.isUnsynced(zone)) continue;
      // A name that goes may leave others without a reason: the list grows meanwhile.
      for (let i = 0; i < zone.dirty.length; i++) this.prune(zone.dirty[i] as number, zone.dirty);
      // Whoever allocates after this may be given the place of a name that has gone (`NameTree.remove`).
      if (this.reverse === undefined) continue;
      zone.dirty = zone.dirty.filter((entry) => this.tree.hasFlags(entry, ENTRY.DIRTY));
    }
  }

  /**
   * Takes a name out of the tree if nothing needs it any more.
   *
   * @param dirty gets its parent, if that is to be looked at again.
   */
  private prune(entry: number, dirty: number[]): void {
    const { tree } = this;
    if (!tree.hasFlags(entry, ENTRY.DIRTY) || tree.hasFlags(entry, KEPT)) return;
    if (this.claims.has(entry) || tree.hasChildren(entry)) return;
    this.flattening.gone(entry);
    this.cuts.gone(entry);
    // A name that came and went between two publications leaves no trace.
    if (tree.hasFlags(entry, ENTRY.PUBLISHED)) {
      this.publisher.add(this.composer.composeGone(entry));
    }
    const wasWildcard = tree.isWildcard(entry);
    const parent = tree.remove(entry);
    // Its node tells of a wildcard below it; and it may have been there for this name alone.
    if (!wasWildcard && tree.hasChildren(parent)) return;
    tree.setFlags(parent, ENTRY.DIRTY);
    dirty.push(parent);
  }

  /** With it those above that have no node yet, and a parent whose node has to tell of a wildcard. */
  private markDirty(entry: number): void {
    const { tree } = this;
    for (let at = entry; !tree.hasFlags(at, ENTRY.DIRTY); at = tree.parentOf(at)) {
      tree.setFlags(at, ENTRY.DIRTY);
      (this.zones[tree.zoneOf(at)] as Zone).dirty.push(at);
      if (tree.hasFlags(at, ENTRY.PUBLISHED | ENTRY.APEX)) return;
      if (tree.hasFlags(tree.parentOf(at), ENTRY.PUBLISHED) && !tree.isWildcard(at)) return;
    }
  }

  private markOrigin({ objects }: Gateway, origin: Origin): void {
    objects.forEachName(origin, (entry) => this.markDirty(entry));
  }

  /** What is missing in a gateway's zones is missing for another reason. */
  private markState(gateway: Gateway): void {
    for (const zone of this.zones) {
      // What is missing of one gateway is missing in all reverse zones.
      const isConcerned = gateway.numbers.has(zone.number) || this.isReverse(zone);
      if (isConcerned) this.markDirty(this.tree.apexOf(zone.number));
    }
    this.flattening.markAll();
  }

  /**
   * Finds out which reverse names change with the names that have changed. Before anything is composed, for they
   * belong to the same publication; and before a name is taken out, for it allocates (`NameTree.remove`).
   */
  private settleReverse(): void {
    const { reverse, tree } = this;
    if (reverse === undefined) return;
    for (const zone of this.zones) {
      if (this.isReverse(zone) || this.isUnsynced(zone)) continue;
      for (const entry of zone.dirty) {
        // What a wildcard has leads back to no name that exists, and below a zone cut nothing is ours.
        const isNone = tree.isWildcard(entry) || this.cuts.isAway(entry);
        const isLeft = isNone || this.isKeptFromReverse(zone, entry);
        reverse.serve(entry, isLeft ? NO_ADDRESSES : this.composer.addressesOf(entry));
      }
    }
  }

  /** Its addresses are those of a hosts file that wants no PTR for them (`no_reverse`). */
  private isKeptFromReverse(zone: Zone, entry: number): boolean {
    const gateway = this.gatewayOf.get(zone) as Gateway;
    if (gateway.options.hostsReverse !== false) return false;
    return this.precedence.hear(entry, gateway).reached[0]?.kind === 'hosts';
  }

  private isReverse({ number }: Zone): boolean {
    return this.reverse?.isReverse(number) === true;
  }

  private stateOf(zone: Zone): number {
    const { stateFlags } = this.gatewayOf.get(zone) as Gateway;
    if (stateFlags !== 0 || !this.isReverse(zone)) return stateFlags;
    // The name of an address may yet come from any of them.
    const isWaiting = this.gateways.some(
      (gateway) => gateway.stateFlags !== 0 && !gateway.zones.every((one) => this.isReverse(one)),
    );
    return isWaiting ? NODE.ZONE_PARTIAL : 0;
  }

  /** An apex carries the addresses of its name servers, be they in another of our zones. */
  private markGlue(): void {
    for (const zone of this.zones) {
      const isDirty = zone.serverEntries.some(
        (entry) => entry !== 0 && this.tree.hasFlags(entry, ENTRY.DIRTY),
      );
      if (isDirty) this.markDirty(this.tree.apexOf(zone.number));
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

  private givenAddresses(): Map<number, AddressSet> {
    const given = new Map<number, AddressSet>();
    for (const { options, zones } of this.gateways) {
      for (const { serverEntries } of zones) {
        for (const [i, { addresses }] of options.nameServers.entries()) {
          const entry = serverEntries[i] ?? 0;
          if (entry !== 0 && addresses.length > 0) given.set(entry, addressSet(addresses));
        }
      }
    }
    return given;
  }

  private gatewayAround(entry: number): Gateway {
    return this.gatewayOfZone(this.tree.zoneOf(entry));
  }

  private gatewayOfZone(zone: number): Gateway {
    return this.gatewayOf.get(this.zones[zone] as Zone) as Gateway;
  }

  private gateway(index: number): Gateway {
    const gateway = this.gateways[index];
    if (gateway === undefined) throw new RangeError(`no gateway ${index}`);
    return gateway;
  }
}

function zonesOf(gateway: GatewayOptions): Pick<Zone, 'apexName' | 'servers'>[] {
  return gateway.zones.map((text) => {
    const apexName = wireName(text);
    const servers = gateway.nameServers.map(({ name }) => nameServer(name, apexName));
    return { apexName, servers };
  });
}
