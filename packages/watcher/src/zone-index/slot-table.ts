import type { WordHeap } from './word-heap.ts';

const FIRST_SLOTS = 64;

/** Blocks of a heap by hash: open addressing, linear probing, one word a slot, itself a block of the heap. */
export class SlotTable {
  private readonly heap: WordHeap;
  private readonly hashOf: (block: number) => number;
  /** Where the slots begin. Each has a block's offset; 0 is free. */
  private slots: number;
  private mask: number = FIRST_SLOTS - 1;
  private count = 0;

  /** @param hashOf of a block in the table: 32 bits, the same at every call. */
  constructor(heap: WordHeap, hashOf: (block: number) => number) {
    this.heap = heap;
    this.hashOf = hashOf;
    this.slots = this.allocate(FIRST_SLOTS);
  }

  get size(): number {
    return this.count;
  }

  /**
   * Where blocks of that hash begin. Walk on with `next` until `at` gives 0, and compare: others lie
   * between them.
   */
  home(hash: number): number {
    return hash & this.mask;
  }

  next(slot: number): number {
    return (slot + 1) & this.mask;
  }

  at(slot: number): number {
    return this.heap.words[this.slots + slot] as number;
  }

  /** @throws ArenaFullError */
  add(block: number): void {
    // Half at the most: with three quarters, finding none takes eight looks instead of two, each at a block far away.
    if (2 * (this.count + 1) > this.mask + 1) this.enlarge();
    this.place(block);
    this.count += 1;
  }

  /** Takes out a block that is there, and closes the gap, so that no walk stops short. */
  remove(block: number): void {
    const { mask } = this;
    let gap = this.home(this.hashOf(block));
    while (this.at(gap) !== block) gap = this.next(gap);
    for (let slot = this.next(gap); this.at(slot) !== 0; slot = this.next(slot)) {
      // A block may move back to the gap unless its home lies behind it.
      const home = this.home(this.hashOf(this.at(slot)));
      if (((slot - home) & mask) < ((slot - gap) & mask)) continue;
      this.set(gap, this.at(slot));
      gap = slot;
    }
    this.set(gap, 0);
    this.count -= 1;
  }

  /** Visits all blocks; the table must not change meanwhile. */
  forEach(visit: (block: number) => void): void {
    for (let slot = 0; slot <= this.mask; slot++) {
      const block = this.at(slot);
      if (block !== 0) visit(block);
    }
  }

  private set(slot: number, block: number): void {
    this.heap.words[this.slots + slot] = block;
  }

  private place(block: number): void {
    let slot = this.home(this.hashOf(block));
    while (this.at(slot) !== 0) slot = this.next(slot);
    this.set(slot, block);
  }

  private enlarge(): void {
    const { slots, mask } = this;
    this.slots = this.allocate(2 * (mask + 1));
    this.mask = 2 * mask + 1;
    for (let slot = slots; slot <= slots + mask; slot++) {
      const block = this.heap.words[slot] as number;
      if (block !== 0) this.place(block);
    }
    this.heap.release(slots, mask + 1);
  }

  private allocate(slots: number): number {
    const at = this.heap.allocate(slots);
    this.heap.words.fill(0, at, at + slots);
    return at;
  }
}
