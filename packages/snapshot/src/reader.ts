// Query path: nothing here allocates, throws or waits, but for `adopt` when the arena has grown.
// Bench: bench/micro/lookup.ts.
import { TYPE } from '@seamark/protocol';
import type { SnapshotHandle } from './control.ts';
import {
  CONTROL,
  DIRECTORY_WORDS,
  HEADER_WORDS,
  MAX_SEGMENTS,
  NODE,
  NODE_HEADER_WORDS,
  READER_STATE,
  READER_STRIDE,
  SEGMENT,
} from './layout.ts';
import { NameHasher } from './name-hash.ts';

/**
 * One thread's eyes on the snapshot. Takes no lock and never waits for the writer: while the list is
 * being changed it goes on with the one it has. A node is named by its offset in `words`; offset 0
 * means there is none. Offsets hold until the next `refresh`.
 */
export class SnapshotReader {
  readonly hasher: NameHasher;
  /** The arena. Nodes and their octets are read straight from it. */
  words: Int32Array;
  octets: Uint8Array;
  view: DataView;
  /** The sequence adopted; it changes when, and only when, the list of segments does. */
  sequence = 0;
  private readonly arena: SharedArrayBuffer;
  private readonly control: Int32Array;
  private readonly slot: number;
  /** Start, slot mask and most labels of each segment, newest first. */
  private readonly starts = new Int32Array(MAX_SEGMENTS);
  private readonly masks = new Int32Array(MAX_SEGMENTS);
  private readonly list = new Int32Array(MAX_SEGMENTS);
  private count = 0;
  private maxLabels = 0;

  /**
   * Joins as reader `slot`, a number below the publisher's `readers` that no other live thread uses.
   */
  constructor(handle: SnapshotHandle, slot: number) {
    this.hasher = new NameHasher(handle.key0, handle.key1);
    this.arena = handle.arena;
    this.control = new Int32Array(handle.control);
    if (slot < 0 || slot >= (this.control[CONTROL.READER_SLOTS] as number)) {
      throw new RangeError(`reader slot ${slot} is beyond what the publisher provides`);
    }
    this.slot = CONTROL.READERS + slot * READER_STRIDE;
    this.words = new Int32Array(0);
    this.octets = new Uint8Array(0);
    this.view = new DataView(new ArrayBuffer(0));
    this.mapArena();
    Atomics.store(this.control, this.slot, READER_STATE.JOINING);
  }

  /**
   * Adopts the newest list of segments if it has changed. @returns whether it had.
   *
   * The first look is an ordinary read, 7 ns less than Atomics.load, which V8 calls (bench/micro/refresh.ts).
   * It orders nothing and need not: where it sees no change nothing new is read, and where it does, `adopt`
   * orders what follows. The language would let a compiler use one such read for several messages of a batch,
   * but not beyond the system calls between batches (V8 reads each time, even in a loop of nothing else).
   */
  refresh(): boolean {
    if (this.control[CONTROL.SEQUENCE] === this.sequence) return false;
    return this.adopt(Atomics.load(this.control, CONTROL.SEQUENCE));
  }

  /**
   * Adopts a first list, and waits out a change of it that is under way: for a thread that has nothing
   * to answer from yet. Returns at once where nothing has ever been published.
   */
  join(): void {
    for (let patience = 1000; patience > 0 && this.sequence === 0; patience--) {
      if (this.refresh()) return;
      const sequence = Atomics.load(this.control, CONTROL.SEQUENCE);
      if (sequence === 0) return;
      // Nobody notifies: a millisecond is what a writer that lost its core may take.
      Atomics.wait(this.control, CONTROL.SEQUENCE, sequence, 1);
    }
  }

  /** Gives up the slot: nothing may be read after that. */
  close(): void {
    this.count = 0;
    Atomics.store(this.control, this.slot, READER_STATE.ABSENT);
  }

  private adopt(sequence: number): boolean {
    if ((sequence & 1) !== 0) return false;
    const { control, list } = this;
    const count = Atomics.load(control, CONTROL.COUNT);
    for (let i = 0; i < count; i++) list[i] = Atomics.load(control, CONTROL.LIST + 2 * i);
    // The list is whole only if nobody began to change it meanwhile; else the next batch sees it.
    if (Atomics.load(control, CONTROL.SEQUENCE) !== sequence) return false;
    if (this.words.byteLength !== this.arena.byteLength) this.mapArena();
    this.maxLabels = 0;
    for (let i = 0; i < count; i++) {
      const start = list[i] as number;
      this.starts[i] = start;
      this.masks[i] = this.words[start + SEGMENT.SLOT_MASK] as number;
      const labels = this.words[start + SEGMENT.MAX_LABELS] as number;
      if (labels > this.maxLabels) this.maxLabels = labels;
    }
    this.count = count;
    this.sequence = sequence;
    // Last: from here on, what the older list alone had may be used again.
    Atomics.store(control, this.slot + 1, sequence);
    Atomics.store(control, this.slot, READER_STATE.READING);
    return true;
  }

  private mapArena(): void {
    const length = this.arena.byteLength;
    this.words = new Int32Array(this.arena, 0, length / 4);
    this.octets = new Uint8Array(this.arena, 0, length);
    this.view = new DataView(this.arena, 0, length);
  }

  /** No name has more labels than this. */
  get labelLimit(): number {
    return this.maxLabels;
  }

