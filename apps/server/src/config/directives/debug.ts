import type { BlockDraft } from '../draft.ts';
import type { Word } from '../vocabulary.ts';

/** Of the whole process, whatever block says it, as in CoreDNS. */
export const debug: Word<BlockDraft> = {
  name: 'debug',
  usage: 'debug',
  help: 'Write log lines of level debug, too.',
  least: 0,
  most: 0,
  read(_, block) {
    block.debug = true;
  },
};
