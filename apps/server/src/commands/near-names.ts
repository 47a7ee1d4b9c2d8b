import { formatName } from '@seamark/protocol';
import { type SnapshotHandle, SnapshotReader } from '@seamark/snapshot';
import { editDistance } from '../corefile/nearest.ts';

/** Names near one that was asked for. */
export interface NearNames {
  /** Up to five that it may have been meant to be, the likeliest first. */
  readonly similar: readonly string[];
  /** Up to five that own something below it. */
  readonly below: readonly string[];
}

const MOST = 5;
/** Beyond three edits nobody meant the one by the other. */
const MOST_EDITS = 3;

/**
 * Looks through all names of a snapshot.
 *
 * @param name in presentation format, folded, with a final dot
 * @param zone that of the apex it lies in
 */
export function findNear(snapshot: SnapshotHandle, name: string, zone: string): NearNames {
  const suffix = zone === '.' ? '' : zone;
  const own = name.slice(0, name.length - suffix.length);
  const limit = Math.min(MOST_EDITS, Math.max(1, Math.floor((own.length - 1) / 3)));
  const similar: { readonly name: string; readonly edits: number }[] = [];
  const below: string[] = [];
  const reader = new SnapshotReader(snapshot, 0);
  try {
    reader.join();
    reader.forEachNode((node) => {
      if (reader.rrsetsOf(node) === 0) return;
      const candidate = formatName(reader.octets, reader.nameAt(node));
      if (!candidate.endsWith(suffix) || candidate === name) return;
      if (candidate.endsWith(`.${name}`)) below.push(candidate);
      const their = candidate.slice(0, candidate.length - suffix.length);
      if (their === '' || Math.abs(their.length - own.length) > limit) return;
      const edits = editDistance(own, their);
      if (edits <= limit) similar.push({ name: candidate, edits });
    });
  } finally {
    reader.close();
  }
  similar.sort((a, b) => a.edits - b.edits || (a.name < b.name ? -1 : 1));
  return {
    similar: similar.slice(0, MOST).map((one) => one.name),
    below: below.sort().slice(0, MOST),
  };
}
