import { NameOrder } from './name-order.ts';
import type { NameTree } from './name-tree.ts';
import type { WordHeap } from './word-heap.ts';

/*
 * A link says that a name has an address: a block of the word heap named by its offset.
 *
 *   word 0   entry of the name
 *   word 1   entry of the address's reverse name
 *   word 2   the next link of the same name, or 0
 *   word 3   in the heap of its reverse name: its first child, or 0
 *   word 4   its next sibling, or 0
 *   word 5   its sibling before, of a first child the parent, of the root 0
 */
export const LINK = { NAME: 0, REVERSE: 1, SAME_NAME: 2, CHILD: 3, NEXT: 4, BEFORE: 5 } as const;
export const LINK_WORDS = 6;

/**
 * The links of each reverse name as a pairing heap (Fredman et al. 1986), with the best name at its root. A
 * million names may have one address: with a list of them, each best one that goes would cost a look at all the
 * others, 0.1 s. Here that is the price of the first one, and of those that follow a logarithm.
 */
export class NameHeap {
  private readonly heap: WordHeap;
  private readonly order: NameOrder;

  constructor(heap: WordHeap, tree: NameTree) {
    this.heap = heap;
    this.order = new NameOrder(tree);
  }

  /** Makes one heap of two. @returns its root */
  meld(one: number, other: number): number {
    const { words } = this.heap;
    const names = [words[one + LINK.NAME] as number, words[other + LINK.NAME] as number] as const;
    const isFirst = this.order.compare(...names) <= 0;
    const root = isFirst ? one : other;
    const child = isFirst ? other : one;
    const next = words[root + LINK.CHILD] as number;
    words[child + LINK.NEXT] = next;
    words[child + LINK.BEFORE] = root;
    if (next !== 0) words[next + LINK.BEFORE] = child;
    words[root + LINK.CHILD] = child;
    return root;
  }

  /** Takes a link out of the heap with that root. @returns the root of the rest, or 0 */
  remove(root: number, link: number): number {
    const { words } = this.heap;
    const rest = this.meldAll(words[link + LINK.CHILD] as number);
    if (link === root) return rest;
    const next = words[link + LINK.NEXT] as number;
    const before = words[link + LINK.BEFORE] as number;
    if (words[before + LINK.CHILD] === link) words[before + LINK.CHILD] = next;
    else words[before + LINK.NEXT] = next;
    if (next !== 0) words[next + LINK.BEFORE] = before;
    return rest === 0 ? root : this.meld(root, rest);
  }

  /** One heap of siblings: each with the next, then these from right to left, which is what keeps it flat. */
  private meldAll(first: number): number {
    const { words } = this.heap;
    let pairs = 0;
    for (let at = first; at !== 0; ) {
      const partner = this.detach(at);
      const next = partner === 0 ? 0 : this.detach(partner);
      const pair = partner === 0 ? at : this.meld(at, partner);
      words[pair + LINK.NEXT] = pairs;
      pairs = pair;
      at = next;
    }
    let root = 0;
    while (pairs !== 0) {
      const next = this.detach(pairs);
      root = root === 0 ? pairs : this.meld(root, pairs);
      pairs = next;
    }
    return root;
  }

  /** @returns the sibling that came next */
  private detach(link: number): number {
    const { words } = this.heap;
    const next = words[link + LINK.NEXT] as number;
    words[link + LINK.NEXT] = 0;
    words[link + LINK.BEFORE] = 0;
    return next;
  }
}
