import type { NodeSpec, Publisher } from '@seamark/snapshot';
import { NO_ADDRESSES } from './address-set.ts';
import type { Asides } from './asides.ts';
import type { Claims } from './claims.ts';
import type { Cuts } from './cuts.ts';
import type { Flattening } from './flattening.ts';
import type { NameServerCheck } from './name-server-check.ts';
import { ENTRY, type NameTree } from './name-tree.ts';
import type { NodeComposer } from './node-composer.ts';
import type { Precedence } from './precedence.ts';
import type { ReverseNames } from './reverse-names.ts';
import type { Zone } from './zone.ts';
import type { ZoneSet } from './zone-set.ts';

/** What a publication is made from. */
export interface PublicationParts {
  readonly tree: NameTree;
  readonly zones: ZoneSet;
  readonly claims: Claims;
  readonly flattening: Flattening;
  readonly asides: Asides;
  readonly cuts: Cuts;
  readonly composer: NodeComposer;
  readonly precedence: Precedence;
  /** Undefined where there is no reverse zone. */
  readonly reverse: ReverseNames | undefined;
  readonly serverCheck: NameServerCheck;
  readonly publisher: Publisher;
  /** Unix time in seconds: what serials keep up with. */
  readonly now: () => number;
  /** Gets the last serial of each zone, by its number. */
  readonly serials: Uint32Array;
}

/** Entries that exist though nobody claims them. */
const KEPT: number = ENTRY.PINNED | ENTRY.REVERSE;

/**
 * Makes nodes of the names that have changed: what changes along with them is found out first, then what nothing
 * needs any more goes, and only then is anything composed.
 */
export class Publication {
  private readonly parts: PublicationParts;

  constructor(parts: PublicationParts) {
    this.parts = parts;
  }

  /** Composes what has changed and makes it visible. @returns whether there was anything. */
  publish(): boolean {
    const { zones, tree, flattening, asides, cuts, reverse, serverCheck, publisher } = this.parts;
    const readZones = zones.all.filter((zone) => !zones.isUnsynced(zone));
    // What lay in our zones may be another's now, or the other way round.
    if (cuts.settle(readZones)) flattening.markAll();
    flattening.markDependents();
    asides.markDependents();
    this.settleReverse();
    this.pruneDirty();
    // Only now is it settled which names there are.
    flattening.markLoose();
    if (reverse !== undefined && flattening.size > 0) {
      // Names that lead to others may have other addresses since those have gone.
      this.settleReverse();
      this.pruneDirty();
    }
    this.markGlue();
    const changed = zones.all.filter((zone) => zone.dirty.length > 0 || !zone.published);
    const known = changed.filter((zone) => !zones.isUnsynced(zone));
    // The SOA is part of what changes.
    for (const zone of known) zones.markDirty(tree.apexOf(zone.number));
    publisher.expect(known.reduce((sum, { dirty }) => sum + dirty.length, 0));
    for (const zone of known) this.composeZone(zone);
    for (const zone of changed) {
      // Nothing is known yet; the apex alone is there to say so.
      if (!zone.published) this.compose(zone, tree.apexOf(zone.number));
      zone.published = true;
    }
    for (const zone of known) {
      if (zones.stateOf(zone) === 0) serverCheck.look(zone);
    }
    return publisher.publish();
  }

  private composeZone(zone: Zone): void {
    const { tree, composer, now, serials } = this.parts;
    // RFC 1982: forward, whatever the clock does. That of a file is its writer's to mind.
    zone.serial = composer.serialOf(zone) ?? Math.max((zone.serial + 1) >>> 0, now());
    serials[zone.number] = zone.serial;
    zone.published = true;
    for (const entry of zone.dirty) {
      // One that has gone, or stands here twice.
      if (!tree.hasFlags(entry, ENTRY.DIRTY)) continue;
      tree.clearFlags(entry, ENTRY.DIRTY);
      this.compose(zone, entry);
    }
    zone.dirty = [];
  }

  private compose(zone: Zone, entry: number): void {
    const { tree, cuts, composer, publisher } = this.parts;
    if (cuts.above(entry) !== 0) {
      this.hide(entry);
      return;
    }
    tree.setFlags(entry, ENTRY.PUBLISHED);
    const isHost = !tree.hasFlags(entry, ENTRY.APEX | ENTRY.REVERSE);
    if (isHost && composer.addHost(entry, publisher)) return;
    publisher.add(this.nodeOf(zone, entry));
  }

