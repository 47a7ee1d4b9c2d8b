import type { BlockDraft } from '../draft.ts';
import { readLines, type Vocabulary, type Word } from '../vocabulary.ts';

/** More threads than any machine here could use, and as many as a mistyped number should be able to start. */
export const MOST_WORKERS = 256;

/** How many threads answer over UDP, and where: of the whole process, whatever block says it. */
export const workers: Word<BlockDraft> = {
  name: 'workers',
  usage: 'workers [N] { pin }',
  help: 'UDP worker threads; one per core unless told otherwise.',
  least: 0,
  most: 1,
  takesBlock: true,
  read({ name, arguments: [word], block: lines }, block, context) {
    const draft: PinDraft = { pin: false };
    readLines(lines?.directives ?? [], OPTIONS, draft, context);
    if (word === undefined) {
      block.workers = { value: { pin: draft.pin }, token: name };
      return;
    }
    const count = Number(word.text);
    if (/^\d+$/.test(word.text) && count >= 1 && count <= MOST_WORKERS) {
      block.workers = { value: { count, pin: draft.pin }, token: word };
      return;
    }
    const sentence = `"${word.text}" is no whole number from 1 to ${MOST_WORKERS}`;
    context.problems.report(word, sentence, { allowed: [workers.usage] });
  },
};

interface PinDraft {
  pin: boolean;
}

const pin: Word<PinDraft> = {
  name: 'pin',
  usage: 'pin',
  help: 'Keep each on a core, and give it what comes to that core.',
  least: 0,
  most: 0,
  read(_, draft) {
    draft.pin = true;
  },
};

const OPTIONS: Vocabulary<PinDraft> = { noun: 'option of workers', words: [pin], lacking: {} };
