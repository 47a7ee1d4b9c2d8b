import type { FoldedName } from '@seamark/protocol';
import type { AddressSet } from './address-set.ts';
import { LINK, LINK_WORDS, NameHeap } from './name-heap.ts';
import { ENTRY, type NameTree } from './name-tree.ts';
import { isReverse, ReverseZone } from './reverse-zone.ts';
import { SlotTable } from './slot-table.ts';
import type { WordHeap } from './word-heap.ts';

/** What reverse names work on. */
export interface ReverseParts {
  readonly heap: WordHeap;
  readonly tree: NameTree;
  /** Of the view's zones, by their numbers; undefined for one that has its PTR from elsewhere. */
  readonly apexes: readonly (FoldedName | undefined)[];
  /** The entry's node is no longer right. */
  readonly markDirty: (entry: number) => void;
}

/**
 * Which name each address of a view leads back to. Of all names outside the reverse zones that have the address
 * one is its PTR (name-order.ts). A reverse name that has a PTR exists for that: its entry has ENTRY.REVERSE, and
 * is not to be removed.
 *
 * Each pair of a name and one of its addresses is a link, 40 octets with its places in two tables: one finds the
 * links of a name, which tell what it had before; the other the best link of each reverse name, the root of a heap.
 */
export class ReverseNames {
  private readonly heap: WordHeap;
  private readonly tree: NameTree;
  private readonly markDirty: (entry: number) => void;
  private readonly numbers: ReadonlySet<number>;
  private readonly zones: readonly ReverseZone[];
  private readonly names: NameHeap;
  /** The first link of each name. */
  private readonly byName: SlotTable;
  /** The best link of each reverse name. */
  private readonly byReverse: SlotTable;
  /** Of the name in hand. */
  private readonly wanted = new Set<number>();

  /** Undefined if none of the zones is a reverse zone: then there is nothing that costs anything. */
  static of(parts: ReverseParts): ReverseNames | undefined {
    return parts.apexes.some((apex) => apex !== undefined && isReverse(apex))
      ? new ReverseNames(parts)
      : undefined;
  }

  private constructor({ heap, tree, apexes, markDirty }: ReverseParts) {
    this.heap = heap;
    this.tree = tree;
    this.markDirty = markDirty;
    this.numbers = new Set(
      apexes.flatMap((apex, zone) => (apex !== undefined && isReverse(apex) ? [zone] : [])),
    );
    this.zones = apexes
      .map((apex) => apex && ReverseZone.of(apex))
      .filter((zone) => zone !== undefined);
    this.names = new NameHeap(heap, tree);
    this.byName = new SlotTable(heap, (link) => hashOf(heap.words[link + LINK.NAME] as number));
    this.byReverse = new SlotTable(heap, (link) =>
      hashOf(heap.words[link + LINK.REVERSE] as number),
    );
  }

  /** The name that a reverse name's address leads to; undefined for an entry without ENTRY.REVERSE. */
  targetOf(entry: number): FoldedName | undefined {
    if (!this.tree.hasFlags(entry, ENTRY.REVERSE)) return undefined;
    const best = this.find(this.byReverse, LINK.REVERSE, entry);
    return this.tree.nameOf(this.heap.words[best + LINK.NAME] as number);
  }

  /** Whether a reverse name is that of an address, in any of the zones. */
  isNameOf(reverse: number, address: Uint8Array): boolean {
    return this.zones.some(
      (zone) => zone.covers(address) && this.tree.find(zone.nameOf(address)) === reverse,
    );
  }

  /**
   * Says which addresses a name is answered with from now on, in the place of those that were said before. May
   * allocate from the heap. An entry that goes must have none by then.
   */
  serve(entry: number, { v4, v6 }: AddressSet): void {
    const first = this.find(this.byName, LINK.NAME, entry);
    if (first === 0 && v4.length + v6.length === 0) return;
    const { wanted } = this;
    wanted.clear();
    for (const address of v4) this.want(address);
    for (const address of v6) this.want(address);
    if (!this.hasJust(first)) this.replace(entry, first);
  }

  /** In nested zones an address has the same name; in a classless one it has another besides. */
  private want(address: Uint8Array): void {
    for (const zone of this.zones) {
      if (!zone.covers(address)) continue;
      const reverse = this.tree.ensure(zone.nameOf(address), this.numbers);
      if (reverse > 0) this.wanted.add(reverse);
    }
  }

  /** Whether links from `first` on lead to the wanted names and no others. */
  private hasJust(first: number): boolean {
    const { words } = this.heap;
    let count = 0;
    for (let link = first; link !== 0; link = words[link + LINK.SAME_NAME] as number) {
      if (!this.wanted.has(words[link + LINK.REVERSE] as number)) return false;
      count += 1;
    }
    return count === this.wanted.size;
  }

  private replace(entry: number, first: number): void {
    const { wanted } = this;
    if (first !== 0) this.byName.remove(first);
    let kept = 0;
    let next = 0;
    for (let link = first; link !== 0; link = next) {
      const { words } = this.heap;
      next = words[link + LINK.SAME_NAME] as number;
      if (wanted.delete(words[link + LINK.REVERSE] as number)) {
        words[link + LINK.SAME_NAME] = kept;
        kept = link;
      } else {
        this.unlink(link);
      }
    }
    for (const reverse of wanted) kept = this.link(entry, reverse, kept);
    if (kept !== 0) this.byName.add(kept);
  }

  private link(entry: number, reverse: number, next: number): number {
    const link = this.heap.allocate(LINK_WORDS);
    const { words } = this.heap;
    words.fill(0, link, link + LINK_WORDS);
    words[link + LINK.NAME] = entry;
    words[link + LINK.REVERSE] = reverse;
    words[link + LINK.SAME_NAME] = next;
    const root = this.find(this.byReverse, LINK.REVERSE, reverse);
    this.setRoot(reverse, root, root === 0 ? link : this.names.meld(root, link));
    return link;
  }

  private unlink(link: number): void {
    const reverse = this.heap.words[link + LINK.REVERSE] as number;
    const root = this.find(this.byReverse, LINK.REVERSE, reverse);
    this.setRoot(reverse, root, this.names.remove(root, link));
    this.heap.release(link, LINK_WORDS);
  }

  private setRoot(reverse: number, from: number, to: number): void {
    if (from === to) return;
    if (from !== 0) this.byReverse.remove(from);
    if (to !== 0) this.byReverse.add(to);
    if (to === 0) this.tree.clearFlags(reverse, ENTRY.REVERSE);
    else this.tree.setFlags(reverse, ENTRY.REVERSE);
    this.markDirty(reverse);
  }

  private find(table: SlotTable, member: number, entry: number): number {
    const { words } = this.heap;
    let slot = table.home(hashOf(entry));
    for (let link = table.at(slot); link !== 0; link = table.at(slot)) {
      if (words[link + member] === entry) return link;
      slot = table.next(slot);
    }
    return 0;
  }
}

/** Of an entry's offset: a look at its name's hash would be another place in memory for each probe. */
function hashOf(entry: number): number {
  const mixed = Math.imul(entry, 0x9e3779b1);
  return mixed ^ (mixed >>> 16);
}
