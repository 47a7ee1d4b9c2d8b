import { TYPE } from '@seamark/protocol';
import { ENTRY, type NameTree } from './name-tree.ts';
import type { Answer } from './precedence.ts';
import type { Zone } from './zone.ts';

/** What cuts are found in. */
export interface CutParts {
  readonly tree: NameTree;
  /** What a name owns. */
  readonly answerOf: (entry: number) => Answer;
  /** `clusters first`: the cluster that a name is of; undefined where all count, or none claims it. */
  readonly clusterOf: (entry: number) => number | undefined;
  /** The entry's node is no longer right. */
  readonly markDirty: (entry: number) => void;
}

/**
 * Zone cuts: names below an apex for which objects have NS (RFC 1034 4.2.1). What lies below one is another's
 * to answer for, and gets no node; addresses there are glue at most. Where no object has ever had NS, nothing
 * here costs anything.
 */
export class Cuts {
  private readonly parts: CutParts;
  private readonly cuts = new Set<number>();
  /** Names that are no cuts though a cluster delegates them: one that comes before it has names below. */
  private readonly held = new Set<number>();
  /** Some object had NS once. */
  private isDelegating = false;

  constructor(parts: CutParts) {
    this.parts = parts;
  }

  /** Some object has NS: from now on, cuts are looked for. */
  expect(): void {
    this.isDelegating = true;
  }

  isCut(entry: number): boolean {
    return this.cuts.size > 0 && this.cuts.has(entry);
  }

  /** A cluster delegates the name, and has to leave it, with those below it, to one that comes before it. */
  isHeld(entry: number): boolean {
    return this.held.has(entry);
  }

  /** The topmost cut above an entry in its zone, which hides it; or 0. */
  above(entry: number): number {
    if (this.cuts.size === 0) return 0;
    const { tree } = this.parts;
    let topmost = 0;
    for (let at = entry; !tree.hasFlags(at, ENTRY.APEX); ) {
      at = tree.parentOf(at);
      if (this.cuts.has(at)) topmost = at;
    }
    return topmost;
  }

  /** The topmost cut at an entry or above it, or 0. */
  around(entry: number): number {
    return this.above(entry) || (this.isCut(entry) ? entry : 0);
  }

  /** The name is another's to answer for, or lies below one that is. */
  isAway(entry: number): boolean {
    return this.around(entry) !== 0;
  }

  /** The entry is about to be taken out of the tree; nothing lies below it. */
  gone(entry: number): void {
    this.held.delete(entry);
    if (this.cuts.size === 0) return;
    this.cuts.delete(entry);
    const cut = this.above(entry);
    if (cut !== 0) this.parts.markDirty(cut);
  }

  /**
   * Finds out which of the names that have changed have become cuts, or are none any more: with such a one all
   * below it change, and a cut with the glue below it.
   *
   * @returns whether there was such a one
   */
  settle(zones: readonly Zone[]): boolean {
    if (!this.isDelegating) return false;
    const { tree, markDirty } = this.parts;
    const turned = new Set<number>();
    this.markRanked(zones);
    for (const { dirty } of zones) {
      for (const entry of dirty) {
        if (
          !tree.hasFlags(entry, ENTRY.DIRTY) ||
          this.isDelegated(entry) === this.cuts.has(entry)
        ) {
          continue;
        }
        if (!this.cuts.delete(entry)) this.cuts.add(entry);
        turned.add(entry);
      }
    }
    if (turned.size > 0) {
      const below: number[] = [];
      tree.forEach((entry) => {
        if (this.isBelow(entry, turned)) below.push(entry);
      });
      for (const entry of below) markDirty(entry);
    }
    for (const { dirty } of this.cuts.size === 0 ? [] : zones) {
      for (const entry of dirty) {
        const cut = tree.hasFlags(entry, ENTRY.DIRTY) ? this.above(entry) : 0;
        if (cut !== 0) markDirty(cut);
      }
    }
    return turned.size > 0;
  }

  /** The way from an apex to name servers is settled by configuration, and a wildcard is no cut (RFC 4592 4.2). */
  private isDelegated(entry: number): boolean {
    const { tree, answerOf } = this.parts;
    const isWanted =
      canBeCut(tree, entry) && answerOf(entry).rrsets.some(({ type }) => type === TYPE.NS);
    if (isWanted && this.isOfEarlier(entry)) this.held.add(entry);
    else this.held.delete(entry);
    return isWanted && !this.held.has(entry);
  }

  /**
   * Whether a cluster that comes before the one that delegates a name has names below it, which are to stay. Looks at
   * all names, for entries don't know those below them: only with `clusters first`, only for names with NS.
   */
  private isOfEarlier(entry: number): boolean {
    const { tree, clusterOf } = this.parts;
    const own = clusterOf(entry) ?? 0;
    if (own === 0) return false;
    const some = new Set([entry]);
    let isEarlier = false;
    tree.forEach((one) => {
      isEarlier ||= (clusterOf(one) ?? own) < own && this.isBelow(one, some);
    });
    return isEarlier;
  }

  /** Names with NS whose meaning hangs on names below them that have changed. */
  private markRanked(zones: readonly Zone[]): void {
    const { tree, clusterOf, markDirty } = this.parts;
    if (this.cuts.size + this.held.size === 0) return;
    for (const { dirty } of zones) {
      for (const entry of dirty) {
        if (!tree.hasFlags(entry, ENTRY.DIRTY)) continue;
        for (let at = entry; !tree.hasFlags(at, ENTRY.APEX); ) {
          at = tree.parentOf(at);
          const isDelegated = this.cuts.has(at) || this.held.has(at);
          if (isDelegated && clusterOf(at) !== undefined) markDirty(at);
        }
      }
    }
  }

  private isBelow(entry: number, some: ReadonlySet<number>): boolean {
    const { tree } = this.parts;
    for (let at = entry; !tree.hasFlags(at, ENTRY.APEX); ) {
      at = tree.parentOf(at);
      if (some.has(at)) return true;
    }
    return false;
  }
}

/** Whether NS of objects have a meaning there. */
export function canBeCut(tree: NameTree, entry: number): boolean {
  const settled = ENTRY.APEX | ENTRY.NAME_SERVER | ENTRY.ABOVE_NAME_SERVER;
  return !tree.hasFlags(entry, settled) && !tree.isWildcard(entry);
}
