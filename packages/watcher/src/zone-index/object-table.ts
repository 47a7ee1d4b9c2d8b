import type { NameHasher } from '@seamark/snapshot';
import { CLAIMING_KINDS, type ClaimingKind, STATIC_KINDS } from '../projection/contract.ts';
import { type Content, packContent, packedLength, plainV4, unpackContent } from './content.ts';
import { SlotTable } from './slot-table.ts';
import type { WordHeap } from './word-heap.ts';

/*
 * A record, a block of the heap named by its offset:
 *
 *   word 0   words of the record (20) | cluster (4) | list that it was last seen in (8)
 *   word 1   octets of the packed content (16) | of the key (11) | FAULTY (1) | kind (4)
 *   faults   only with FAULTY: fingerprint of what of it could not be kept
 *   entries  of its names in the tree, a word each; as many as the rest leaves
 *   octets   key (UTF-8), then content (content.ts); padded to a word
 */
const SIZE = 0;
const LENGTHS = 1;
const BODY = 2;
const KIND_MASK = 0xf;
const FAULTY = 0x10;

/** Lists are told apart by so many bits: what a list lacks was last seen in an earlier one. */
const LIST_BITS = 8;
const LIST_MASK: number = (1 << LIST_BITS) - 1;
const CLUSTER_BITS = 4;
const CLUSTER_MASK: number = (1 << CLUSTER_BITS) - 1;
const SIZE_SHIFT: number = LIST_BITS + CLUSTER_BITS;
const MAX_SIZE: number = (1 << (32 - SIZE_SHIFT)) - 1;
/** `namespace/name`: 317 octets at most in Kubernetes (63 and 253), the number of a part behind it. */
const MAX_KEY = 0x7ff;

/** Clusters that one gateway can read. */
export const MAX_CLUSTERS: number = 1 << CLUSTER_BITS;

/** Where an object comes from: which kind of which of the gateway's clusters, in one number below 256. */
export type Origin = number & { readonly brand: 'Origin' };

/** 16 at the most. */
const NUMBERED: readonly ClaimingKind[] = [...CLAIMING_KINDS, ...STATIC_KINDS];

const KIND_NUMBERS = Object.fromEntries(NUMBERED.map((kind, number) => [kind, number])) as Record<
  ClaimingKind,
  number
>;

export function originOf(cluster: number, kind: ClaimingKind): Origin {
  return ((cluster << 4) | KIND_NUMBERS[kind]) as Origin;
}

export function clusterOf(origin: Origin): number {
  return origin >>> 4;
}

export function kindOf(origin: Origin): ClaimingKind {
  return NUMBERED[origin & KIND_MASK] as ClaimingKind;
}

/** What an object says, in the index's own terms. */
export interface StoredObject {
  /** Entries of its names, none twice. */
  readonly names: readonly number[];
  readonly content: Content;
  /** Not 0 where something of it could not be kept: then another number for other faults. */
  readonly faults: number;
}

/** The objects of one gateway by origin and key, as they last were. */
export class ObjectTable {
  private readonly heap: WordHeap;
  private readonly hasher: NameHasher;
  private readonly table: SlotTable;
  private readonly counts: Uint32Array = new Uint32Array(16 * MAX_CLUSTERS);
  /** The key in hand, with room for a word read at its end. */
  private readonly key: Uint8Array = new Uint8Array(MAX_KEY + 4);
  private readonly keyView: DataView = new DataView(this.key.buffer);
  /** The text of the key in hand, and its octets. */
  private loaded = '';
  private loadedOctets = 0;
  private packed: Uint8Array = new Uint8Array(256);

  constructor(heap: WordHeap, hasher: NameHasher) {
    this.heap = heap;
    this.hasher = hasher;
    this.table = new SlotTable(heap, (record) => this.hashOf(record));
  }

  countOf(origin: Origin): number {
    return this.counts[origin] as number;
  }

  /** The object's record, or 0. */
  find(origin: Origin, key: string): number {
    const length = this.loadKey(key);
    const { table } = this;
    let slot = table.home(mix(this.hasher.hashOctets(this.keyView, 0, length), origin));
    for (let record = table.at(slot); record !== 0; record = table.at(slot)) {
      if (this.isOf(record, origin, length)) return record;
      slot = table.next(slot);
    }
    return 0;
  }

