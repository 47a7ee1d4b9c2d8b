import type { NameHasher } from '@seamark/snapshot';
import { KINDS, type Kind } from '../sources/contract.ts';
import { type AddressSet, packAddresses, packedLength, unpackAddresses } from './address-set.ts';
import { SlotTable } from './slot-table.ts';
import type { WordHeap } from './word-heap.ts';

/*
 * A record, a block of the heap named by its offset:
 *
 *   word 0   words of the record (22) | list that it was last seen in (10)
 *   word 1   octets of the packed addresses (16) | of the key (11) | REFUSED (1) | kind (4)
 *   refused  only with REFUSED: fingerprint of those of its names that are none
 *   entries  of its names in the tree, a word each; as many as the rest leaves
 *   octets   key (UTF-8), then addresses (address-set.ts); padded to a word
 */
const SIZE = 0;
const LENGTHS = 1;
const BODY = 2;
const KIND_MASK = 0xf;
const REFUSED = 0x10;

/** Lists are told apart by so many bits: what a list lacks was last seen in an earlier one. */
const LIST_BITS = 10;
const LIST_MASK: number = (1 << LIST_BITS) - 1;
/** `namespace/name`: 317 octets at most in Kubernetes (63 and 253), and reduce() lets no more through. */
const MAX_KEY = 0x7ff;

/** What an object says, in the index's own terms. */
export interface StoredObject {
  /** Entries of its names, none twice. */
  readonly names: readonly number[];
  readonly addresses: AddressSet;
  /** Not 0 where some of its names are none: then another number for other texts. */
  readonly refused: number;
}

/** The objects of one gateway by kind and key, as they last were. */
export class ObjectTable {
  private readonly heap: WordHeap;
  private readonly hasher: NameHasher;
  private readonly table: SlotTable;
  private readonly counts: Uint32Array = new Uint32Array(KINDS.length);
  /** The key in hand, with room for a word read at its end. */
  private readonly key: Uint8Array = new Uint8Array(MAX_KEY + 4);
  private readonly keyView: DataView = new DataView(this.key.buffer);
  private packed: Uint8Array = new Uint8Array(256);

  constructor(heap: WordHeap, hasher: NameHasher) {
    this.heap = heap;
    this.hasher = hasher;
    this.table = new SlotTable(heap, (record) => this.hashOf(record));
  }

  countOf(kind: Kind): number {
    return this.counts[KINDS.indexOf(kind)] ?? 0;
  }

  /** The object's record, or 0. */
  find(kind: Kind, key: string): number {
    const number = KINDS.indexOf(kind);
    const length = this.loadKey(key);
    const { table } = this;
    let slot = table.home(mix(this.hasher.hashOctets(this.keyView, 0, length), number));
    for (let record = table.at(slot); record !== 0; record = table.at(slot)) {
      if (this.isOf(record, number, length)) return record;
      slot = table.next(slot);
    }
    return 0;
  }

  /** Puts a record where `find` finds none. @returns it. */
  add(kind: Kind, key: string, object: StoredObject, list: number): number {
    const { names, addresses, refused } = object;
    const number = KINDS.indexOf(kind);
    const keyOctets = this.loadKey(key);
    const packed = this.pack(addresses);
    const body = BODY + (refused === 0 ? 0 : 1);
    const size = body + names.length + ((keyOctets + packed.length + 3) >> 2);
    const record = this.heap.allocate(size);
    // Only now: the allocation may have made another view of them.
    const { words, octets } = this.heap;
    words[record + SIZE] = (size << LIST_BITS) | (list & LIST_MASK);
    words[record + LENGTHS] =
      (packed.length << 16) | (keyOctets << 5) | (refused === 0 ? 0 : REFUSED) | number;
    if (refused !== 0) words[record + BODY] = refused;
    for (let i = 0; i < names.length; i++) words[record + body + i] = names[i] as number;
    const at = 4 * (record + body + names.length);
    octets.set(this.key.subarray(0, keyOctets), at);
    octets.set(packed, at + keyOctets);
    this.table.add(record);
    this.counts[number] = (this.counts[number] as number) + 1;
    return record;
  }

  remove(record: number): void {
    const number = (this.heap.words[record + LENGTHS] as number) & KIND_MASK;
    this.counts[number] = (this.counts[number] as number) - 1;
    this.table.remove(record);
    this.heap.release(record, this.sizeOf(record));
  }

