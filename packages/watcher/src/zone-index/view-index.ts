import type { FoldedName } from '@seamark/protocol';
import type { Publisher } from '@seamark/snapshot';
import type { ClaimingKind, ClaimSink } from '../projection/contract.ts';
import type { Logger } from '../sources/contract.ts';
import type { TargetSource } from '../targets/contract.ts';
import { Asides } from './asides.ts';
import { Claims } from './claims.ts';
import { Cuts } from './cuts.ts';
import { Flattening } from './flattening.ts';
import type { Gateway, GatewayOptions } from './gateway.ts';
import { Intake } from './intake.ts';
import { explainName, type NameInIndex } from './name-in-index.ts';
import { NameServerCheck } from './name-server-check.ts';
import type { NameTree } from './name-tree.ts';
import { NodeComposer } from './node-composer.ts';
import { type Origin, originOf } from './object-table.ts';
import { Precedence } from './precedence.ts';
import { Publication } from './publication.ts';
import { ReverseNames } from './reverse-names.ts';
import { WordHeap } from './word-heap.ts';
import type { Zone } from './zone.ts';
import { ZoneSet } from './zone-set.ts';

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

/**
 * What stands behind one snapshot: the objects of each gateway, the tree of their names, and which of
 * these have changed. Objects come in; nodes of the names that this changes go out with the next
 * `publish`. All of it lies in one heap outside V8's (word-heap.ts): 85 octets for a host with one
 * address, where objects and Maps of JavaScript took 1 KB. An exception amid a change, as when there is no
 * more memory, leaves it in pieces: its thread is to end with it.
 */
export class ViewIndex {
  private readonly zones: ZoneSet;
  private readonly tree: NameTree;
  private readonly claims: Claims;
  private readonly flattening: Flattening;
  private readonly cuts: Cuts;
  private readonly composer: NodeComposer;
  private readonly reverse: ReverseNames | undefined;
  private readonly precedence: Precedence;
  private readonly publication: Publication;
  private readonly log: Logger;

  /** @throws NameError for a zone or name server that is no domain name. */
  constructor(options: ViewIndexOptions) {
    const { gateways, publisher, log, serials, now } = options;
    this.log = log;
    const heap = new WordHeap();
    const zones = new ZoneSet(gateways, heap, publisher.hasher, serials);
    const { tree } = zones;
    this.zones = zones;
    this.tree = tree;
    this.claims = new Claims(tree);
    const markDirty = (entry: number): void => zones.markDirty(entry);
    this.reverse = ReverseNames.of({
      ...{ heap, tree, markDirty },
      apexes: zones.reverseApexes,
    });
    this.flattening = new Flattening({
      ...{ tree, log, markDirty, onResolved: options.onResolved },
      answerOf: (entry) => this.composer.answerOf(entry),
      isAway: (entry) => this.cuts.isAway(entry),
      isPartial: (zone) => zones.stateOf(zones.all[zone] as Zone) !== 0,
      targetsOf: (zone) => options.targetsOf(zones.gateways.indexOf(zones.gatewayOfZone(zone))),
    });
    const asides = new Asides({
      ...{ tree, markDirty },
      answerOf: (entry) => this.composer.answerOf(entry),
    });
    this.precedence = new Precedence(tree, this.claims, log);
    this.cuts = new Cuts({
      ...{ tree, markDirty },
      answerOf: (entry) => this.composer.answerOf(entry),
      clusterOf: (entry) => this.precedence.firstCluster(entry, zones.gatewayAround(entry)),
    });
    this.composer = new NodeComposer({
      ...{ tree, log, given: zones.given, claims: this.claims, reverse: this.reverse },
      ...{ asides, flattening: this.flattening, precedence: this.precedence },
      gatewayAround: (entry) => zones.gatewayAround(entry),
      stateOf: (zone) => zones.stateOf(zone),
    });
    this.publication = new Publication({
      ...{ tree, zones, publisher, serials, now, claims: this.claims, reverse: this.reverse },
      ...{ asides, flattening: this.flattening, cuts: this.cuts, composer: this.composer },
      precedence: this.precedence,
      serverCheck: new NameServerCheck(log, (entry) => this.composer.addressesOf(entry)),
    });
  }