  /**
   * Finds the node of the folded name of `length` octets at `at` of `name`, hashed by this reader's
   * hasher; with `wildcard`, of `*.` before that name, hashed as such.
   *
   * @param name three octets behind the name may be read.
   * @returns its offset in `words`, or 0.
   */
  find(hash: number, name: DataView, at: number, length: number, wildcard: boolean): number {
    const { words } = this;
    for (let i = 0; i < this.count; i++) {
      const start = this.starts[i] as number;
      const mask = this.masks[i] as number;
      let slot = hash & mask;
      for (;;) {
        const entry = start + HEADER_WORDS + 2 * slot;
        const offset = words[entry + 1] as number;
        if (offset === 0) break;
        if (words[entry] === hash) {
          const node = start + offset;
          if (this.isNamed(node, name, at, length, wildcard)) {
            return (((words[node] as number) >> 8) & NODE.GONE) === 0 ? node : 0;
          }
        }
        slot = (slot + 1) & mask;
      }
    }
    return 0;
  }

  private isNamed(
    node: number,
    name: DataView,
    at: number,
    length: number,
    wildcard: boolean,
  ): boolean {
    const { words } = this;
    const nodeLength = (words[node] as number) & 0xff;
    if (wildcard) return nodeLength === length + 2 && this.isWildcardOf(node, name, at, length);
    if (nodeLength !== length) return false;
    let word = node + NODE_HEADER_WORDS;
    let left = length;
    let from = at;
    for (; left >= 4; left -= 4) {
      if (words[word] !== name.getInt32(from, true)) return false;
      word += 1;
      from += 4;
    }
    // The node's last word is padded with zeros.
    return left === 0 || words[word] === (name.getInt32(from, true) & ((1 << (8 * left)) - 1));
  }

  private isWildcardOf(node: number, name: DataView, at: number, length: number): boolean {
    const { octets } = this;
    const to = 4 * (node + NODE_HEADER_WORDS);
    if (octets[to] !== 1 || octets[to + 1] !== 0x2a) return false;
    for (let i = 0; i < length; i++) {
      if (octets[to + 2 + i] !== name.getUint8(at + i)) return false;
    }
    return true;
  }

  /** NODE.* of a node. */
  flagsOf(node: number): number {
    return ((this.words[node] as number) >> 8) & 0xff;
  }

  zoneOf(node: number): number {
    return (this.words[node + 1] as number) >>> 16;
  }

  /** Labels of the apex of the node's zone. */
  apexLabelsOf(node: number): number {
    return (this.words[node + 1] as number) & 0xff;
  }

  /** @returns the offset in `words` of the directory entry for `type`, or 0. */
  findRRset(node: number, type: number): number {
    const count = ((this.words[node + 1] as number) >> 8) & 0xff;
    let entry = this.firstRRset(node);
    for (let i = 0; i < count; i++) {
      if ((this.words[entry] as number) >>> 16 === type) return entry;
      entry += DIRECTORY_WORDS;
    }
    return 0;
  }

  /**
   * Visits the node of every name that exists, once, in no order. It goes through every segment: for dumps, and
   * not for the query path.
   */
  forEachNode(visit: (node: number) => void): void {
    const { words } = this;
    for (let i = 0; i < this.count; i++) {
      const start = this.starts[i] as number;
      const end = start + HEADER_WORDS + 2 * ((this.masks[i] as number) + 1);
      for (let slot = start + HEADER_WORDS; slot < end; slot += 2) {
        const offset = words[slot + 1] as number;
        if (offset === 0) continue;
        const node = start + offset;
        const at = this.nameAt(node);
        // Another one is found where a newer segment knows the name, none where it has gone.
        const found = this.find(
          words[slot] as number,
          this.view,
          at,
          this.nameLengthOf(node),
          false,
        );
        if (found === node) visit(node);
      }
    }
  }

  /** Where the node's name begins in `octets`. */
  nameAt(node: number): number {
    return 4 * (node + NODE_HEADER_WORDS);
  }

  /** Octets of the node's name. */
  nameLengthOf(node: number): number {
    return (this.words[node] as number) & 0xff;
  }

  /** How many RRsets the node has, GLUE among them. */
  rrsetsOf(node: number): number {
    return ((this.words[node + 1] as number) >> 8) & 0xff;
  }

  typeOf(entry: number): number {
    return (this.words[entry] as number) >>> 16;
  }

  /** The first directory entry of a node that has one, as ANY takes it (RFC 8482 4.1), or 0. */
  anyRRset(node: number): number {
    const count = ((this.words[node + 1] as number) >> 8) & 0xff;
    return count === 0 ? 0 : this.firstRRset(node);
  }

  /** The CNAME RRset of a node: it is the only one, or there is none (layout.ts); then 0. */
  aliasOf(node: number): number {
    const entry = this.anyRRset(node);
    return entry !== 0 && (this.words[entry] as number) >>> 16 === TYPE.CNAME ? entry : 0;
  }

  /** Where the directory begins, whether it has entries or not. */
  firstRRset(node: number): number {
    return node + NODE_HEADER_WORDS + ((((this.words[node] as number) & 0xff) + 3) >> 2);
  }

  recordsOf(entry: number): number {
    return (this.words[entry] as number) & 0xffff;
  }

  /** Where the octets of the RRset lie in `octets`. */
  octetsAt(node: number, entry: number): number {
    return 4 * node + ((this.words[entry + 1] as number) >>> 16);
  }

  lengthOf(entry: number): number {
    return (this.words[entry + 1] as number) & 0xffff;
  }

  /** Octets of each record, or 0 where they differ. */
  recordLengthOf(entry: number): number {
    return (this.words[entry + 2] as number) >>> 16;
  }

  /** How many pointers are to be filled in; where, stands behind the octets, as 16-bit little-endian offsets. */
  pointersOf(entry: number): number {
    return (this.words[entry + 2] as number) & 0xffff;
  }
}
