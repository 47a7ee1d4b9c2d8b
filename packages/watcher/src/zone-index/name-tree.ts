import { countLabels, type FoldedName, LIMIT } from '@seamark/protocol';
import type { NameHasher } from '@seamark/snapshot';
import { SlotTable } from './slot-table.ts';
import type { WordHeap } from './word-heap.ts';

/** Flags of an entry. */
export const ENTRY = {
  /** The apex of a zone. */
  APEX: 1,
  /** It exists whatever objects say: an apex, or a name server's name. */
  PINNED: 2,
  /** A name server of a zone: its Service speaks first, whatever the order of kinds. */
  NAME_SERVER: 4,
  /** `*.` below it exists. */
  HAS_WILDCARD_CHILD: 8,
  /** A node of this name stands in the snapshot. */
  PUBLISHED: 16,
  /** It waits for the next publication. */
  DIRTY: 32,
  /** An address leads back to a name by it (reverse-names.ts): it exists, and has a PTR. */
  REVERSE: 64,
  /** A name server of a zone lies below it: it can be no zone cut. */
  ABOVE_NAME_SERVER: 128,
} as const;

/*
 * An entry, a block of the heap named by its offset:
 *
 *   word 0   the entry of the name without its leftmost label; 0 above the topmost apex
 *   word 1   hash of the whole name, the snapshot's own
 *   word 2   entries directly below
 *   word 3   claims (claims.ts)
 *   word 4   zone (16) | flags (8) | octets of the label (8)
 *   label    octets without the length, padded with zeros to a word
 *
 * A label instead of a name: names that share a suffix, as all of a zone do, hold it once.
 */
const PARENT = 0;
const HASH = 1;
const CHILDREN = 2;
const CLAIMS = 3;
const HEAD = 4;
const LABEL = 5;

/** In place of an entry: the name lies in a zone, but not in one that counts. */
export const ELSEWHERE: number = -1;

/** A zone as the tree knows it. */
interface TreeZone {
  readonly apex: FoldedName;
  /** Labels of the apex. */
  readonly labels: number;
  /** The apex's entry. */
  entry: number;
  names: number;
}

/**
 * The names that exist below the apexes of some zones: those that were asked for, and all between
 * them and the apex. Tells nothing of why they exist. A name is given in wire format and known by its
 * entry from then on, until `remove`.
 */
export class NameTree {
  private readonly heap: WordHeap;
  private readonly hasher: NameHasher;
  private readonly zones: readonly TreeZone[];
  private readonly table: SlotTable;
  /** The name in hand, with room behind it for a word read at its end. */
  private readonly name = new Uint8Array(LIMIT.NAME + 1 + 4);
  private readonly view = new DataView(this.name.buffer);
  private readonly labels = new Uint8Array(LIMIT.LABELS);
  private labelCount = 0;
  /** Another number whenever a name has come or gone. */
  version = 0;

  /**
   * @param hasher of the snapshot that the names go to.
   * @param apexes of the zones, which are known by their places in it from then on. None twice.
   */
  constructor(heap: WordHeap, hasher: NameHasher, apexes: readonly FoldedName[]) {
    this.heap = heap;
    this.hasher = hasher;
    this.table = new SlotTable(heap, (entry) => heap.words[entry + HASH] as number);
    this.zones = apexes.map((apex) => ({ apex, labels: countLabels(apex), entry: 0, names: 0 }));
    // An apex hangs below the zone around it, which therefore comes first.
    const order = [...this.zones.keys()].sort((a, b) => this.apexLabels(a) - this.apexLabels(b));
    for (const zone of order) this.addApex(zone);
  }

  /** Names in all zones. */
  get size(): number {
    return this.table.size;
  }

  /** Names in a zone, its apex included. */
  namesIn(zone: number): number {
    return this.zones[zone]?.names ?? 0;
  }

  /** The entry of a zone's apex, which stays. */
  apexOf(zone: number): number {
    return this.zones[zone]?.entry ?? 0;
  }

  /** Labels of a zone's apex. */
  apexLabels(zone: number): number {
    return this.zones[zone]?.labels ?? 0;
  }

  /**
   * The entry of a name, made if there is none, along with those of the names between it and the apex.
   *
   * @param among zones that count; all if absent.
   * @returns 0 if the name lies in no zone, ELSEWHERE if in one that does not count: the zone of a name is the
   *   innermost around it.
   */
  ensure(name: FoldedName, among?: ReadonlySet<number>): number {
    this.load(name);
    const zone = this.enclosingZone(0);
    if (zone < 0) return 0;
    if (among?.has(zone) === false) return ELSEWHERE;
    return this.descend(zone, 0);
  }

  /** The entry of a name, or 0: none is made. */
  find(name: FoldedName): number {
    const { entry, encloser } = this.lookUp(name);
    return entry === encloser ? entry : 0;
  }

  /** The number of the innermost zone around a name, or -1. */
  zoneAround(name: FoldedName): number {
    this.load(name);
    return this.enclosingZone(0);
  }

