import { countLabels, type FoldedName, TYPE } from '@seamark/protocol';
import {
  DIRECTORY_WORDS,
  MAX_NODE_OCTETS,
  NODE,
  NODE_HEADER_WORDS,
  POINTER_TO_QNAME,
} from './layout.ts';
import type { NameHasher } from './name-hash.ts';
import { CLASS_IN, type ComposedRRset, FIXED } from './rrset.ts';

/** A name and what it owns, before it is composed into a node. */
export interface NodeSpec {
  readonly name: FoldedName;
  /** The zone's number within the snapshot, the same in each of its segments. */
  readonly zone: number;
  /** Labels of the zone's apex, the root not counted: how much of any name of the zone is the apex. */
  readonly apexLabels: number;
  /** NODE.* */
  readonly flags: number;
  readonly rrsets: readonly ComposedRRset[];
}

/**
 * What nearly every node of a large zone is: a name that owns addresses and nothing else. For a million of
 * them, a `NodeSpec` each, and what it consists of, is most of the time that composing takes.
 */
export interface HostSpec {
  /** The name is its first `nameLength` octets, folded; none of it is kept. */
  readonly name: Uint8Array;
  readonly nameLength: number;
  readonly labels: number;
  /** As the batch's hasher has it. */
  readonly hash: number;
  /** As of NodeSpec. */
  readonly zone: number;
  readonly apexLabels: number;
  readonly flags: number;
  /** Seconds. */
  readonly ttl: number;
  /** IPv4 addresses, then IPv6 addresses, lie here from `at` on; at least one. */
  readonly addresses: Uint8Array;
  readonly at: number;
  readonly v4: number;
  readonly v6: number;
}

/** RRsets of a node: their count has 8 bits. */
const MAX_RRSETS = 255;

/** Whether a node can be laid out: a batch refuses one that can't. */
export function fitsNode({ name, rrsets }: Pick<NodeSpec, 'name' | 'rrsets'>): boolean {
  return rrsets.length <= MAX_RRSETS && nodeOctets(name, rrsets) <= MAX_NODE_OCTETS;
}

function nodeOctets(name: FoldedName, rrsets: readonly ComposedRRset[]): number {
  let octets = 4 * (directoryOf(name.length) + DIRECTORY_WORDS * rrsets.length);
  for (const rrset of rrsets) octets += rrset.octets.length + 2 * rrset.pointers.length;
  return octets;
}

/** The word of a node at which its directory begins. */
function directoryOf(nameLength: number): number {
  return NODE_HEADER_WORDS + ((nameLength + 3) >> 2);
}

/** Thrown where data cannot be laid out: an RRset or a node that outgrows its lengths and counts. */
export class LayoutError extends Error {
  override readonly name = 'LayoutError';
  readonly code = 'NODE_TOO_LARGE';
}

/** A record behind a pointer to its owner. */
const A_RECORD: number = 2 + FIXED + 4;
const AAAA_RECORD: number = 2 + FIXED + 16;

const FIRST_WORDS = 1024;
const FIRST_INDEX = 128;
/** 1 MiB: what a publication of many nodes took beyond that, later ones don't come near. */
const KEPT_WORDS = 1 << 18;

/**
 * Nodes being composed, in memory of the composer's own: what goes into a segment besides the nodes
 * of older ones. It can be emptied and used again.
 */
export class NodeBatch {
  readonly hasher: NameHasher;
  words: Int32Array<ArrayBuffer>;
  private octets: Uint8Array<ArrayBuffer>;
  private view: DataView<ArrayBuffer>;
  /** Words in use. Node offsets count from the batch's start. */
  length = 0;
  count = 0;
  maxLabels = 0;
  /** Pairs (hash, node offset), `count` of them. */
  index: Int32Array<ArrayBuffer>;
  private readonly name = new Uint8Array(260);
  private readonly nameView = new DataView(this.name.buffer);
  private readonly labels = new Uint8Array(128);

  constructor(hasher: NameHasher) {
    this.hasher = hasher;
    this.words = new Int32Array(FIRST_WORDS);
    this.octets = new Uint8Array(this.words.buffer);
    this.view = new DataView(this.words.buffer);
    this.index = new Int32Array(FIRST_INDEX);
  }

  clear(): void {
    this.length = 0;
    this.count = 0;
    this.maxLabels = 0;
    if (this.words.length <= KEPT_WORDS) return;
    this.words.buffer.transfer(0);
    this.index.buffer.transfer(0);
    this.use(new Int32Array(FIRST_WORDS));
    this.index = new Int32Array(FIRST_INDEX);
  }

