import { type FoldedName, LIMIT, TYPE } from '@seamark/protocol';
import {
  DIRECTORY_WORDS,
  GLUE,
  INNER_POINTER,
  NODE,
  OUTER_POINTER,
  POINTER_MASK,
} from './layout.ts';
import type { SnapshotReader } from './reader.ts';

/** A name of the snapshot and what it owns, in memory of its own. */
export interface OwnedName {
  readonly name: FoldedName;
  /** The apex of its zone. */
  readonly apex: FoldedName;
  /** The zone's number within the snapshot. */
  readonly zone: number;
  /** NODE.* */
  readonly flags: number;
  /** In the order of the node. */
  readonly rrsets: readonly OwnedRRset[];
  /** Of a zone cut, addresses of its name servers; an apex's are those that these names own. */
  readonly glue: readonly GlueRecord[];
}

/** A record whose owner is no name of the snapshot. */
export interface GlueRecord extends OwnedRRset {
  readonly owner: Uint8Array;
}

export interface OwnedRRset {
  readonly type: number;
  /** Seconds. */
  readonly ttl: number;
  /** Names in it are whole. */
  readonly rdata: readonly Uint8Array[];
}

/** Owner pointer, type, class; TTL and RDLENGTH follow. */
const TTL_AT = 6;
const LENGTH_AT = 10;
const RDATA_AT = 12;

/**
 * Reads a node back into what it was composed of. For those who list zones or look closely at a name; a
 * reply copies octets instead.
 *
 * @param node as `SnapshotReader` gives it.
 */
export function readName(reader: SnapshotReader, node: number): OwnedName {
  const at = reader.nameAt(node);
  const name = reader.octets.slice(at, at + reader.nameLengthOf(node)) as FoldedName;
  const apex = lastLabels(name, reader.apexLabelsOf(node));
  const rrsets: OwnedRRset[] = [];
  const first = reader.firstRRset(node);
  for (let i = 0; i < reader.rrsetsOf(node); i++) {
    const entry = first + DIRECTORY_WORDS * i;
    if (reader.typeOf(entry) !== GLUE) rrsets.push(readRRset(reader, node, entry, name));
  }
  const flags = reader.flagsOf(node);
  const glue = (flags & NODE.CUT) === 0 ? 0 : reader.findRRset(node, GLUE);
  return {
    ...{ name, apex, zone: reader.zoneOf(node), flags, rrsets },
    glue: glue === 0 ? [] : readGlue(reader, node, glue, name),
  };
}

function readGlue(
  reader: SnapshotReader,
  node: number,
  entry: number,
  name: FoldedName,
): GlueRecord[] {
  const { view, octets } = reader;
  const servers = reader.findRRset(node, TYPE.NS);
  const base = servers === 0 ? 0 : reader.octetsAt(node, servers);
  const end = reader.octetsAt(node, entry) + reader.lengthOf(entry);
  const glue: GlueRecord[] = [];
  for (let at = reader.octetsAt(node, entry); at < end; ) {
    const owner = readWhole(octets, at, base, name);
    // The fields as behind an owner pointer, which takes two octets.
    at = behindName(octets, at) - 2;
    const rdata = octets.slice(at + RDATA_AT, at + RDATA_AT + view.getUint16(at + LENGTH_AT));
    glue.push({
      owner,
      type: view.getUint16(at + 2),
      ttl: view.getUint32(at + TTL_AT),
      rdata: [rdata],
    });
    at += RDATA_AT + rdata.length;
  }
  return glue;
}

function readRRset(
  reader: SnapshotReader,
  node: number,
  entry: number,
  name: FoldedName,
): OwnedRRset {
  const { view, octets } = reader;
  const start = reader.octetsAt(node, entry);
  const end = start + reader.lengthOf(entry);
  const pointers = Array.from(
    { length: reader.pointersOf(entry) },
    (_, i) => start + view.getUint16(end + 2 * i, true),
  );
  const rdata: Uint8Array[] = [];
  const ttl = view.getUint32(start + TTL_AT);
  for (let at = start; at < end; ) {
    const from = at + RDATA_AT;
    at = from + view.getUint16(at + LENGTH_AT);
    const inside = pointers.filter((pointer) => pointer >= from && pointer < at);
    rdata.push(withWholeNames(octets, from, at, inside, start, name));
  }
  return { type: reader.typeOf(entry), ttl, rdata };
}

/** A copy in which what they lead to stands where pointers were. */
function withWholeNames(
  octets: Uint8Array,
  from: number,
  to: number,
  pointers: readonly number[],
  base: number,
  name: FoldedName,
): Uint8Array {
  const parts: Uint8Array[] = [];
  let next = from;
  for (const pointer of pointers) {
    parts.push(octets.subarray(next, pointer), readWhole(octets, pointer, base, name));
    next = pointer + 2;
  }
  parts.push(octets.subarray(next, to));
  return joined(parts);
}

/**
 * The name at `start`, whole.
 *
 * @param base what inner pointers count from.
 * @param name of the node, for outer pointers.
 */
function readWhole(octets: Uint8Array, start: number, base: number, name: FoldedName): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = start; ; ) {
    const length = octets[at] as number;
    if (length <= LIMIT.LABEL) {
      parts.push(octets.subarray(at, at + length + 1));
      if (length === 0) return joined(parts);
      at += length + 1;
      continue;
    }
    const pointer = (length << 8) | (octets[at + 1] as number);
    if (pointer >= OUTER_POINTER)
      return joined([...parts, lastLabels(name, pointer & POINTER_MASK)]);
    const to = base + (pointer & POINTER_MASK);
    if (pointer < INNER_POINTER || to >= at) throw new Error('a pointer that leads nowhere');
    at = to;
  }
}

/** The offset behind the name at `start`, as it is written there. */
function behindName(octets: Uint8Array, start: number): number {
  let at = start;
  for (;;) {
    const length = octets[at] as number;
    if (length > LIMIT.LABEL) return at + 2;
    at += length + 1;
    if (length === 0) return at;
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function lastLabels(name: FoldedName, count: number): FoldedName {
  const starts: number[] = [];
  let at = 0;
  for (; name[at] !== 0; at += (name[at] as number) + 1) starts.push(at);
  return name.subarray(starts[starts.length - count] ?? at) as FoldedName;
}
