/** Blocks of a heap by hash: open addressing, linear probing, one word a slot. */
export class SlotTable {
  /** Block offsets; 0 is free. */
  private slots = new Int32Array(64);
  private readonly hashOf: (block: number) => number;
  private count = 0;

  /** @param hashOf of a block in the table: 32 bits, the same at every call. */
  constructor(hashOf: (block: number) => number) {
    this.hashOf = hashOf;
  }

  get size(): number {
    return this.count;
  }

  /**
   * Where blocks of that hash begin. Walk on with `next` until `at` gives 0, and compare: others lie
   * between them.
   */
  home(hash: number): number {
    return hash & (this.slots.length - 1);
  }

  next(slot: number): number {
    return (slot + 1) & (this.slots.length - 1);
  }

  at(slot: number): number {
    return this.slots[slot] as number;
  }

  add(block: number): void {
    this.count += 1;
    // Three quarters at the most, so that every probe ends soon.
    if (4 * this.count > 3 * this.slots.length) this.enlarge();
    this.place(block);
  }

  /** Takes out a block that is there, and closes the gap, so that no walk stops short. */
  remove(block: number): void {
    const { slots } = this;
    let gap = this.home(this.hashOf(block));
    while (slots[gap] !== block) gap = this.next(gap);
    for (let slot = this.next(gap); slots[slot] !== 0; slot = this.next(slot)) {
      // A block may move back to the gap unless its home lies behind it.
      const home = this.home(this.hashOf(slots[slot] as number));
      const mask = slots.length - 1;
      if (((slot - home) & mask) < ((slot - gap) & mask)) continue;
      slots[gap] = slots[slot] as number;
      gap = slot;
    }
    slots[gap] = 0;
    this.count -= 1;
  }

  /** All blocks; the table must not change meanwhile. */
  *[Symbol.iterator](): Generator<number, void, undefined> {
    for (const block of this.slots) if (block !== 0) yield block;
  }

  private place(block: number): void {
    let slot = this.home(this.hashOf(block));
    while (this.slots[slot] !== 0) slot = this.next(slot);
    this.slots[slot] = block;
  }

  private enlarge(): void {
    const { slots } = this;
    this.slots = new Int32Array(2 * slots.length);
    for (const block of slots) if (block !== 0) this.place(block);
  }
}
