import type { BlockDraft } from '../draft.ts';
import type { Word } from '../vocabulary.ts';

export const any: Word<BlockDraft> = {
  name: 'any',
  usage: 'any',
  help: 'Answer ANY with one HINFO in place of one RRset.',
  least: 0,
  most: 0,
  read(_, block) {
    block.any = true;
  },
};
