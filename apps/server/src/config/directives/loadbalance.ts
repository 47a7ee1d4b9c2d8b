import type { BlockDraft } from '../draft.ts';
import { readLines, type Vocabulary, type Word } from '../vocabulary.ts';

const INSTEAD = 'the addresses of a name take turns, each as often as the others';

/** Nothing to switch on: the addresses of a name always take turns. */
export const loadbalance: Word<BlockDraft> = {
  name: 'loadbalance',
  usage: 'loadbalance [round_robin]',
  help: 'Accepted: the addresses of a name take turns with or without it.',
  least: 0,
  takesBlock: true,
  read({ arguments: [policy, extra], block: lines }, block, context) {
    const { problems } = context;
    const allowed = [loadbalance.usage];
    if (policy?.text === 'weighted') {
      const sentence = `"weighted" is not supported: ${INSTEAD}; write "loadbalance" alone, or remove it`;
      problems.report(policy, sentence, { allowed });
      return;
    }
    const wrong = policy?.text === 'round_robin' ? extra : policy;
    if (wrong !== undefined) problems.report(wrong, `"${wrong.text}" is no policy`, { allowed });
    readLines(lines?.directives ?? [], OPTIONS, block, context);
  },
};

const OPTIONS: Vocabulary<BlockDraft> = {
  noun: 'option of loadbalance',
  words: [],
  lacking: {
    prefer: `${INSTEAD}, whoever asks; remove it`,
    reload: 'there is no file of weights; remove it',
  },
};
