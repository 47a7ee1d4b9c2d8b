import type { FoldedName } from '@seamark/protocol';
import { DIRECTORY_WORDS, GLUE, NODE } from './layout.ts';
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
    if (reader.typeOf(entry) !== GLUE) rrsets.push(readRRset(reader, node, entry, apex));
  }
  const flags = reader.flagsOf(node);
  const glue = (flags & NODE.CUT) === 0 ? 0 : reader.findRRset(node, GLUE);
  return {
    ...{ name, apex, zone: reader.zoneOf(node), flags, rrsets },
    glue: glue === 0 ? [] : readGlue(reader, node, glue, apex),
  };
}

function readGlue(
  reader: SnapshotReader,
  node: number,
  entry: number,
  apex: FoldedName,
): GlueRecord[] {
  const { view, octets } = reader;
  const end = reader.octetsAt(node, entry) + reader.lengthOf(entry);
  const glue: GlueRecord[] = [];
  for (let at = reader.octetsAt(node, entry); at < end; ) {
    const from = at;
    while ((octets[at] as number) !== 0 && (octets[at] as number) < 0xc0) {
      at += 1 + (octets[at] as number);
    }
    const isWhole = octets[at] === 0;
    const labels = octets.slice(from, at);
    const owner = Uint8Array.of(...labels, ...(isWhole ? [0] : apex));
    // The fields as behind an owner pointer, which takes two octets.
    at += isWhole ? -1 : 0;
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
  apex: FoldedName,
): OwnedRRset {
  const { view, octets } = reader;
  const start = reader.octetsAt(node, entry);
  const end = start + reader.lengthOf(entry);
  const pointers = Array.from(
    { length: reader.apexPointersOf(entry) },
    (_, i) => start + view.getUint16(end + 2 * i, true),
  );
  const rdata: Uint8Array[] = [];
  const ttl = view.getUint32(start + TTL_AT);
  for (let at = start; at < end; ) {
    const from = at + RDATA_AT;
    at = from + view.getUint16(at + LENGTH_AT);
    rdata.push(withApex(octets, from, at, pointers, apex));
  }
  return { type: reader.typeOf(entry), ttl, rdata };
}

/** A copy in which the apex stands where apex pointers were. */
function withApex(
  octets: Uint8Array,
  from: number,
  to: number,
  pointers: readonly number[],
  apex: FoldedName,
): Uint8Array {
  const inside = pointers.filter((pointer) => pointer >= from && pointer < to);
  const copy = new Uint8Array(to - from + inside.length * (apex.length - 2));
  let at = 0;
  let next = from;
  for (const pointer of inside) {
    copy.set(octets.subarray(next, pointer), at);
    at += pointer - next;
    copy.set(apex, at);
    at += apex.length;
    next = pointer + 2;
  }
  copy.set(octets.subarray(next, to), at);
  return copy;
}

function lastLabels(name: FoldedName, count: number): FoldedName {
  const starts: number[] = [];
  let at = 0;
  for (; name[at] !== 0; at += (name[at] as number) + 1) starts.push(at);
  return name.subarray(starts[starts.length - count] ?? at) as FoldedName;
}
