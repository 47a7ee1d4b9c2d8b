import { nearest } from '../../corefile/nearest.ts';
import type { Token } from '../../corefile/token.ts';
import type { BlockDraft } from '../draft.ts';
import type { LogRule, ResponseClass } from '../server-config.ts';
import { type Context, readLines, type Vocabulary, type Word } from '../vocabulary.ts';
import { readZones } from '../zone.ts';

const CLASSES: readonly (ResponseClass | 'all')[] = ['all', 'success', 'denial', 'error'];

/** Several of them are one after the other: the first with a zone that the name lies in counts. */
export const log: Word<BlockDraft> = {
  name: 'log',
  usage: 'log [ZONE…] [FORMAT] { class all|success|denial|error… }',
  help: 'Log questions with their answers.',
  least: 0,
  isRepeatable: true,
  takesBlock: true,
  read({ arguments: words, block: lines }, block, context) {
    const draft: ClassDraft = { classes: new Set() };
    readLines(lines?.directives ?? [], OPTIONS, draft, context);
    const last = words.at(-1);
    const hasFormat = last?.text.includes('{') === true;
    if (last !== undefined && hasFormat) noticeFormat(last, context);
    const names = hasFormat ? words.slice(0, -1) : words;
    const zones = names.flatMap((word) => zonesOf(word, context));
    const isNarrow = draft.classes.size > 0 && !draft.classes.has('all');
    const rule: LogRule = {
      ...(names.length === 0 || zones.includes('.') ? {} : { zones }),
      ...(isNarrow ? { classes: [...draft.classes].filter((name) => name !== 'all') } : {}),
    };
    block.log.push(rule);
  },
};

interface ClassDraft {
  readonly classes: Set<ResponseClass | 'all'>;
}

const classes: Word<ClassDraft> = {
  name: 'class',
  usage: 'class all|success|denial|error…',
  help: 'Log these answers only.',
  least: 1,
  isRepeatable: true,
  read({ arguments: words }, draft, { problems }) {
    for (const word of words) {
      const name = CLASSES.find((candidate) => candidate === word.text);
      if (name !== undefined) draft.classes.add(name);
      else {
        const details = { allowed: CLASSES, suggestion: nearest(word.text, CLASSES) };
        problems.report(word, `"${word.text}" is no class of answers`, details);
      }
    }
  },
};

const OPTIONS: Vocabulary<ClassDraft> = { noun: 'option of log', words: [classes], lacking: {} };

/** There is one format; who reads lines by another one has to know. */
function noticeFormat({ text, position }: Token, { notices }: Context): void {
  if (text === '{common}') return;
  const what =
    text === '{combined}'
      ? 'without the opcode: only queries are answered'
      : 'with each value in a field of its own as well: read those (docs/configuration.md, "The query log")';
  notices.push({
    position,
    text: `this format is not followed: the text of each line is CoreDNS's common format, ${what}`,
  });
}

function zonesOf(word: Token, { problems }: Context): readonly string[] {
  const zones = readZones(word.text);
  if ('value' in zones) return zones.value;
  problems.report(word, `"${word.text}" is no zone: ${zones.reason}`);
  return [];
}
