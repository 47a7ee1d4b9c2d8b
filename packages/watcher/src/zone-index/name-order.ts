import { LIMIT } from '@seamark/protocol';
import { ENTRY, type NameTree } from './name-tree.ts';

/**
 * Which of the names that have an address is its PTR: one that is no name server's, of these one with the fewest
 * labels, and of these the first in canonical order (RFC 4034 6.1). Nothing of it depends on the order in which
 * things happen, so replicas of a server agree.
 */
export class NameOrder {
  private readonly tree: NameTree;
  private readonly one = new Uint8Array(LIMIT.NAME);
  private readonly other = new Uint8Array(LIMIT.NAME);
  private readonly oneLabels = new Uint8Array(LIMIT.LABELS);
  private readonly otherLabels = new Uint8Array(LIMIT.LABELS);

  constructor(tree: NameTree) {
    this.tree = tree;
  }

  /** @returns below 0 if the name of entry `one` is the better one. */
  compare(one: number, other: number): number {
    const { tree } = this;
    const servers =
      Number(tree.hasFlags(one, ENTRY.NAME_SERVER)) -
      Number(tree.hasFlags(other, ENTRY.NAME_SERVER));
    if (servers !== 0) return servers;
    tree.writeName(one, this.one);
    const labels = tree.writtenLabels;
    tree.writeName(other, this.other);
    if (labels !== tree.writtenLabels) return labels - tree.writtenLabels;
    return this.compareLabels(labels);
  }

  /** From the rightmost label on. */
  private compareLabels(count: number): number {
    findLabels(this.one, this.oneLabels, count);
    findLabels(this.other, this.otherLabels, count);
    for (let i = count - 1; i >= 0; i--) {
      const order = compareLabel(
        this.one,
        this.oneLabels[i] as number,
        this.other,
        this.otherLabels[i] as number,
      );
      if (order !== 0) return order;
    }
    return 0;
  }
}

function findLabels(name: Uint8Array, into: Uint8Array, count: number): void {
  let at = 0;
  for (let i = 0; i < count; i++) {
    into[i] = at;
    at += (name[at] as number) + 1;
  }
}

/** As octets, left-justified: one that ends comes before one that goes on. */
function compareLabel(one: Uint8Array, at: number, other: Uint8Array, otherAt: number): number {
  const length = one[at] as number;
  const otherLength = other[otherAt] as number;
  for (let i = 1; i <= length && i <= otherLength; i++) {
    const difference = (one[at + i] as number) - (other[otherAt + i] as number);
    if (difference !== 0) return difference;
  }
  return length - otherLength;
}