  /** Names in the tree, empty non-terminals included. */
  get names(): number {
    return this.tree.size;
  }

  /** Each of a gateway's zones: its apex in presentation format, its serial, and how many names it has. */
  zoneStatus(gateway: number): { zone: string; serial: number; names: number }[] {
    const { options, zones } = this.zones.gateway(gateway);
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
    const { zones, tree, claims, precedence, cuts, flattening, reverse } = this;
    const gateway = zones.gatewayOfZone(number);
    return explainName(name, {
      ...{ tree, claims, precedence, cuts, flattening, reverse, gateway, given: zones.given },
      zone: zones.all[number] as Zone,
      gatewayNumber: zones.gateways.indexOf(gateway),
      gatewayAround: (entry) => {
        const around = zones.gatewayAround(entry);
        return { gateway: around, number: zones.gateways.indexOf(around) };
      },
      compose: (entry) => this.publication.nodeOf(zones.all[tree.zoneOf(entry)] as Zone, entry),
    });
  }

  /** Objects of a kind that have, or want, a name in the gateway's zones; of one of its clusters. */
  countOf(gateway: number, cluster: number, kind: ClaimingKind): number {
    return this.zones.gateway(gateway).objects.countOf(originOf(cluster, kind));
  }

  /**
   * Where claims on names of a gateway's zones go.
   *
   * @param cluster which of the gateway's own, counted from 0
   * @param onRead told when the first list of a kind is complete
   */
  intake(gateway: number, cluster: number, onRead: () => void): ClaimSink {
    const target = this.zones.gateway(gateway);
    return new Intake(target, cluster, {
      tree: this.tree,
      claims: this.claims,
      log: this.log,
      markDirty: (entry) => this.zones.markDirty(entry),
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
    const target = this.zones.gateway(gateway);
    if (target.waited || target.isSynced) return;
    target.waited = true;
    for (const origin of target.origins()) this.markOrigin(target, origin);
    this.markState(target);
  }

  /** Some kind has been read. */
  hasRead(gateway: number): boolean {
    return this.zones.gateway(gateway).hasRead;
  }

  /** Each kind of each of a gateway's clusters that gives names, and whether its first list is complete. */
  kindsRead(gateway: number): ReturnType<Gateway['kindsRead']> {
    return this.zones.gateway(gateway).kindsRead();
  }

  /**
   * Has the next publication give each zone a serial beyond the one that it is given here: what was answered with
   * before this index.
   */
  goOnFrom(serials: ReadonlyMap<string, number>): void {
    for (const { options, zones } of this.zones.gateways) {
      for (const [i, zone] of zones.entries()) {
        const serial = serials.get(options.zones[i] ?? '');
        if (serial === undefined || serial < zone.serial) continue;
        zone.serial = serial;
        this.zones.markDirty(this.tree.apexOf(zone.number));
      }
    }
  }

  /** Nobody asks for it any more, so it asks for no host names any more. */
  close(): void {
    this.flattening.close();
  }

  /** Every kind has been read. */
  isSynced(gateway: number): boolean {
    return this.zones.gateway(gateway).isSynced;
  }

  /** Something is missing that is waited for. */
  isWaiting(gateway: number): boolean {
    return this.zones.gateway(gateway).stateFlags !== 0;
  }

  /** Whether there are host names of which nothing is known because the first answer has not come. */
  get isResolving(): boolean {
    return this.flattening.isAsking;
  }

  /** Composes what has changed and makes it visible. @returns whether there was anything. */
  publish(): boolean {
    return this.publication.publish();
  }

  private markOrigin({ objects }: Gateway, origin: Origin): void {
    objects.forEachName(origin, (entry) => this.zones.markDirty(entry));
  }

  /** What is missing in a gateway's zones is missing for another reason. */
  private markState(gateway: Gateway): void {
    for (const zone of this.zones.all) {
      // What is missing of one gateway is missing in all reverse zones.
      const isConcerned = gateway.numbers.has(zone.number) || this.zones.isReverse(zone);
      if (isConcerned) this.zones.markDirty(this.tree.apexOf(zone.number));
    }
    this.flattening.markAll();
  }
}