  /**
   * Puts a record where `find` finds none.
   *
   * @returns it
   * @throws RangeError for an object of over four megabytes
   */
  add(origin: Origin, key: string, object: StoredObject, list: number): number {
    const { names, content, faults } = object;
    const keyOctets = this.loadKey(key);
    const packed = this.pack(content);
    const body = BODY + (faults === 0 ? 0 : 1);
    const size = body + names.length + ((keyOctets + packed + 3) >> 2);
    if (size > MAX_SIZE) throw new RangeError(`${key}: more than a record has room for`);
    const record = this.heap.allocate(size);
    // Only now: the allocation may have made another view of them.
    const { words, octets } = this.heap;
    words[record + SIZE] =
      (size << SIZE_SHIFT) | (clusterOf(origin) << LIST_BITS) | (list & LIST_MASK);
    words[record + LENGTHS] =
      (packed << 16) | (keyOctets << 5) | (faults === 0 ? 0 : FAULTY) | (origin & KIND_MASK);
    if (faults !== 0) words[record + BODY] = faults;
    for (let i = 0; i < names.length; i++) words[record + body + i] = names[i] as number;
    let at = 4 * (record + body + names.length);
    for (let i = 0; i < keyOctets; i++) octets[at++] = this.key[i] as number;
    for (let i = 0; i < packed; i++) octets[at++] = this.packed[i] as number;
    this.table.add(record);
    this.counts[origin] = (this.counts[origin] as number) + 1;
    return record;
  }

  remove(record: number): void {
    const origin = this.originOf(record);
    this.counts[origin] = (this.counts[origin] as number) - 1;
    this.table.remove(record);
    this.heap.release(record, this.sizeOf(record));
  }

  /** Whether the record says just that. */
  says(record: number, object: StoredObject): boolean {
    const { words, octets } = this.heap;
    const { names, faults } = object;
    if (this.faultsOf(record) !== faults || this.nameCount(record) !== names.length) return false;
    const body = this.bodyOf(record);
    for (let i = 0; i < names.length; i++) if (words[body + i] !== names[i]) return false;
    const packed = this.pack(object.content);
    if (this.packedOctets(record) !== packed) return false;
    const at = this.packedAt(record);
    for (let i = 0; i < packed; i++) if (octets[at + i] !== this.packed[i]) return false;
    return true;
  }

  /**
   * The number of the list of an origin that begins after list `last`: 1 to 255 and over again, when what is
   * known from there is made list 0's.
   */
  nextList(origin: Origin, last: number): number {
    if (last < LIST_MASK) return last + 1;
    for (const record of this.recordsOf(origin)) this.see(record, 0);
    return 1;
  }

  /** Notes that the object is in a list. */
  see(record: number, list: number): void {
    const { words } = this.heap;
    words[record + SIZE] = ((words[record + SIZE] as number) & ~LIST_MASK) | (list & LIST_MASK);
  }

  isSeen(record: number, list: number): boolean {
    return ((this.heap.words[record + SIZE] as number) & LIST_MASK) === (list & LIST_MASK);
  }

  /** All records of an origin; a new array. */
  recordsOf(origin: Origin): number[] {
    const records: number[] = [];
    this.table.forEach((record) => {
      if (this.originOf(record) === origin) records.push(record);
    });
    return records;
  }

  originOf(record: number): Origin {
    const { words } = this.heap;
    const cluster = ((words[record + SIZE] as number) >>> LIST_BITS) & CLUSTER_MASK;
    return ((cluster << 4) | ((words[record + LENGTHS] as number) & KIND_MASK)) as Origin;
  }

  /** `namespace/name`. */
  keyOf(record: number): string {
    const at = this.keyAt(record);
    return Buffer.from(this.heap.octets.subarray(at, at + this.keyOctets(record))).toString();
  }

  /** Visits the entries of the names of all records of an origin; the table must not change meanwhile. */
  forEachName(origin: Origin, visit: (entry: number) => void): void {
    this.table.forEach((record) => {
      if (this.originOf(record) !== origin) return;
      const body = this.bodyOf(record);
      const end = body + this.nameCount(record);
      for (let at = body; at < end; at++) visit(this.heap.words[at] as number);
    });
  }

