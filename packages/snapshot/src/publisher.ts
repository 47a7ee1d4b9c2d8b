import { Arena, type ArenaRange } from './arena.ts';
import { createControl, oldestHeld, publishList, type SnapshotHandle } from './control.ts';
import { MAX_SEGMENTS } from './layout.ts';
import type { MergeRunner } from './merge.ts';
import { NameHasher } from './name-hash.ts';
import { type HostSpec, NodeBatch, type NodeSpec } from './node-batch.ts';
import {
  nodeCountOf,
  nodeWordsOf,
  type SegmentPlace,
  SegmentWriter,
  segmentWords,
  slotsFor,
} from './segment.ts';

/**
 * The snapshot's one writer. Segments form a stack, newest first: overlays, each several times the
 * size of the one above it, and the base. A publication writes its nodes into a new overlay,
 * together with those overlays above that it has outgrown; so it costs what has changed, and a
 * constant times its logarithm in the long run, but never the size of the base. Once overlays are a
 * fair share of the base, another thread merges them all into a new base while publications go on.
 *
 *      publish           outgrown          merge (elsewhere)
 *   [new] [ 40] [900] [base]  ->  [ new+40 ] [900] [base]  ->  ...  ->  [new base]
 */
export interface PublisherOptions {
  /** Reader slots: how many threads may read at the same time. */
  readonly readers: number;
  /** Merges segments; on another thread for a server, in place for tests and small tools. */
  readonly merge: MergeRunner;
  /** Told when a merge failed; the snapshot stays as it was and the merge is tried again later. */
  readonly onMergeError?: (error: unknown) => void;
}

interface Segment extends ArenaRange {
  readonly nodes: number;
}

interface Retired {
  readonly range: ArenaRange;
  /** The first sequence whose list no longer has it. */
  readonly sequence: number;
}

/** An overlay of at most this many nodes is written anew with each publication. */
const SMALLEST_OVERLAY = 64;
/** An overlay over this many times the size of what goes above it stays as it is. */
const OVERLAY_RATIO = 4;
/** Overlays above this many nodes together, and above an eighth of the base, are merged into it. */
const MERGE_AT_LEAST = 4096;

/** A batch of so many words goes to the segment in hand, if it is known how many nodes that will have. */
const SPILL_WORDS = 1 << 16;
/** Words of a node where there is none to tell by: a host with one address, and some more. */
const NODE_WORDS_GUESS = 20;

/** A segment being written: of a publication in hand, while its batch is filled and emptied. */
interface OpenSegment {
  range: ArenaRange;
  readonly writer: SegmentWriter;
  readonly absorbed: readonly Segment[];
}

export class Publisher {
  readonly hasher: NameHasher;
  readonly handle: SnapshotHandle;
  /** Fresh nodes of the publication in hand. */
  private readonly batch: NodeBatch;
  private expected = 0;
  private open: OpenSegment | undefined;
  private readonly arena = new Arena();
  private readonly control: Int32Array<SharedArrayBuffer>;
  private readonly merge: MergeRunner;
  private readonly onMergeError: (error: unknown) => void;
  private segments: readonly Segment[] = [];
  private retired: Retired[] = [];
  private sequence = 0;
  /** The segments that a merge under way is reading: the tail of `segments`. */
  private merging: readonly Segment[] = [];
  private mergeDone: Promise<void> = Promise.resolve();

  constructor(options: PublisherOptions) {
    // Not imported: readers open the same door, and node:crypto takes 4 ms and 0.7 MB of each thread.
    const key = process.getBuiltinModule('node:crypto').randomBytes(8);
    this.hasher = new NameHasher(key.readInt32LE(0), key.readInt32LE(4));
    this.batch = new NodeBatch(this.hasher);
    this.control = createControl(options.readers);
    this.handle = {
      arena: this.arena.buffer,
      control: this.control.buffer,
      key0: this.hasher.key0,
      key1: this.hasher.key1,
    };
    this.merge = options.merge;
    this.onMergeError = options.onMergeError ?? (() => {});
  }

  /** Counts up with each list that readers can adopt. */
  get generation(): number {
    // The sequence wraps at 32 bits.
    return this.sequence >>> 1;
  }

  /** Octets in use, retired memory that somebody may still read included. */
  get bytes(): number {
    return this.arena.used * 4;
  }

  /** Nodes in each segment, newest first. */
  get shape(): readonly number[] {
    return this.segments.map((segment) => segment.nodes);
  }

  /**
   * Says how many nodes the next publication will have at the most. Then many of them are written where
   * they will stand as they are added, instead of being collected first: for the first list of a million
   * names, that takes 150 MB.
   */
  expect(nodes: number): void {
    this.expected = nodes;
  }

  /**
   * Adds a node to the next publication. A name must not be added twice.
   *
   * @throws LayoutError and adds nothing if the node takes more than 64 KiB; ArenaFullError.
   */
  add(spec: NodeSpec): void {
    this.batch.add(spec);
    this.spillIfFull();
  }

  /** The same for a name that owns addresses alone. */
  addHost(host: HostSpec): void {
    this.batch.addHost(host);
    this.spillIfFull();
  }

  private spillIfFull(): void {
    if (this.batch.length < SPILL_WORDS || this.expected <= this.batch.count) return;
    this.open ??= this.openSegment(this.expected, this.batch.length);
    this.spill(this.open);
  }

