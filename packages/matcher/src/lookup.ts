// Query path: nothing here allocates, throws or waits. Bench: bench/micro/lookup.ts.
import { type Query, TYPE } from '@seamark/protocol';
import { NODE, type SnapshotReader } from '@seamark/snapshot';

/** What the zone data say to a question's name (RFC 1034 4.3.2); the type is not yet asked for. */
export const MATCH = {
  /** The name lies in no zone of the snapshot. */
  OUTSIDE: 0,
  /** The name exists. */
  EXACT: 1,
  /** The name does not exist, but a wildcard speaks for it (RFC 4592 3.3.1). */
  WILDCARD: 2,
  /** Neither (RFC 8020). */
  NONE: 3,
  /** A zone cut is at the name or above it: other servers know (RFC 1034 4.3.2 3b). */
  DELEGATED: 4,
} as const;

export type Match = (typeof MATCH)[keyof typeof MATCH];

/** Where the last question's name led to; one of these per thread, overwritten each time. */
export class Lookup {
  match: Match = MATCH.OUTSIDE;
  /** The node that answers: the name's own, the wildcard's or the cut's; 0 for NONE and OUTSIDE. */
  node = 0;
  /** For DELEGATED: the label of the name with which the cut's begins. */
  cutLabel = 0;
  zone = 0;
  /** Labels of the apex of the zone that the name lies in. */
  apexLabels = 0;

  /** Walks from QNAME up to the first ancestor that exists: the closest encloser. */
  find(reader: SnapshotReader, query: Query): Match {
    const { hasher } = reader;
    const { nameView: name, labels, labelCount, nameLength } = query;
    hasher.absorb(name, labels, labelCount);
    const node = reader.find(hasher.hashOf(0), name, 0, nameLength, false);
    if (node !== 0) {
      // DS alone is answered at a cut from this side of it (RFC 4035 3.1.4.1).
      if (query.type === TYPE.DS) return this.findParentSide(reader, query, node);
      return (reader.flagsOf(node) & NODE.CUT) === 0
        ? this.settle(reader, node, MATCH.EXACT)
        : this.settleAtCut(reader, node, 0);
    }

    // Names of more labels than any in the snapshot need no look: a flood of 127-label names
    // costs no more than any other.
    const deepest = labelCount - reader.labelLimit;
    for (let i = Math.max(deepest, 1); i <= labelCount; i++) {
      const at = i === labelCount ? nameLength - 1 : (labels[i] as number);
      const encloser = reader.find(hasher.hashOf(i), name, at, nameLength - at, false);
      if (encloser === 0) continue;
      const flags = reader.flagsOf(encloser);
      if ((flags & NODE.CUT) !== 0) return this.settleAtCut(reader, encloser, i);
      if ((flags & NODE.HAS_WILDCARD_CHILD) !== 0) {
        const hash = hasher.wildcardHashOf(i);
        const wildcard = reader.find(hash, name, at, nameLength - at, true);
        if (wildcard !== 0) return this.settle(reader, wildcard, MATCH.WILDCARD);
      }
      this.settle(reader, encloser, MATCH.NONE);
      this.node = 0;
      return MATCH.NONE;
    }
    this.node = 0;
    this.match = MATCH.OUTSIDE;
    return MATCH.OUTSIDE;
  }

  /**
   * A DS RRset belongs to the parent side of a zone cut: where we have both sides, the zone above speaks
   * for the name (RFC 4035 3.1.4.1), and it has no DS. A cut in between makes the parent somebody else's.
   */
  private findParentSide(reader: SnapshotReader, query: Query, node: number): Match {
    this.settle(reader, node, MATCH.EXACT);
    if ((reader.flagsOf(node) & NODE.APEX) === 0 || query.labelCount === 0) return MATCH.EXACT;
    const at = query.labelCount === 1 ? query.nameLength - 1 : (query.labels[1] as number);
    const length = query.nameLength - at;
    const parent = reader.find(reader.hasher.hashOf(1), query.nameView, at, length, false);
    if (parent === 0 || (reader.flagsOf(parent) & NODE.CUT) !== 0) return MATCH.EXACT;
    this.settle(reader, parent, MATCH.EXACT);
    this.node = 0;
    return MATCH.EXACT;
  }

  private settleAtCut(reader: SnapshotReader, node: number, label: number): Match {
    this.cutLabel = label;
    return this.settle(reader, node, MATCH.DELEGATED);
  }

  private settle(reader: SnapshotReader, node: number, match: Match): Match {
    this.node = node;
    this.zone = reader.zoneOf(node);
    this.apexLabels = reader.apexLabelsOf(node);
    this.match = match;
    return match;
  }

  /** The apex of the zone that the last name lies in; 0 only if the snapshot lacks it. */
  findApex(reader: SnapshotReader, query: Query): number {
    const index = query.labelCount - this.apexLabels;
    const at = this.apexOffset(query);
    return reader.find(
      reader.hasher.hashOf(index),
      query.nameView,
      at,
      query.nameLength - at,
      false,
    );
  }

  /** Where in QNAME the apex begins, in octets. */
  apexOffset(query: Query): number {
    if (this.apexLabels === 0) return query.nameLength - 1;
    return query.labels[query.labelCount - this.apexLabels] as number;
  }
}
