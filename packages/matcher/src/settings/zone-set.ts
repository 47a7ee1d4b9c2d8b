// Query path: `longest` neither allocates nor throws. Bench: bench/micro/access.ts.
import { countLabels, foldName, parseName, type Query } from '@seamark/protocol';

/**
 * Zones to tell which of them a name lies in. A handful, so they are compared one by one, those of the most
 * labels first: lengths and the last octets settle most of it.
 */
export class ZoneSet {
  private readonly octets: Uint8Array;
  /** Of each zone, longest first: labels, offset and length in `octets`, the number that it was given with. */
  private readonly entries: Int32Array;

  /** @param zones absolute, in presentation format, each with a number of its own, not negative. */
  constructor(zones: readonly (readonly [zone: string, number: number])[]) {
    const names = zones
      .map(([zone, number]) => ({ name: foldName(parseName(zone)), number }))
      .map(({ name, number }) => ({ name, number, labels: countLabels(name) }))
      .sort((a, b) => b.labels - a.labels);
    this.octets = new Uint8Array(names.reduce((sum, { name }) => sum + name.length, 0));
    this.entries = new Int32Array(names.length * 4);
    let offset = 0;
    for (const [i, { name, number, labels }] of names.entries()) {
      this.octets.set(name, offset);
      this.entries.set([labels, offset, name.length, number], i * 4);
      offset += name.length;
    }
  }

  /** @returns the number of the longest zone that QNAME lies in, or -1. */
  longest(query: Query): number {
    const { entries } = this;
    for (let i = 0; i < entries.length; i += 4) {
      const labels = entries[i] as number;
      if (labels > query.labelCount) continue;
      const at =
        labels === 0 ? query.nameLength - 1 : (query.labels[query.labelCount - labels] as number);
      const length = entries[i + 2] as number;
      if (query.nameLength - at !== length) continue;
      if (this.equals(query.name, at, entries[i + 1] as number, length)) {
        return entries[i + 3] as number;
      }
    }
    return -1;
  }

  private equals(name: Uint8Array, at: number, own: number, length: number): boolean {
    const { octets } = this;
    for (let i = length - 1; i >= 0; i--) {
      if (name[at + i] !== octets[own + i]) return false;
    }
    return true;
  }
}