  /**
   * Makes what was added visible to all readers, at once and as one.
   *
   * @returns whether there was anything.
   */
  publish(): boolean {
    const { batch } = this;
    this.expected = 0;
    if (batch.count === 0 && this.open === undefined) return false;
    const open = this.open ?? this.openSegment(batch.count, batch.length);
    this.open = undefined;
    this.spill(open);
    const { absorbed, writer } = open;
    this.makeRoom(open, this.nodeWords(absorbed));
    for (const segment of absorbed) writer.takeSegment(this.place(segment));
    const used = writer.finish(this.hasher.key0, this.hasher.key1);
    const written = this.trim(open.range, used);
    this.replace([written, ...this.segments.slice(absorbed.length)], absorbed);
    this.mergeIfDue();
    return true;
  }

  /** Resolves when no merge is under way. */
  async settled(): Promise<void> {
    // What was published meanwhile may have made the next merge due.
    while (this.merging.length > 0) await this.mergeDone;
  }

  /** The overlays on top that go into the next segment, counted from the newest. */
  private outgrown(fresh: number): readonly Segment[] {
    const overlays = this.segments.slice(0, this.segments.length - this.fixedTail());
    let nodes = fresh;
    let take = 0;
    for (const overlay of overlays) {
      const outgrown = overlay.nodes <= Math.max(SMALLEST_OVERLAY, OVERLAY_RATIO * nodes);
      const crowded = this.segments.length - take >= MAX_SEGMENTS - 1;
      if (!outgrown && !crowded) break;
      nodes += overlay.nodes;
      take += 1;
    }
    const base = this.segments.at(-1);
    // A base that is no larger than what goes above it is not worth a thread: the first list of a zone
    // becomes the base itself, and a zone of a few names never has an overlay.
    const small = base !== undefined && base.nodes <= Math.max(SMALLEST_OVERLAY, nodes);
    if (this.merging.length === 0 && take === overlays.length && small) return this.segments;
    return overlays.slice(0, take);
  }

  /** Segments that overlays lie on: the base, or all that a merge is reading. */
  private fixedTail(): number {
    return Math.min(this.segments.length, Math.max(1, this.merging.length));
  }

  /**
   * @param fresh nodes at the most, besides those of segments that it will absorb.
   * @param words of fresh nodes that are known already.
   */
  private openSegment(fresh: number, words: number): OpenSegment {
    this.reclaim();
    const absorbed = this.outgrown(fresh);
    const nodes = absorbed.reduce((sum, segment) => sum + segment.nodes, fresh);
    const guess = Math.max(words, fresh === this.batch.count ? 0 : fresh * this.wordsOfNode());
    const range = this.arena.allocate(segmentWords(nodes, guess + this.nodeWords(absorbed)));
    const bottom = absorbed.length === this.segments.length;
    return {
      range,
      absorbed,
      writer: new SegmentWriter(this.place(range), slotsFor(nodes), bottom),
    };
  }

  /** Empties the batch into the segment. */
  private spill(open: OpenSegment): void {
    this.makeRoom(open, this.batch.length);
    open.writer.takeBatch(this.batch);
    this.batch.clear();
  }

  private makeRoom(open: OpenSegment, words: number): void {
    const needed = open.writer.length + words;
    if (needed > open.range.words) {
      open.range = this.arena.enlarge(open.range, needed + (needed >>> 4));
    }
    open.writer.move(this.place(open.range));
  }

  private nodeWords(segments: readonly Segment[]): number {
    return segments.reduce((sum, segment) => sum + nodeWordsOf(this.place(segment)), 0);
  }

  /** What a node takes on the average. */
  private wordsOfNode(): number {
    const base = this.segments.at(-1);
    if (base === undefined || base.nodes < SMALLEST_OVERLAY) return NODE_WORDS_GUESS;
    return Math.ceil(nodeWordsOf(this.place(base)) / base.nodes);
  }

  private trim(range: ArenaRange, used: number): Segment {
    this.arena.release({ offset: range.offset + used, words: range.words - used });
    const nodes = nodeCountOf(this.place(range));
    return { offset: range.offset, words: used, nodes };
  }

  private place(range: ArenaRange): SegmentPlace {
    return { words: this.arena.words, offset: range.offset };
  }

  private replace(segments: readonly Segment[], dropped: readonly Segment[]): void {
    this.segments = segments;
    this.sequence = publishList(this.control, segments);
    for (const range of dropped) this.retired.push({ range, sequence: this.sequence });
  }

  /** Uses again what every reader has passed. */
  private reclaim(): void {
    if (this.retired.length === 0) return;
    const held = oldestHeld(this.control, this.sequence);
    this.retired = this.retired.filter(({ range, sequence }) => {
      // A reader at `sequence` or newer no longer has it.
      if (((this.sequence - sequence) | 0) < held) return true;
      this.arena.release(range);
      return false;
    });
  }

  private mergeIfDue(): void {
    const base = this.segments.at(-1);
    if (this.merging.length > 0 || base === undefined || this.segments.length < 2) return;
    const overlaid = this.segments.slice(0, -1).reduce((sum, segment) => sum + segment.nodes, 0);
    if (overlaid < MERGE_AT_LEAST || overlaid < base.nodes / 8) return;
    this.merging = this.segments;
    this.mergeDone = this.mergeAll(this.segments);
  }

  private async mergeAll(sources: readonly Segment[]): Promise<void> {
    const nodes = sources.reduce((sum, segment) => sum + segment.nodes, 0);
    const words = this.nodeWords(sources);
    let target: ArenaRange | undefined;
    try {
      target = this.arena.allocate(segmentWords(nodes, words));
      const used = await this.merge({
        arena: this.arena.buffer,
        target: target.offset,
        sources: sources.map((segment) => segment.offset),
      });
      const base = this.trim(target, used);
      const newer = this.segments.slice(0, this.segments.length - sources.length);
      this.merging = [];
      this.replace([...newer, base], sources);
      this.mergeIfDue();
    } catch (error) {
      this.merging = [];
      if (target !== undefined) this.arena.release(target);
      this.onMergeError(error);
    }
  }
}
