import type { BlockDraft } from '../draft.ts';
import type { Word } from '../vocabulary.ts';
import { readLines } from '../vocabulary.ts';

const LOCATION = 'Seamark logs to standard error; write "errors" alone';

export const errors: Word<BlockDraft> = {
  name: 'errors',
  usage: 'errors',
  help: 'Log why a question was answered with an error.',
  least: 0,
  most: 0,
  takesBlock: true,
  read(directive, block, context) {
    readLines(directive.block?.directives ?? [], OPTIONS, block, context);
    block.errors = true;
  },
};

const OPTIONS = {
  noun: 'option of errors',
  words: [],
  lacking: { consolidate: 'every error is logged; remove it', stacktrace: LOCATION },
};
