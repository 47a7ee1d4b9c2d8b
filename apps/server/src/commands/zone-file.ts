import { formatName, formatRdata, TYPE, typeMnemonic } from '@seamark/protocol';
import {
  NODE,
  type OwnedName,
  type OwnedRRset,
  readName,
  type SnapshotReader,
} from '@seamark/snapshot';

/**
 * The zones of a snapshot as zone files (RFC 1035 5): SOA first, then every name in canonical order (RFC 4034 6.1),
 * each RRset with its TTL, every name absolute. Left out is what a zone file has no words for: that the
 * order of addresses changes from reply to reply. Of a name that exists without records a comment tells.
 */
export interface ZoneNodes {
  /** In presentation format. */
  readonly apex: string;
  /** Its nodes' offsets in the reader, in canonical order. */
  readonly nodes: readonly number[];
}

/** Every zone of the snapshot, by its apex. The reader must not be refreshed while they are used. */
export function zonesOf(reader: SnapshotReader): ReadonlyMap<string, ZoneNodes> {
  const keys = new Map<number, { readonly node: number; readonly key: string }[]>();
  reader.forEachNode((node) => {
    const zone = reader.zoneOf(node);
    const entry = { node, key: sortKey(reader, node) };
    const known = keys.get(zone);
    if (known === undefined) keys.set(zone, [entry]);
    else known.push(entry);
  });
  const zones = new Map<string, ZoneNodes>();
  for (const entries of keys.values()) {
    // An apex sorts before all names below it.
    entries.sort((a, b) => (a.key < b.key ? -1 : 1));
    const nodes = entries.map(({ node }) => node);
    const apex = formatName(readName(reader, nodes[0] as number).name);
    zones.set(apex, { apex, nodes });
  }
  return zones;
}

/** The lines of one zone's file. */
export function* zoneFile(reader: SnapshotReader, { nodes }: ZoneNodes): Generator<string> {
  let last: OwnedName | undefined;
  for (const node of nodes) {
    const name = readName(reader, node);
    if (last !== undefined) yield* linesOf(last, name);
    last = name;
  }
  if (last !== undefined) yield* linesOf(last, undefined);
}

function* linesOf(name: OwnedName, next: OwnedName | undefined): Generator<string> {
  const owner = formatName(name.name);
  const isApex = (name.flags & NODE.APEX) !== 0;
  const soaFirst = (rrset: OwnedRRset): number => (isApex && rrset.type === TYPE.SOA ? 0 : 1);
  for (const rrset of name.rrsets.toSorted((a, b) => soaFirst(a) - soaFirst(b))) {
    yield* records(owner, rrset);
  }
  for (const record of name.glue) yield* records(formatName(record.owner), record);
  const isEmpty = name.rrsets.length === 0 && !(next !== undefined && isBelow(next, name));
  if (isEmpty) yield `; ${owner} exists without records`;
}

function* records(owner: string, { type, ttl, rdata }: OwnedRRset): Generator<string> {
  for (const octets of rdata) {
    yield `${owner}\t${ttl}\tIN\t${typeMnemonic(type)}\t${formatRdata(type, octets)}`;
  }
}

function isBelow(name: OwnedName, above: OwnedName): boolean {
  const from = name.name.length - above.name.length;
  let at = 0;
  while (at < from) at += (name.name[at] as number) + 1;
  return from > 0 && at === from && above.name.every((octet, i) => name.name[at + i] === octet);
}

/**
 * A text that sorts as names do: labels from the right, each octet one higher, so that the character between
 * labels comes before all of them.
 */
function sortKey(reader: SnapshotReader, node: number): string {
  const { octets } = reader;
  const labels: string[] = [];
  for (let at = reader.nameAt(node); octets[at] !== 0; at += (octets[at] as number) + 1) {
    let label = '';
    for (let i = 1; i <= (octets[at] as number); i++) {
      label += String.fromCharCode((octets[at + i] as number) + 1);
    }
    labels.push(label);
  }
  return labels.reverse().join('\0');
}
