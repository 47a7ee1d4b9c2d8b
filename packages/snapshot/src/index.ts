/**
 * The immutable host index in shared memory: composed RRsets under hashed names, written by one
 * thread (`Publisher`), read by many without locks (`SnapshotReader`). Knows no Kubernetes and
 * no questions.
 */

export { leave, type SnapshotHandle } from './control.ts';
export { ArenaFullError, GrowableWords } from './growable-words.ts';
export { GLUE, NODE, OUTER_POINTER, POINTER_MASK } from './layout.ts';
export { type MergeRunner, type MergeTask, mergeHere, mergeInThread } from './merge.ts';
export { NameHasher } from './name-hash.ts';
export { fitsNode, type HostSpec, LayoutError, type NodeSpec } from './node-batch.ts';
export { type GlueRecord, type OwnedName, type OwnedRRset, readName } from './owned-name.ts';
export { Publisher, type PublisherOptions } from './publisher.ts';
export { SnapshotReader } from './reader.ts';
export {
  type ComposedRRset,
  composeRecords,
  composeRRset,
  type RecordSpec,
} from './rrset.ts';
export { WrittenNames } from './written-names.ts';