  /** Whether the record says just that. */
  says(record: number, object: StoredObject): boolean {
    const { words, octets } = this.heap;
    const { names, refused } = object;
    if (this.refusedOf(record) !== refused || this.nameCount(record) !== names.length) return false;
    const body = this.bodyOf(record);
    for (let i = 0; i < names.length; i++) if (words[body + i] !== names[i]) return false;
    const packed = this.pack(object.addresses);
    if (this.packedOctets(record) !== packed.length) return false;
    const at = this.packedAt(record);
    for (let i = 0; i < packed.length; i++) if (octets[at + i] !== packed[i]) return false;
    return true;
  }

  /**
   * The number of the list of a kind that begins after list `last`: 1 to 1023 and over again, when what is
   * known of the kind is made list 0's.
   */
  nextList(kind: Kind, last: number): number {
    if (last < LIST_MASK) return last + 1;
    for (const record of this.recordsOf(kind)) this.see(record, 0);
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

  /** All records of a kind; the table must not change meanwhile. */
  *recordsOf(kind: Kind): Generator<number, void, undefined> {
    for (const record of this.table) if (this.kindOf(record) === kind) yield record;
  }

  kindOf(record: number): Kind {
    return KINDS[(this.heap.words[record + LENGTHS] as number) & KIND_MASK] as Kind;
  }

  /** `namespace/name`. */
  keyOf(record: number): string {
    const at = this.keyAt(record);
    return Buffer.from(this.heap.octets.subarray(at, at + this.keyOctets(record))).toString();
  }

  /** Entries of its names; a new array. */
  namesOf(record: number): number[] {
    const body = this.bodyOf(record);
    return Array.from(this.heap.words.subarray(body, body + this.nameCount(record)));
  }

  /** A character for each octet of the packed addresses: equal texts are equal sets. */
  packedText(record: number): string {
    const { buffer } = this.heap.octets;
    const octets = Buffer.from(buffer, this.packedAt(record), this.packedOctets(record));
    return octets.toString('latin1');
  }

  addressesOf(record: number): AddressSet {
    return unpackAddresses(this.heap.octets, this.packedAt(record), this.packedOctets(record));
  }

  /** @returns octets of the key in hand. */
  private loadKey(key: string): number {
    const { read, written } = encoder.encodeInto(key, this.key.subarray(0, MAX_KEY));
    // Cut short, two objects would be one.
    if (read < key.length) throw new RangeError(`a key of over ${MAX_KEY} octets`);
    return written;
  }

  private hashOf(record: number): number {
    const { view, words } = this.heap;
    const hash = this.hasher.hashOctets(view, this.keyAt(record), this.keyOctets(record));
    return mix(hash, (words[record + LENGTHS] as number) & KIND_MASK);
  }

  /** Whether the record is the one of that kind and the key in hand. */
  private isOf(record: number, kind: number, keyOctets: number): boolean {
    const lengths = this.heap.words[record + LENGTHS] as number;
    if ((lengths & KIND_MASK) !== kind || this.keyOctets(record) !== keyOctets) return false;
    const { octets } = this.heap;
    const at = this.keyAt(record);
    for (let i = 0; i < keyOctets; i++) if (octets[at + i] !== this.key[i]) return false;
    return true;
  }

  private sizeOf(record: number): number {
    return (this.heap.words[record + SIZE] as number) >>> LIST_BITS;
  }

  private packedOctets(record: number): number {
    return (this.heap.words[record + LENGTHS] as number) >>> 16;
  }

  private keyOctets(record: number): number {
    return ((this.heap.words[record + LENGTHS] as number) >>> 5) & MAX_KEY;
  }

  private hasRefused(record: number): boolean {
    return ((this.heap.words[record + LENGTHS] as number) & REFUSED) !== 0;
  }

  private refusedOf(record: number): number {
    return this.hasRefused(record) ? (this.heap.words[record + BODY] as number) : 0;
  }

  /** The word at which the entries begin. */
  private bodyOf(record: number): number {
    return record + BODY + (this.hasRefused(record) ? 1 : 0);
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

  /** Valid until the next call. */
  private pack(addresses: AddressSet): Uint8Array {
    const length = packedLength(addresses);
    if (this.packed.length < length) this.packed = new Uint8Array(2 * length);
    packAddresses(addresses, this.packed);
    return this.packed.subarray(0, length);
  }
}

const encoder = new TextEncoder();

/** Objects of two kinds often share a key. */
function mix(hash: number, kind: number): number {
  return hash ^ Math.imul(kind + 1, 0x9e3779b1);
}
