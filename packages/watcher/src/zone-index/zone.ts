import type { FoldedName } from '@seamark/protocol';
import type { NameServer } from './zone-records.ts';

/** A zone of the view, and what of it waits to be published. */
export interface Zone {
  /** Its number in the tree and in the snapshot. */
  readonly number: number;
  readonly apexName: FoldedName;
  readonly servers: readonly NameServer[];
  /** Of each server, its entry in the tree; 0 where it lies outside the zone. */
  readonly serverEntries: readonly number[];
  serial: number;
  /**
   * Entries with ENTRY.DIRTY, each once, whose nodes have to be composed anew. Amid a publication also
   * some that have gone, or stand there twice: the flag tells.
   */
  dirty: number[];
  published: boolean;
}