  /**
   * Composes a node. A name must not be added twice.
   *
   * @throws LayoutError and adds nothing if the node takes more than 64 KiB, or has more than 255 RRsets.
   */
  add(spec: NodeSpec): void {
    const { name, rrsets } = spec;
    const octets = nodeOctets(name, rrsets);
    if (octets > MAX_NODE_OCTETS || rrsets.length > MAX_RRSETS) {
      throw new LayoutError('a node of over 64 KiB, or of over 255 RRsets');
    }
    const labels = countLabels(name);
    const directory = directoryOf(name.length);
    const size = (octets + 3) >> 2;
    this.reserve(size);

    const start = this.length;
    const at = 4 * start;
    this.words.fill(0, start, start + size);
    this.words[start] = (size << 16) | (spec.flags << 8) | name.length;
    this.words[start + 1] = (spec.zone << 16) | (rrsets.length << 8) | spec.apexLabels;
    this.octets.set(name, at + 4 * NODE_HEADER_WORDS);
    let entry = start + directory;
    let octet = 4 * (directory + DIRECTORY_WORDS * rrsets.length);
    for (const rrset of rrsets) {
      const { octets, pointers } = rrset;
      this.words[entry] = (rrset.type << 16) | rrset.records;
      this.words[entry + 1] = (octet << 16) | octets.length;
      this.words[entry + 2] = (rrset.recordLength << 16) | pointers.length;
      this.octets.set(octets, at + octet);
      octet += octets.length;
      for (const pointer of pointers) {
        this.view.setUint16(at + octet, pointer, true);
        octet += 2;
      }
      entry += DIRECTORY_WORDS;
    }
    this.index[2 * this.count] = this.hash(name, labels);
    this.index[2 * this.count + 1] = start;
    this.count += 1;
    this.length += size;
    // What has gone is not looked up for: its labels do not count.
    if ((spec.flags & NODE.GONE) === 0 && labels > this.maxLabels) this.maxLabels = labels;
  }

  /**
   * Adds the node that `add` would make of the same.
   *
   * @throws LayoutError and adds nothing if the node takes more than 64 KiB.
   */
  addHost(host: HostSpec): void {
    const { nameLength, v4, v6 } = host;
    const directory = directoryOf(nameLength);
    const rrsets = Number(v4 > 0) + Number(v6 > 0);
    let octet = 4 * (directory + DIRECTORY_WORDS * rrsets);
    const end = octet + v4 * A_RECORD + v6 * AAAA_RECORD;
    if (end > MAX_NODE_OCTETS) throw new LayoutError('a node of over 64 KiB');
    const size = (end + 3) >> 2;
    this.reserve(size);

    const start = this.length;
    const { words, octets } = this;
    words[start + size - 1] = 0;
    words[start + directory - 1] = 0;
    words[start] = (size << 16) | (host.flags << 8) | nameLength;
    words[start + 1] = (host.zone << 16) | (rrsets << 8) | host.apexLabels;
    const nameAt = 4 * (start + NODE_HEADER_WORDS);
    for (let i = 0; i < nameLength; i++) octets[nameAt + i] = host.name[i] as number;
    let entry = start + directory;
    if (v4 > 0) {
      this.addAddresses(start, entry, octet, TYPE.A, host);
      entry += DIRECTORY_WORDS;
      octet += v4 * A_RECORD;
    }
    if (v6 > 0) this.addAddresses(start, entry, octet, TYPE.AAAA, host);
    this.index[2 * this.count] = host.hash;
    this.index[2 * this.count + 1] = start;
    this.count += 1;
    this.length += size;
    if (host.labels > this.maxLabels) this.maxLabels = host.labels;
  }

  /** One family's directory entry and records. */
  private addAddresses(
    start: number,
    entry: number,
    octet: number,
    type: number,
    host: HostSpec,
  ): void {
    const { words, octets } = this;
    const isV4 = type === TYPE.A;
    const length = isV4 ? 4 : 16;
    const count = isV4 ? host.v4 : host.v6;
    const record = isV4 ? A_RECORD : AAAA_RECORD;
    words[entry] = (type << 16) | count;
    words[entry + 1] = (octet << 16) | (count * record);
    words[entry + 2] = record << 16;
    let from = isV4 ? host.at : host.at + 4 * host.v4;
    let to = 4 * start + octet;
    for (let i = 0; i < count; i++) {
      octets[to] = POINTER_TO_QNAME >> 8;
      octets[to + 1] = POINTER_TO_QNAME & 0xff;
      octets[to + 2] = 0;
      octets[to + 3] = type;
      octets[to + 4] = 0;
      octets[to + 5] = CLASS_IN;
      octets[to + 6] = host.ttl >>> 24;
      octets[to + 7] = host.ttl >>> 16;
      octets[to + 8] = host.ttl >>> 8;
      octets[to + 9] = host.ttl;
      octets[to + 10] = 0;
      octets[to + 11] = length;
      for (let j = 0; j < length; j++) octets[to + 12 + j] = host.addresses[from + j] as number;
      from += length;
      to += record;
    }
  }

  private hash(name: FoldedName, labels: number): number {
    this.name.set(name);
    let at = 0;
    for (let i = 0; i < labels; i++) {
      this.labels[i] = at;
      at += (name[at] ?? 0) + 1;
    }
    this.hasher.absorb(this.nameView, this.labels, labels);
    return this.hasher.hashOf(0);
  }

  private reserve(words: number): void {
    if (this.length + words > this.words.length) {
      this.use(enlarged(this.words, Math.max(this.words.length * 2, this.length + words)));
    }
    if (2 * this.count + 2 > this.index.length) {
      this.index = enlarged(this.index, this.index.length * 2);
    }
  }

  private use(words: Int32Array<ArrayBuffer>): void {
    this.words = words;
    this.octets = new Uint8Array(words.buffer);
    this.view = new DataView(words.buffer);
  }
}

/**
 * The same words with room for more. `transfer` frees what it leaves, and clear() what it drops, at once: a
 * thread with little garbage of its own collects so seldom that 200 MB stayed for good.
 */
function enlarged(words: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  return new Int32Array(words.buffer.transfer(4 * length));
}
