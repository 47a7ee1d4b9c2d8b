import { HEADER_WORDS, LAYOUT_VERSION, MAGIC, NODE, NODE_HEADER_WORDS, SEGMENT } from './layout.ts';
import type { NodeBatch } from './node-batch.ts';

/** A segment within a larger array of words. */
export interface SegmentPlace {
  readonly words: Int32Array;
  /** Where it begins, in words. */
  readonly offset: number;
}

/** Slots for `nodes` nodes: between a third and two thirds of them in use. */
export function slotsFor(nodes: number): number {
  let slots = 8;
  while (slots * 2 < nodes * 3) slots *= 2;
  return slots;
}

/** Words that a segment of that many nodes takes. */
export function segmentWords(nodes: number, nodeWords: number): number {
  return HEADER_WORDS + 2 * slotsFor(nodes) + nodeWords;
}

export function nodeCountOf(segment: SegmentPlace): number {
  return word(segment, SEGMENT.NODE_COUNT);
}

/** Words of all nodes of a segment together. */
export function nodeWordsOf(segment: SegmentPlace): number {
  return word(segment, SEGMENT.LENGTH) - firstNode(segment);
}

function word(segment: SegmentPlace, index: number): number {
  return segment.words[segment.offset + index] as number;
}

function firstNode(segment: SegmentPlace): number {
  return HEADER_WORDS + 2 * (word(segment, SEGMENT.SLOT_MASK) + 1);
}

/**
 * Merges older segments into one with nothing below it; where a name stands in several, the first counts.
 *
 * @param target a place with room for `segmentWords` of all nodes and node words together.
 * @param segments newest first; at least one.
 * @returns words of the segment as written, which may be fewer than were reserved.
 */
export function mergeSegments(target: SegmentPlace, segments: readonly SegmentPlace[]): number {
  const nodes = segments.reduce((sum, segment) => sum + nodeCountOf(segment), 0);
  const writer = new SegmentWriter(target, slotsFor(nodes), true);
  for (const segment of segments) writer.takeSegment(segment);
  const [keys] = segments;
  if (keys === undefined) throw new RangeError('nothing to merge');
  return writer.finish(word(keys, SEGMENT.KEY0), word(keys, SEGMENT.KEY1));
}

/**
 * Writes one segment of what it is given: where a name comes twice, the first counts, so fresh nodes come
 * first and then segments, newest first.
 */
export class SegmentWriter {
  private words: Int32Array;
  private offset: number;
  private readonly slots: number;
  private readonly bottom: boolean;
  private at: number;
  private count = 0;
  private maxLabels = 0;
  /** Nodes of names that have gone, kept out of a bottom segment: they still hide what comes later. */
  private readonly gone = new Map<number, Int32Array[]>();

  /**
   * @param slots `slotsFor` of the nodes that it may come to hold.
   * @param bottom nothing lies below the new segment, so what has gone need not be kept.
   */
  constructor(target: SegmentPlace, slots: number, bottom: boolean) {
    this.words = target.words;
    this.offset = target.offset;
    this.slots = slots;
    this.bottom = bottom;
    this.at = HEADER_WORDS + 2 * slots;
    this.words.fill(0, this.offset, this.offset + this.at);
  }

  /** Words written so far. */
  get length(): number {
    return this.at;
  }

  /** The place of what has been written is another now, or another view shows it. */
  move(target: SegmentPlace): void {
    this.words = target.words;
    this.offset = target.offset;
  }

  /** @param batch is not needed any more afterwards. */
  takeBatch(batch: NodeBatch): void {
    for (let i = 0; i < batch.count; i++) {
      this.take(batch.words, batch.index[2 * i + 1] as number, batch.index[2 * i] as number);
    }
    this.maxLabels = Math.max(this.maxLabels, batch.maxLabels);
  }

  takeSegment(segment: SegmentPlace): void {
    const { words, offset } = segment;
    const slots = word(segment, SEGMENT.SLOT_MASK) + 1;
    const table = offset + HEADER_WORDS;
    for (let slot = table; slot < table + 2 * slots; slot += 2) {
      const node = words[slot + 1] as number;
      if (node !== 0) this.take(words, offset + node, words[slot] as number);
    }
    // A bound, not the exact figure: names that have gone may still count.
    this.maxLabels = Math.max(this.maxLabels, word(segment, SEGMENT.MAX_LABELS));
  }

  private take(from: Int32Array, node: number, hash: number): void {
    const mask = this.slots - 1;
    const table = this.offset + HEADER_WORDS;
    let slot = table + 2 * (hash & mask);
    for (let at = this.words[slot + 1] as number; at !== 0; at = this.words[slot + 1] as number) {
      if (this.words[slot] === hash && sameName(this.words, this.offset + at, from, node)) return;
      slot = slot + 2 === table + 2 * this.slots ? table : slot + 2;
    }
    const gone = this.gone.get(hash);
    if (gone?.some((other) => sameName(other, 0, from, node))) return;
    const head = from[node] as number;
    const length = head >>> 16;
    if (this.bottom && ((head >>> 8) & NODE.GONE) !== 0) {
      // A copy: a batch is used again before the segment is complete.
      const copy = from.slice(node, node + length);
      if (gone === undefined) this.gone.set(hash, [copy]);
      else gone.push(copy);
      return;
    }
    const to = this.offset + this.at;
    for (let i = 0; i < length; i++) this.words[to + i] = from[node + i] as number;
    this.words[slot] = hash;
    this.words[slot + 1] = this.at;
    this.at += length;
    this.count += 1;
    // The table was laid out for fewer; a full one would never end a probe.
    if (4 * this.count > 3 * this.slots) throw new RangeError('more nodes than were expected');
  }

  /** @returns words of the whole segment. */
  finish(key0: number, key1: number): number {
    const { words, offset } = this;
    words[offset + SEGMENT.MAGIC] = MAGIC;
    words[offset + SEGMENT.VERSION] = LAYOUT_VERSION;
    words[offset + SEGMENT.LENGTH] = this.at;
    words[offset + SEGMENT.KEY0] = key0;
    words[offset + SEGMENT.KEY1] = key1;
    words[offset + SEGMENT.SLOT_MASK] = this.slots - 1;
    words[offset + SEGMENT.NODE_COUNT] = this.count;
    words[offset + SEGMENT.MAX_LABELS] = this.maxLabels;
    words[offset + SEGMENT.CHECKSUM] = checksum({ words, offset });
    return this.at;
  }
}

/** Only who writes has use for it: readers are spared 2 ms and 0.4 MB of node:zlib in each thread. */
let zlib: typeof import('node:zlib') | undefined;

/** The CRC-32 of everything behind a segment's header. */
export function checksum(segment: SegmentPlace): number {
  const { words, offset } = segment;
  const octets = 4 * (word(segment, SEGMENT.LENGTH) - HEADER_WORDS);
  zlib ??= process.getBuiltinModule('node:zlib');
  return zlib.crc32(new Uint8Array(words.buffer, 4 * (offset + HEADER_WORDS), octets)) | 0;
}

/** Whether the nodes at `a` and `b` bear the same name. The padding is zero, so words compare. */
function sameName(aWords: Int32Array, a: number, bWords: Int32Array, b: number): boolean {
  const length = (aWords[a] as number) & 0xff;
  if (((bWords[b] as number) & 0xff) !== length) return false;
  const end = NODE_HEADER_WORDS + ((length + 3) >> 2);
  for (let i = NODE_HEADER_WORDS; i < end; i++) if (aWords[a + i] !== bWords[b + i]) return false;
  return true;
}
