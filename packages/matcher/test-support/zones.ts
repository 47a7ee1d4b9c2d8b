// Zones as tests write them, and the same zones as a snapshot carries them.

import {
  type FoldedName,
  foldName,
  formatName,
  parseAddress,
  parseName,
  TYPE,
  typeMnemonic,
} from '@seamark/protocol';
import {
  type ComposedRRset,
  composeRecords,
  GLUE,
  NODE,
  type NodeSpec,
  type Publisher,
  type RecordSpec,
  WrittenNames,
} from '@seamark/snapshot';
import { typeNumber } from '../../../test/support/dns/codes.ts';
import {
  type ReferenceRecord,
  type ReferenceZone,
  UNRESOLVED,
} from '../src/reference/reference-matcher.ts';

/** Reads lines such as `www 60 A 192.0.2.1`; `@` is the apex, owners without a final dot lie below it. */
export function zone(
  apex: string,
  lines: string,
  state: ReferenceZone['state'] = 'synced',
): ReferenceZone {
  const records = lines
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((words) => words.length >= 4)
    .map(([owner = '', ttl, type = '', ...rdata]) => ({
      owner: absolute(owner, apex),
      ttl: Number(ttl),
      type: typeNumber(type),
      rdata: rdata.join(' '),
    }));
  return { apex, records, state };
}

export function absolute(owner: string, apex: string): string {
  if (owner === '@') return apex;
  if (owner.endsWith('.')) return owner;
  return apex === '.' ? `${owner}.` : `${owner}.${apex}`;
}

/** `www.example.com. 60 IN A 192.0.2.1`, in lower case: records as texts that compare. */
export function present(record: ReferenceRecord, owner: string = record.owner): string {
  const text = `${owner} ${record.ttl} IN ${typeMnemonic(record.type)} ${record.rdata}`;
  return text.toLowerCase();
}

/** Composes zones node by node, keyed by the folded name. Nested zones are told apart by apex. */
export function compile(zones: readonly ReferenceZone[]): Map<string, NodeSpec> {
  const nodes = new Map<string, NodeSpec>();
  const apexes = new Set(zones.map(({ apex }) => key(apex)));
  for (const [number, zone] of zones.entries()) {
    const apex = parseName(zone.apex);
    const records = zone.state === 'unsynced' ? [] : zone.records;
    const owners = Map.groupBy(records, ({ owner }) => key(owner));
    const cuts = new Set(records.filter(({ type }) => type === TYPE.NS).map((ns) => key(ns.owner)));
    cuts.delete(key(zone.apex));
    const names = new Set([key(zone.apex)]);
    for (const owner of owners.keys()) {
      if (isBelowAny(cuts, owner)) continue;
      for (let wire = parseName(owner); wire.length > apex.length; wire = parent(wire)) {
        names.add(formatName(wire));
      }
    }
    // The way down to a zone further down.
    for (const other of zone.state === 'unsynced' ? [] : apexes) {
      const path: string[] = [];
      let wire = parent(parseName(other));
      for (; wire.length > 1 && !apexes.has(formatName(wire)); wire = parent(wire)) {
        path.push(formatName(wire));
      }
      if (other !== '.' && formatName(wire) === key(zone.apex))
        for (const name of path) if (!isBelowAny(cuts, name)) names.add(name);
    }
    for (const name of names) {
      const wire = foldName(parseName(name));
      const isApex = wire.length === apex.length;
      const isCut = cuts.has(name);
      const own = owners.get(name) ?? [];
      const shown = isCut ? own.filter(({ type }) => AT_A_CUT.has(type)) : own;
      const servers = own.filter(({ type }) => type === TYPE.NS);
      nodes.set(name, {
        name: wire,
        zone: number,
        apexLabels: labelCount(apex),
        flags:
          (isApex ? NODE.APEX | STATE[zone.state] : 0) |
          unresolvedFlag(own) |
          (isCut ? NODE.CUT : 0) |
          wildcardFlag(name, names),
        rrsets: composeAll(shown, wire, glueOf(servers, owners)),
      });
    }
  }
  return nodes;
}

/** What else stands at a zone cut belongs to the zone below. */
const AT_A_CUT: ReadonlySet<number> = new Set([TYPE.NS, TYPE.DS]);

function isBelowAny(cuts: ReadonlySet<string>, name: string): boolean {
  for (let wire = parent(parseName(name)); wire.length > 1; wire = parent(wire)) {
    if (cuts.has(formatName(wire))) return true;
  }
  return false;
}