  /**
   * What there is at a name, nothing made: its own entry, or the wildcard's that speaks for it (RFC 4592 3.3.1),
   * or 0; the zone that it lies in, -1 for none; and the closest name that there is, itself or above it.
   */
  lookUp(name: FoldedName): {
    readonly entry: number;
    readonly zone: number;
    readonly encloser: number;
  } {
    this.load(name);
    const zone = this.enclosingZone(0);
    if (zone < 0) return { entry: 0, zone, encloser: 0 };
    const { labels, entry: apex } = this.zones[zone] as TreeZone;
    let encloser = apex;
    for (let index = this.labelCount - labels - 1; index >= 0; index--) {
      const below = this.child(encloser, index);
      if (below === 0) {
        return { entry: this.wildcardBelow(encloser, index + 1), zone, encloser };
      }
      encloser = below;
    }
    return { entry: encloser, zone, encloser };
  }

  /**
   * Takes out an entry without children, which is no apex. Its parent's flag for a wildcard below goes
   * with that. Until something is allocated in the heap, its flags still read as none.
   *
   * @returns the parent.
   */
  remove(entry: number): number {
    const { words } = this.heap;
    const parent = words[entry + PARENT] as number;
    words[parent + CHILDREN] = (words[parent + CHILDREN] as number) - 1;
    if (this.isWildcard(entry)) this.clearFlags(parent, ENTRY.HAS_WILDCARD_CHILD);
    (this.zones[this.zoneOf(entry)] as TreeZone).names -= 1;
    this.version += 1;
    this.table.remove(entry);
    this.clearFlags(entry, 0xff);
    this.heap.release(entry, entryWords(this.labelLength(entry)));
    return parent;
  }

  /** Visits all entries; the tree must not change meanwhile. */
  forEach(visit: (entry: number) => void): void {
    this.table.forEach(visit);
  }

  /** The whole name, folded, in wire format; new octets at each call. */
  nameOf(entry: number): FoldedName {
    const { words, octets } = this.heap;
    let length = 0;
    let at = entry;
    for (; !this.hasFlags(at, ENTRY.APEX); at = words[at + PARENT] as number) {
      length += this.labelLength(at) + 1;
    }
    const { apex } = this.zones[this.zoneOf(at)] as TreeZone;
    const name = new Uint8Array(length + apex.length);
    name.set(apex, length);
    let to = 0;
    for (at = entry; to < length; at = words[at + PARENT] as number) {
      const label = this.labelLength(at);
      name[to] = label;
      const from = 4 * (at + LABEL);
      for (let i = 0; i < label; i++) name[to + 1 + i] = octets[from + i] as number;
      to += label + 1;
    }
    return name as FoldedName;
  }

  /**
   * Writes what `nameOf` gives at the start of `into`, and says how many labels that are.
   *
   * @returns its octets
   */
  writeName(entry: number, into: Uint8Array): number {
    const { words, octets } = this.heap;
    let to = 0;
    let at = entry;
    let labels = 0;
    for (; !this.hasFlags(at, ENTRY.APEX); at = words[at + PARENT] as number) {
      const label = this.labelLength(at);
      into[to] = label;
      const from = 4 * (at + LABEL);
      for (let i = 0; i < label; i++) into[to + 1 + i] = octets[from + i] as number;
      to += label + 1;
      labels += 1;
    }
    const zone = this.zones[this.zoneOf(at)] as TreeZone;
    into.set(zone.apex, to);
    this.writtenLabels = labels + zone.labels;
    return to + zone.apex.length;
  }

  /** Labels of the name that was written last. */
  writtenLabels = 0;

  /** The snapshot's hash of the name. */
  hashOf(entry: number): number {
    return this.heap.words[entry + HASH] as number;
  }

  parentOf(entry: number): number {
    return this.heap.words[entry + PARENT] as number;
  }

  hasChildren(entry: number): boolean {
    return this.heap.words[entry + CHILDREN] !== 0;
  }

  /** What claims.ts keeps here; 0 for a new entry. */
  claimsOf(entry: number): number {
    return this.heap.words[entry + CLAIMS] as number;
  }

  setClaims(entry: number, claims: number): void {
    this.heap.words[entry + CLAIMS] = claims;
  }

  zoneOf(entry: number): number {
    return (this.heap.words[entry + HEAD] as number) >>> 16;
  }

  isWildcard(entry: number): boolean {
    return this.labelLength(entry) === 1 && this.heap.words[entry + LABEL] === 0x2a;
  }

  /** Whether one of ENTRY.* is set. */
  hasFlags(entry: number, flags: number): boolean {
    return ((this.heap.words[entry + HEAD] as number) & (flags << 8)) !== 0;
  }

  setFlags(entry: number, flags: number): void {
    const { words } = this.heap;
    words[entry + HEAD] = (words[entry + HEAD] as number) | (flags << 8);
  }

  clearFlags(entry: number, flags: number): void {
    const { words } = this.heap;
    words[entry + HEAD] = (words[entry + HEAD] as number) & ~(flags << 8);
  }

  private labelLength(entry: number): number {
    return (this.heap.words[entry + HEAD] as number) & 0xff;
  }