  /** The node of a name that no zone cut hides, as it would be published now. */
  nodeOf(zone: Zone, entry: number): NodeSpec {
    const { tree, cuts, composer } = this.parts;
    if (cuts.isCut(entry)) return composer.composeCut(entry);
    return tree.hasFlags(entry, ENTRY.APEX)
      ? composer.composeApex(zone)
      : composer.composeName(entry);
  }

  /** A name below a zone cut has no node. */
  private hide(entry: number): void {
    const { tree, composer, publisher } = this.parts;
    if (tree.hasFlags(entry, ENTRY.PUBLISHED)) {
      publisher.add(composer.composeGone(entry));
    }
    tree.clearFlags(entry, ENTRY.PUBLISHED);
  }

  /** Takes out the names that nothing needs any more. */
  private pruneDirty(): void {
    const { zones, tree, reverse } = this.parts;
    for (const zone of zones.all) {
      if (zones.isUnsynced(zone)) continue;
      // A name that goes may leave others without a reason: the list grows meanwhile.
      for (let i = 0; i < zone.dirty.length; i++) this.prune(zone.dirty[i] as number, zone.dirty);
      // Whoever allocates after this may be given the place of a name that has gone (`NameTree.remove`).
      if (reverse === undefined) continue;
      zone.dirty = zone.dirty.filter((entry) => tree.hasFlags(entry, ENTRY.DIRTY));
    }
  }

  /**
   * Takes a name out of the tree if nothing needs it any more.
   *
   * @param dirty gets its parent, if that is to be looked at again.
   */
  private prune(entry: number, dirty: number[]): void {
    const { tree, claims, flattening, asides, cuts, composer, publisher } = this.parts;
    if (!tree.hasFlags(entry, ENTRY.DIRTY) || tree.hasFlags(entry, KEPT)) return;
    if (claims.has(entry) || tree.hasChildren(entry)) return;
    flattening.gone(entry);
    cuts.gone(entry);
    asides.gone(entry);
    // A name that came and went between two publications leaves no trace.
    if (tree.hasFlags(entry, ENTRY.PUBLISHED)) {
      publisher.add(composer.composeGone(entry));
    }
    const wasWildcard = tree.isWildcard(entry);
    const parent = tree.remove(entry);
    // Its node tells of a wildcard below it; and it may have been there for this name alone.
    if (!wasWildcard && tree.hasChildren(parent)) return;
    tree.setFlags(parent, ENTRY.DIRTY);
    dirty.push(parent);
  }

  /**
   * Finds out which reverse names change with the names that have changed. Before anything is composed, for they
   * belong to the same publication; and before a name is taken out, for it allocates (`NameTree.remove`).
   */
  private settleReverse(): void {
    const { zones, tree, cuts, composer, reverse } = this.parts;
    if (reverse === undefined) return;
    for (const zone of zones.all) {
      if (zones.isReverse(zone) || zones.isUnsynced(zone)) continue;
      for (const entry of zone.dirty) {
        // What a wildcard has leads back to no name that exists, and below a zone cut nothing is ours.
        const isNone = tree.isWildcard(entry) || cuts.isAway(entry);
        const isLeft = isNone || this.isKeptFromReverse(entry);
        reverse.serve(entry, isLeft ? NO_ADDRESSES : composer.addressesOf(entry));
      }
    }
  }

  /** Its addresses are those of a hosts file that wants no PTR for them (`no_reverse`). */
  private isKeptFromReverse(entry: number): boolean {
    const { precedence, zones } = this.parts;
    const gateway = zones.gatewayAround(entry);
    if (gateway.options.hostsReverse !== false) return false;
    return precedence.hear(entry, gateway).reached[0]?.kind === 'hosts';
  }

  /** An apex carries the addresses of its name servers, be they in another of our zones. */
  private markGlue(): void {
    const { zones, tree } = this.parts;
    for (const zone of zones.all) {
      const isDirty = zone.serverEntries.some(
        (entry) => entry !== 0 && tree.hasFlags(entry, ENTRY.DIRTY),
      );
      if (isDirty) zones.markDirty(tree.apexOf(zone.number));
    }
  }
}
