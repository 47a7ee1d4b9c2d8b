// Names and addresses in and out of snapshots, without a matcher.

import { foldName, parseName, TYPE } from '@seamark/protocol';
import {
  composeRRset,
  NODE,
  type NodeSpec,
  type Publisher,
  type SnapshotReader,
} from '../src/index.ts';

/** A node of zone example.com with one A record whose RDATA is `value`. */
export function host(name: string, value: number, records = 1): NodeSpec {
  const rdata = Array.from({ length: records }, () => {
    const octets = new Uint8Array(4);
    new DataView(octets.buffer).setUint32(0, value);
    return octets;
  });
  return { ...gone(name), flags: 0, rrsets: [composeRRset(TYPE.A, 60, rdata)] };
}

/** What hides a name of the segments below. */
export function gone(name: string): NodeSpec {
  return { name: foldName(parseName(name)), zone: 1, apexLabels: 2, flags: NODE.GONE, rrsets: [] };
}

export function publish(publisher: Publisher, ...nodes: NodeSpec[]): void {
  for (const node of nodes) publisher.add(node);
  publisher.publish();
}

/** A name as a query has it: spare octets behind it, and where its labels start. */
export interface Asked {
  readonly view: DataView;
  readonly length: number;
  readonly labels: Uint8Array;
  readonly count: number;
}

export function asked(name: string): Asked {
  const wire = foldName(parseName(name));
  // What lies behind a name is anything: the name asked before, for one.
  const octets = new Uint8Array(wire.length + 4).fill(0xee);
  octets.set(wire);
  const labels: number[] = [];
  for (let at = 0; (wire[at] ?? 0) > 0; at += (wire[at] ?? 0) + 1) labels.push(at);
  const view = new DataView(octets.buffer);
  return {
    view,
    length: wire.length,
    labels: Uint8Array.from(labels),
    count: labels.length,
  };
}

/** The node of a name, or 0. */
export function find(reader: SnapshotReader, name: string): number {
  const { view, length, labels, count } = asked(name);
  reader.hasher.absorb(view, labels, count);
  return reader.find(reader.hasher.hashOf(0), view, 0, length, false);
}

/** The values of a name's A records; undefined if there is no such name. */
export function valuesOf(reader: SnapshotReader, name: string): number[] | undefined {
  const node = find(reader, name);
  if (node === 0) return undefined;
  const entry = reader.findRRset(node, TYPE.A);
  if (entry === 0) return [];
  const at = reader.octetsAt(node, entry);
  const record = reader.lengthOf(entry) / reader.recordsOf(entry);
  return Array.from({ length: reader.recordsOf(entry) }, (_, i) =>
    reader.view.getUint32(at + (i + 1) * record - 4),
  );
}