  private addApex(zone: number): void {
    const added = this.zones[zone] as TreeZone;
    this.load(added.apex);
    // Above an apex, names exist only where another zone encloses it (RFC 8020 2).
    const around = this.enclosingZone(1);
    const parent = around < 0 ? 0 : this.descend(around, 1);
    added.entry = this.create(parent, 0, zone);
    this.setFlags(added.entry, ENTRY.APEX | ENTRY.PINNED);
  }

  private load(name: FoldedName): void {
    this.name.set(name);
    this.name.fill(0, name.length, name.length + 4);
    let count = 0;
    for (let at = 0; this.name[at] !== 0; at += (this.name[at] as number) + 1) {
      this.labels[count] = at;
      count += 1;
    }
    this.labelCount = count;
    this.hasher.absorb(this.view, this.labels, count);
  }

  /** The innermost zone around the suffix of the name in hand that begins with label `from`, or -1. */
  private enclosingZone(from: number): number {
    let found = -1;
    let most = -1;
    for (let zone = 0; zone < this.zones.length; zone++) {
      const { apex, labels } = this.zones[zone] as TreeZone;
      const index = this.labelCount - labels;
      if (labels <= most || index < from || !this.endsWith(apex, index)) continue;
      found = zone;
      most = labels;
    }
    return found;
  }

  private endsWith(apex: FoldedName, index: number): boolean {
    const start = index === this.labelCount ? this.nameEnd() : (this.labels[index] as number);
    if (this.nameEnd() + 1 - start !== apex.length) return false;
    for (let i = 0; i < apex.length; i++) if (this.name[start + i] !== apex[i]) return false;
    return true;
  }

  /** Where the root's octet of the name in hand lies. */
  private nameEnd(): number {
    if (this.labelCount === 0) return 0;
    const last = this.labels[this.labelCount - 1] as number;
    return last + (this.name[last] as number) + 1;
  }

  /** From a zone's apex down to the suffix that begins with label `to`. */
  private descend(zone: number, to: number): number {
    const { labels, entry: apex } = this.zones[zone] as TreeZone;
    let entry = apex;
    for (let index = this.labelCount - labels - 1; index >= to; index--) {
      entry = this.child(entry, index) || this.create(entry, index, zone);
    }
    return entry;
  }

  /** The entry below `parent` whose label is number `index` of the name in hand, or 0. */
  private child(parent: number, index: number): number {
    const { table } = this;
    const { words } = this.heap;
    const hash = this.hasher.hashOf(index);
    let slot = table.home(hash);
    for (let entry = table.at(slot); entry !== 0; entry = table.at(slot)) {
      const isCandidate = words[entry + HASH] === hash && words[entry + PARENT] === parent;
      if (isCandidate && this.hasLabel(entry, index)) return entry;
      slot = table.next(slot);
    }
    return 0;
  }

  /** The entry of `*.` before the suffix in hand that begins with label `index`, whose own is `parent`; or 0. */
  private wildcardBelow(parent: number, index: number): number {
    if (!this.hasFlags(parent, ENTRY.HAS_WILDCARD_CHILD)) return 0;
    const { table } = this;
    const { words } = this.heap;
    let slot = table.home(this.hasher.wildcardHashOf(index));
    for (let entry = table.at(slot); entry !== 0; entry = table.at(slot)) {
      if (words[entry + PARENT] === parent && this.isWildcard(entry)) return entry;
      slot = table.next(slot);
    }
    return 0;
  }

  private hasLabel(entry: number, index: number): boolean {
    const start = this.labels[index] as number;
    const length = this.name[start] as number;
    if (this.labelLength(entry) !== length) return false;
    const { octets } = this.heap;
    const at = 4 * (entry + LABEL);
    for (let i = 0; i < length; i++) if (octets[at + i] !== this.name[start + 1 + i]) return false;
    return true;
  }

  private create(parent: number, index: number, zone: number): number {
    const start = this.labels[index] as number;
    // The root, as a zone's apex, has no label.
    const length = index === this.labelCount ? 0 : (this.name[start] as number);
    const size = entryWords(length);
    const entry = this.heap.allocate(size);
    // Only now: the allocation may have made another view of them.
    const { words, octets } = this.heap;
    words[entry + size - 1] = 0;
    words[entry + PARENT] = parent;
    words[entry + HASH] = this.hasher.hashOf(index);
    words[entry + CHILDREN] = 0;
    words[entry + CLAIMS] = 0;
    words[entry + HEAD] = (zone << 16) | length;
    const at = 4 * (entry + LABEL);
    for (let i = 0; i < length; i++) octets[at + i] = this.name[start + 1 + i] as number;
    if (parent !== 0) {
      words[parent + CHILDREN] = (words[parent + CHILDREN] as number) + 1;
      if (this.isWildcard(entry)) this.setFlags(parent, ENTRY.HAS_WILDCARD_CHILD);
    }
    (this.zones[zone] as TreeZone).names += 1;
    this.version += 1;
    this.table.add(entry);
    return entry;
  }
}

function entryWords(label: number): number {
  // One word of label even for the root, so that a wildcard test reads nothing beyond the block.
  return LABEL + Math.max(1, (label + 3) >> 2);
}
