import type { Directive } from '../../corefile/tree.ts';
import type { BlockDraft } from '../draft.ts';
import { parseDuration } from '../duration.ts';
import { type Context, readLines, type Vocabulary, type Word } from '../vocabulary.ts';

const LEVELS = ['warning', 'error', 'info', 'debug'] as const;

export const errors: Word<BlockDraft> = {
  name: 'errors',
  usage: 'errors { consolidate DURATION REGEXP [LEVEL] [show_first] }',
  help: 'Accepted: what goes wrong is logged with or without it.',
  least: 0,
  most: 1,
  takesBlock: true,
  read({ arguments: [where], block: lines }, block, context) {
    if (where !== undefined && where.text !== 'stdout') {
      const sentence = `"${where.text}" is no place to log to: the log goes to standard error; write "errors" alone`;
      context.problems.report(where, sentence);
    }
    readLines(lines?.directives ?? [], OPTIONS, block, context);
    block.errors = true;
  },
};

const consolidate: Word<BlockDraft> = {
  name: 'consolidate',
  usage: 'consolidate DURATION REGEXP [LEVEL] [show_first]',
  help: 'Has nothing to do.',
  least: 2,
  most: 4,
  isRepeatable: true,
  read(directive, _, context) {
    checkConsolidate(directive, context);
    const text =
      'consolidate has nothing to do: no line is written for a single question, so none repeats itself for each';
    context.notices.push({ position: directive.name.position, text });
  },
};

const stacktrace: Word<BlockDraft> = {
  name: 'stacktrace',
  usage: 'stacktrace',
  help: 'Accepted: a fault of ours is logged with its stack with or without it.',
  least: 0,
  most: 0,
  read() {},
};

const OPTIONS: Vocabulary<BlockDraft> = {
  noun: 'option of errors',
  words: [consolidate, stacktrace],
  lacking: {},
};

function checkConsolidate({ arguments: words }: Directive, { problems }: Context): void {
  const [duration, , ...rest] = words;
  if (duration !== undefined && parseDuration(duration.text) === undefined) {
    const allowed = ['5s', '1m30s', '500ms'];
    problems.report(duration, `"${duration.text}" is no duration`, { allowed });
  }
  const known: readonly string[] = [...LEVELS, 'show_first'];
  for (const word of rest) {
    if (known.includes(word.text)) continue;
    problems.report(word, `unknown option of consolidate "${word.text}"`, { allowed: known });
  }
}
