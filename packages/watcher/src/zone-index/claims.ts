import type { NameTree } from './name-tree.ts';

/**
 * What objects say of each name, as records of theirs. Nearly always that is one object, and a zone may
 * have a million names, so one record stands in the name's entry itself. Now and then it is thousands,
 * a path to each Ingress of a host; then neither coming nor going may cost a look at the others (composing the name does).
 */
export class Claims {
  private readonly tree: NameTree;
  /** Of an entry whose word is -1 - i. */
  private readonly sets: (Set<number> | undefined)[] = [];
  private readonly free: number[] = [];

  constructor(tree: NameTree) {
    this.tree = tree;
  }

  /** A record must not be added to a name twice. */
  add(entry: number, record: number): void {
    const word = this.tree.claimsOf(entry);
    if (word === 0) this.tree.setClaims(entry, record);
    else if (word < 0) this.setOf(word).add(record);
    else this.tree.setClaims(entry, this.keep(new Set([word, record])));
  }

  /** Removes a record that was added. */
  remove(entry: number, record: number): void {
    const word = this.tree.claimsOf(entry);
    if (word >= 0) {
      if (word === record) this.tree.setClaims(entry, 0);
      return;
    }
    const set = this.setOf(word);
    set.delete(record);
    if (set.size > 1) return;
    const [last = 0] = set;
    this.sets[-1 - word] = undefined;
    this.free.push(-1 - word);
    this.tree.setClaims(entry, last);
  }

  has(entry: number): boolean {
    return this.tree.claimsOf(entry) !== 0;
  }

  /** The record, if there is just one, else 0. */
  soleOf(entry: number): number {
    return Math.max(0, this.tree.claimsOf(entry));
  }

  /** In the order in which they came. */
  of(entry: number): Iterable<number> {
    const word = this.tree.claimsOf(entry);
    if (word < 0) return this.setOf(word);
    return word === 0 ? [] : [word];
  }

  private setOf(word: number): Set<number> {
    return this.sets[-1 - word] as Set<number>;
  }

  private keep(set: Set<number>): number {
    const index = this.free.pop() ?? this.sets.length;
    this.sets[index] = set;
    return -1 - index;
  }
}
