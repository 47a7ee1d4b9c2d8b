import type { BlockDraft } from '../draft.ts';
import type { Word } from '../vocabulary.ts';

export const loop: Word<BlockDraft> = {
  name: 'loop',
  usage: 'loop',
  help: 'End at the start if what is forwarded comes back.',
  least: 0,
  most: 0,
  read(_, block) {
    block.loop = true;
  },
};
