import type { BlockDraft } from '../draft.ts';
import { readLines, type Word } from '../vocabulary.ts';

export const log: Word<BlockDraft> = {
  name: 'log',
  usage: 'log',
  help: 'Log every question with its answer.',
  least: 0,
  most: 0,
  takesBlock: true,
  read(directive, block, context) {
    readLines(directive.block?.directives ?? [], OPTIONS, block, context);
    block.log = true;
  },
};

const OPTIONS = {
  noun: 'option of log',
  words: [],
  lacking: { class: 'every question is logged; remove it, or remove log' },
};