  /** Entries of its names; a new array. */
  namesOf(record: number): number[] {
    const body = this.bodyOf(record);
    return Array.from(this.heap.words.subarray(body, body + this.nameCount(record)));
  }

  /** A character for each octet of the packed content: equal texts are equal contents. */
  packedText(record: number): string {
    const { buffer } = this.heap.octets;
    const octets = Buffer.from(buffer, this.packedAt(record), this.packedOctets(record));
    return octets.toString('latin1');
  }

  /** Finds the addresses of a record whose content is nothing else, and at least one: `plain` is then about them. */
  findPlain(record: number): boolean {
    const at = this.packedAt(record);
    const length = this.packedOctets(record);
    const v4 = plainV4(this.heap.octets, at);
    const v6 = (length - 2 - 4 * v4) / 16;
    if (v4 < 0 || v4 + v6 === 0) return false;
    this.plain.octets = this.heap.octets;
    this.plain.at = at + 2;
    this.plain.v4 = v4;
    this.plain.v6 = v6;
    return true;
  }

  /** Valid until the heap is allocated from. */
  readonly plain: { octets: Uint8Array; at: number; v4: number; v6: number } = {
    octets: new Uint8Array(0),
    at: 0,
    v4: 0,
    v6: 0,
  };

  contentOf(record: number): Content {
    return unpackContent(this.heap.octets, this.packedAt(record), this.packedOctets(record));
  }

  /** @returns octets of the key in hand. */
  private loadKey(key: string): number {
    // Found or not, the same key is put next as often as not.
    if (key === this.loaded) return this.loadedOctets;
    const { read, written } = encoder.encodeInto(key, this.key.subarray(0, MAX_KEY));
    // Cut short, two objects would be one.
    if (read < key.length) throw new RangeError(`a key of over ${MAX_KEY} octets`);
    this.loaded = key;
    this.loadedOctets = written;
    return written;
  }

  private hashOf(record: number): number {
    const { view } = this.heap;
    const hash = this.hasher.hashOctets(view, this.keyAt(record), this.keyOctets(record));
    return mix(hash, this.originOf(record));
  }

  /** Whether the record is the one of that origin and the key in hand. */
  private isOf(record: number, origin: Origin, keyOctets: number): boolean {
    if (this.originOf(record) !== origin || this.keyOctets(record) !== keyOctets) return false;
    const { octets } = this.heap;
    const at = this.keyAt(record);
    for (let i = 0; i < keyOctets; i++) if (octets[at + i] !== this.key[i]) return false;
    return true;
  }

  private sizeOf(record: number): number {
    return (this.heap.words[record + SIZE] as number) >>> SIZE_SHIFT;
  }

  private packedOctets(record: number): number {
    return (this.heap.words[record + LENGTHS] as number) >>> 16;
  }

  private keyOctets(record: number): number {
    return ((this.heap.words[record + LENGTHS] as number) >>> 5) & MAX_KEY;
  }

  private isFaulty(record: number): boolean {
    return ((this.heap.words[record + LENGTHS] as number) & FAULTY) !== 0;
  }

  private faultsOf(record: number): number {
    return this.isFaulty(record) ? (this.heap.words[record + BODY] as number) : 0;
  }

  /** The word at which the entries begin. */
  private bodyOf(record: number): number {
    return record + BODY + (this.isFaulty(record) ? 1 : 0);
  }

  private nameCount(record: number): number {
    const octets = this.keyOctets(record) + this.packedOctets(record);
    return record + this.sizeOf(record) - this.bodyOf(record) - ((octets + 3) >> 2);
  }

  private keyAt(record: number): number {
    return 4 * (this.bodyOf(record) + this.nameCount(record));
  }

  private packedAt(record: number): number {
    return this.keyAt(record) + this.keyOctets(record);
  }

  /** @returns octets of the content, which lie in `packed` until the next call. */
  private pack(content: Content): number {
    const length = packedLength(content);
    if (this.packed.length < length) this.packed = new Uint8Array(2 * length);
    packContent(content, this.packed);
    return length;
  }
}

const encoder = new TextEncoder();

/** Objects of two kinds, or of two clusters, often share a key. */
function mix(hash: number, origin: Origin): number {
  return hash ^ Math.imul(origin + 1, 0x9e3779b1);
}
