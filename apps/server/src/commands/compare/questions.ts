import { type FoldedName, foldName, formatName, parseName, TYPE } from '@seamark/protocol';
import { NODE, readName, type SnapshotReader } from '@seamark/snapshot';
import type { Question } from '../ask.ts';
import type { ZoneNodes } from '../zone-file.ts';

/** What clients ask for, whether a name has it or not. */
const ALWAYS = [TYPE.A, TYPE.AAAA, TYPE.TXT] as const;
/** Types that tell how a server denies. */
const AROUND = [...ALWAYS, TYPE.SOA, TYPE.NS, TYPE.MX] as const;

/** A label that no object is likely to have. */
const NOBODY = 'seamark-compare';

/**
 * Every name of a zone with the types that it has and those that every client asks for; and names that do not
 * exist: at the top of the zone, and one and two labels below each wildcard.
 *
 * @param reader not to be refreshed meanwhile
 */
export function* questionsOf(reader: SnapshotReader, zone: ZoneNodes): Generator<Question> {
  const seen = new Set<string>();
  for (const node of zone.nodes) {
    const { name, rrsets, flags } = readName(reader, node);
    const isApex = (flags & NODE.APEX) !== 0;
    const types = new Set([...(isApex ? AROUND : ALWAYS), ...rrsets.map(({ type }) => type)]);
    for (const type of types) yield { name, type };
    const text = formatName(name);
    const below = isApex ? text : text.startsWith('*.') ? text.slice(2) : undefined;
    if (below === undefined) continue;
    for (const probe of probesBelow(below)) {
      const key = formatName(probe);
      if (seen.has(key)) continue;
      seen.add(key);
      for (const type of AROUND) yield { name: probe, type };
    }
  }
}

function probesBelow(parent: string): FoldedName[] {
  const suffix = parent === '.' ? '' : parent;
  return [`${NOBODY}.${suffix}`, `${NOBODY}.${NOBODY}.${suffix}`].flatMap((text) => {
    try {
      return [foldName(parseName(text))];
    } catch {
      // The parent's name is so long that nothing can lie below it.
      return [];
    }
  });
}
