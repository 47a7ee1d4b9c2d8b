import { randomBytes } from 'node:crypto';
import { Arena, type ArenaRange } from './arena.ts';
import { createControl, oldestHeld, publishList, type SnapshotHandle } from './control.ts';
import { MAX_SEGMENTS } from './layout.ts';
import type { MergeRunner } from './merge.ts';
import { NameHasher } from './name-hash.ts';
import { NodeBatch } from './node-batch.ts';
import {
  nodeCountOf,
  nodeWordsOf,
  type SegmentPlace,
  segmentWords,
  writeSegment,
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

export class Publisher {
  /** For the fresh nodes of a publication; its owner fills it, `publish` empties it. */
  readonly batch: NodeBatch;
  readonly handle: SnapshotHandle;
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
    const key = randomBytes(8);
    const hasher = new NameHasher(key.readInt32LE(0), key.readInt32LE(4));
    this.batch = new NodeBatch(hasher);
    this.control = createControl(options.readers);
    this.handle = {
      arena: this.arena.buffer,
      control: this.control.buffer,
      key0: hasher.key0,
      key1: hasher.key1,
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

  /** Makes what is in `batch` visible to all readers, at once and as one, and empties it. */
  publish(): void {
    if (this.batch.count === 0) return;
    this.reclaim();
    const absorbed = this.outgrown();
    const rest = this.segments.slice(absorbed.length);
    const written = this.write(absorbed, rest.length === 0);
    this.batch.clear();
    this.replace([written, ...rest], absorbed);
    this.mergeIfDue();
  }

  /** Resolves when no merge is under way. */
  async settled(): Promise<void> {
    // What was published meanwhile may have made the next merge due.
    while (this.merging.length > 0) await this.mergeDone;
  }

  /** The overlays on top that go into the next segment, counted from the newest. */
  private outgrown(): readonly Segment[] {
    const overlays = this.segments.slice(0, this.segments.length - this.fixedTail());
    let nodes = this.batch.count;
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

  private write(absorbed: readonly Segment[], bottom: boolean): Segment {
    const nodes = absorbed.reduce((sum, segment) => sum + segment.nodes, this.batch.count);
    const words = absorbed.reduce(
      (sum, segment) => sum + nodeWordsOf(this.place(segment)),
      this.batch.length,
    );
    const range = this.arena.allocate(segmentWords(nodes, words));
    const places = absorbed.map((segment) => this.place(segment));
    const used = writeSegment(this.place(range), this.batch, places, bottom);
    return this.trim(range, used);
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
    const words = sources.reduce((sum, range) => sum + nodeWordsOf(this.place(range)), 0);
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
