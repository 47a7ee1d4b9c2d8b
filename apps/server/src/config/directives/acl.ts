import { type AccessAction, type AccessRule, parseNetwork } from '@seamark/matcher';
import { typeNumber } from '@seamark/protocol';
import { nearest } from '../../corefile/nearest.ts';
import type { Token } from '../../corefile/token.ts';
import type { Directive } from '../../corefile/tree.ts';
import type { BlockDraft } from '../draft.ts';
import { type Context, readLines, type Vocabulary, type Word } from '../vocabulary.ts';
import { readZones } from '../zone.ts';

/** Several of them are one after the other: the first rule that fits counts. */
export const acl: Word<BlockDraft> = {
  name: 'acl',
  usage: 'acl [ZONE…] { allow|block|filter|drop [type QTYPE…] [net SOURCE…] }',
  help: 'Say who may ask what.',
  least: 0,
  isRepeatable: true,
  takesBlock: true,
  read({ name, arguments: words, block: lines }, block, context) {
    const rules: AccessRule[] = [];
    readLines(lines?.directives ?? [], RULES, rules, context);
    const zones = words.flatMap((word) => zonesOf(word, context));
    if (rules.length === 0 && (lines?.directives ?? []).length === 0) {
      const text = 'acl has no rule, and lets everybody ask';
      context.notices.push({ position: name.position, text });
    }
    for (const rule of rules) block.acl.push(words.length === 0 ? rule : { ...rule, zones });
  },
};

const rule = (action: AccessAction, help: string): Word<AccessRule[]> => ({
  name: action,
  usage: `${action} [type QTYPE…] [net SOURCE…]`,
  help,
  least: 0,
  isRepeatable: true,
  read(directive, rules, context) {
    rules.push({ action, ...readConditions(directive, context) });
  },
});

const RULES: Vocabulary<AccessRule[]> = {
  noun: 'action of acl',
  words: [
    rule('allow', 'Answer.'),
    rule('block', 'REFUSED.'),
    rule('filter', 'NOERROR, and nothing in it.'),
    rule('drop', 'No reply.'),
  ],
  lacking: {},
};

type Conditions = Pick<AccessRule, 'types' | 'networks'>;

const SECTIONS = ['type', 'net'] as const;

function readConditions({ arguments: words }: Directive, context: Context): Conditions {
  const said: Record<(typeof SECTIONS)[number], Token[]> = { type: [], net: [] };
  let section: Token[] | undefined;
  let opening: Token | undefined;
  for (const word of words) {
    const name = SECTIONS.find((candidate) => candidate === word.text.toLowerCase());
    if (name !== undefined) {
      reportEmpty(opening, section, context);
      section = said[name];
      opening = word;
    } else if (section === undefined) {
      const suggestion = nearest(word.text, SECTIONS);
      const details = { allowed: ['type QTYPE…', 'net SOURCE…'], suggestion };
      context.problems.report(word, `"${word.text}" is neither "type" nor "net"`, details);
      return {};
    } else section.push(word);
  }
  reportEmpty(opening, section, context);
  const types = readAll(said.type, (word) => readType(word, context));
  const networks = readAll(said.net, (word) => readNetwork(word, context));
  return {
    ...(types === undefined ? {} : { types }),
    ...(networks === undefined ? {} : { networks }),
  };
}

function reportEmpty(
  name: Token | undefined,
  words: readonly Token[] | undefined,
  { problems }: Context,
): void {
  if (name === undefined || words === undefined || words.length > 0) return;
  problems.report(name, `"${name.text}" needs an argument`, {
    allowed: ['*', name.text === 'net' ? 'ADDRESS/LENGTH' : 'QTYPE'],
  });
}

/** @returns undefined where nothing is narrowed: no word, or a `*` among them. */
function readAll<T>(
  words: readonly Token[],
  read: (word: Token) => T | undefined,
): T[] | undefined {
  if (words.length === 0 || words.some(({ text }) => text === '*')) return undefined;
  return words.flatMap((word) => read(word) ?? []);
}

function readType(word: Token, { problems }: Context): number | undefined {
  const type = typeNumber(word.text);
  if (type === undefined)
    problems.report(word, `"${word.text}" is no RR type`, {
      allowed: ['A', 'AAAA', 'TYPE65280', '*'],
    });
  return type;
}

function readNetwork({ text, ...word }: Token, { problems }: Context): string | undefined {
  if (parseNetwork(text) !== undefined) return text;
  problems.report({ ...word }, `"${text}" is no address and no network`, {
    allowed: ['ADDRESS', 'ADDRESS/LENGTH', '*'],
  });
  return undefined;
}

function zonesOf(word: Token, { problems }: Context): readonly string[] {
  const zones = readZones(word.text);
  if ('value' in zones) return zones.value;
  problems.report(word, `"${word.text}" is no zone: ${zones.reason}`);
  return [];
}