const STATE = {
  synced: 0,
  partial: NODE.ZONE_PARTIAL,
  'partial ptr': NODE.ZONE_PARTIAL_PTR,
  unsynced: NODE.ZONE_UNSYNCED,
} as const;

/** Publishes what differs between two compilations, names that have gone included. */
export function publishChange(
  publisher: Publisher,
  before: ReadonlyMap<string, NodeSpec>,
  after: ReadonlyMap<string, NodeSpec>,
): void {
  for (const [name, node] of after) {
    const old = before.get(name);
    if (old === undefined || !sameNode(old, node)) publisher.add(node);
  }
  for (const [name, node] of before) {
    if (!after.has(name)) publisher.add({ ...node, flags: NODE.GONE, rrsets: [] });
  }
  publisher.publish();
}

function sameNode(a: NodeSpec, b: NodeSpec): boolean {
  return (
    a.flags === b.flags &&
    a.zone === b.zone &&
    a.rrsets.length === b.rrsets.length &&
    a.rrsets.every((rrset, i) => Buffer.compare(rrset.octets, b.rrsets[i]?.octets ?? EMPTY) === 0)
  );
}

const EMPTY = new Uint8Array(0);

function wildcardFlag(name: string, names: ReadonlySet<string>): number {
  return names.has(absolute('*', name)) ? NODE.HAS_WILDCARD_CHILD : 0;
}

function unresolvedFlag(records: readonly ReferenceRecord[]): number {
  return records.some(({ type }) => type === UNRESOLVED) ? NODE.UNRESOLVED : 0;
}

function composeAll(
  records: readonly ReferenceRecord[],
  name: FoldedName,
  glue: readonly RecordSpec[],
): ComposedRRset[] {
  const owned = records.filter(({ type }) => type !== UNRESOLVED);
  const types = Map.groupBy(owned, ({ type }) => type);
  const written = new WrittenNames(name);
  const composed = [...types].map(([type, ofType]) =>
    composeRecords(ofType.map(specOf), type, type === TYPE.NS ? written : new WrittenNames(name)),
  );
  return glue.length === 0 ? composed : [...composed, composeRecords(glue, GLUE, written)];
}

function specOf({ type, ttl, rdata }: ReferenceRecord): RecordSpec {
  return { type, ttl, rdata: rdataOf(type, rdata) };
}

function rdataOf(type: number, rdata: string): Uint8Array {
  if (type === TYPE.A || type === TYPE.AAAA) return parseAddress(rdata) ?? EMPTY;
  const [first = '', second = '', ...numbers] = rdata.split(' ');
  if (type === TYPE.MX && first !== '\\#') {
    return Uint8Array.of(0, Number(first), ...parseName(second));
  }
  if (!NAMES_FIRST.has(type)) return octetsOf(rdata);
  if (type !== TYPE.SOA) return parseName(first);
  const fixed = new DataView(new ArrayBuffer(20));
  for (const [i, number] of numbers.entries()) fixed.setUint32(4 * i, Number(number));
  return Buffer.concat([parseName(first), parseName(second), new Uint8Array(fixed.buffer)]);
}

const NAMES_FIRST: ReadonlySet<number> = new Set([TYPE.NS, TYPE.CNAME, TYPE.SOA]);

/** Of any other type, as RFC 3597 5 writes them: `\# 2 abcd`. */
function octetsOf(rdata: string): Uint8Array {
  const [, length, hex = ''] = /^\\# (\d+) ?([0-9a-f]*)$/.exec(rdata) ?? [];
  if (Number(length) !== hex.length / 2) throw new Error(`no RDATA: ${rdata}`);
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}

/** Addresses of the name servers that lie in the zone. */
function glueOf(
  ns: readonly ReferenceRecord[],
  owners: ReadonlyMap<string, readonly ReferenceRecord[]>,
): RecordSpec[] {
  return ns.flatMap(({ rdata: server }) =>
    (owners.get(key(server)) ?? [])
      .filter(({ type }) => type === TYPE.A || type === TYPE.AAAA)
      .map((record) => ({ ...specOf(record), owner: parseName(server) })),
  );
}

function key(name: string): string {
  return formatName(foldName(parseName(name)));
}

function parent(wire: Uint8Array): Uint8Array {
  return wire.subarray((wire[0] ?? 0) + 1);
}

function labelCount(wire: Uint8Array): number {
  let labels = 0;
  for (let at = wire; at.length > 1; at = parent(at)) labels += 1;
  return labels;
}
