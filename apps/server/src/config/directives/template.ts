import { RCODE, rcodeMnemonic, rcodeNumber, typeNumber } from '@seamark/protocol';
import { nearest } from '../../corefile/nearest.ts';
import type { Token } from '../../corefile/token.ts';
import { checkRecord, GAP } from '../../detour/template/parse-record.ts';
import { literalIn, Pattern, PatternError } from '../../detour/template/pattern.ts';
import { RecordText, TemplateError } from '../../detour/template/record-text.ts';
import { groupsOf } from '../../detour/template/template.ts';
import type { BlockDraft } from '../draft.ts';
import { type Context, readLines, type Vocabulary, type Word } from '../vocabulary.ts';
import { readNames } from './names.ts';

/** As CoreDNS has it. */
const LONGEST_PATTERN = 10_000;

interface TemplateDraft {
  readonly match: Token[];
  readonly answer: Token[];
  readonly authority: Token[];
  readonly additional: Token[];
  rcode: number;
  ede?: { readonly code: number; readonly text: string };
  fallthrough: readonly string[];
}

/** Several stand for themselves, and the first that answers is heard. */
export const template: Word<BlockDraft> = {
  name: 'template',
  usage: 'template CLASS TYPE [ZONE…] { … }',
  help: 'Answer with records made of the question, before the zones are asked.',
  least: 2,
  isRepeatable: true,
  takesBlock: true,
  read({ name, arguments: [klass, type, ...zones], block: lines }, block, context) {
    if (klass === undefined || type === undefined) return;
    const read = readType(type, context);
    readClass(klass, context);
    const draft: TemplateDraft = {
      ...{ match: [], answer: [], authority: [], additional: [] },
      ...{ rcode: RCODE.NOERROR, fallthrough: [] },
    };
    readLines(lines?.directives ?? [], OPTIONS, draft, context);
    const named = readNames(zones, context.problems);
    const all = zones.length === 0 ? block.keys.map(({ zone }) => zone) : named;
    const patterns = readPatterns(draft.match, context);
    if (patterns === undefined || read === undefined) return;
    for (const section of [draft.answer, draft.authority, draft.additional]) {
      for (const token of section) checkText(token, patterns, context);
    }
    block.templates.push({
      type: read,
      zones: [...new Set(all)],
      match: draft.match.map(({ text }) => text),
      literal: literalOf(draft, all),
      answer: draft.answer.map(({ text }) => text),
      authority: draft.authority.map(({ text }) => text),
      additional: draft.additional.map(({ text }) => text),
      rcode: draft.rcode,
      ...(draft.ede && { ede: draft.ede }),
      fallthrough: draft.fallthrough,
      position: name.position,
    });
  },
};

const texts = (
  name: 'match' | 'answer' | 'authority' | 'additional',
  usage: string,
  help: string,
): Word<TemplateDraft> => ({
  name,
  usage,
  help,
  least: 1,
  isRepeatable: true,
  read({ arguments: tokens }, draft) {
    draft[name].push(...tokens);
  },
});

const rcode: Word<TemplateDraft> = {
  name: 'rcode',
  usage: 'rcode RCODE',
  help: 'The RCODE of the reply; NOERROR by default.',
  least: 1,
  most: 1,
  read({ arguments: [token] }, draft, { problems }) {
    if (token === undefined) return;
    const read = rcodeNumber(token.text);
    // Beyond 15 it takes an OPT record, which who asked may not understand.
    if (read !== undefined && read < 16) draft.rcode = read;
    else {
      const allowed = Array.from({ length: 11 }, (_, i) => rcodeMnemonic(i));
      const suggestion = nearest(token.text.toUpperCase(), allowed);
      problems.report(token, `"${token.text}" is no RCODE`, { allowed, suggestion });
    }
  },
};

const ederror: Word<TemplateDraft> = {
  name: 'ederror',
  usage: 'ederror CODE [REASON]',
  help: 'The Extended DNS Error of the reply (RFC 8914).',
  least: 1,
  most: 2,
  read({ arguments: [token, reason] }, draft, { problems }) {
    if (token === undefined) return;
    const code = Number(token.text);
    if (/^\d{1,5}$/.test(token.text) && code <= 0xffff) {
      draft.ede = { code, text: reason?.text ?? '' };
    } else problems.report(token, `"${token.text}" is no Extended DNS Error: they are numbers`);
  },
};

const upstream: Word<TemplateDraft> = {
  name: 'upstream',
  usage: 'upstream',
  help: 'Accepted, and without effect, as in CoreDNS.',
  least: 0,
  read() {},
};

const fallthrough: Word<TemplateDraft> = {
  name: 'fallthrough',
  usage: 'fallthrough [ZONE…]',
  help: 'What no pattern matches goes on to the next template, and to the zones.',
  least: 0,
  read({ arguments: tokens }, draft, { problems }) {
    const names = readNames(tokens, problems);
    draft.fallthrough = tokens.length === 0 ? ['.'] : names;
  },
};

const EXPRESSIONS = 'expressions are not evaluated; say it in "match"';

const OPTIONS: Vocabulary<TemplateDraft> = {
  noun: 'option of template',
  words: [
    texts(
      'match',
      'match REGEX…',
      'Names that are answered, as Go writes expressions; all if absent.',
    ),
    texts('answer', 'answer RECORD', 'A record of the answer section.'),
    texts('authority', 'authority RECORD', 'A record of the authority section.'),
    texts('additional', 'additional RECORD', 'A record of the additional section.'),
    rcode,
    ederror,
    upstream,
    fallthrough,
  ],
  lacking: { var: EXPRESSIONS, expr: EXPRESSIONS },
};

function readClass({ text, position }: Token, { problems, notices }: Context): void {
  switch (text.toUpperCase()) {
    case 'IN':
      break;
    case 'ANY':
      notices.push({
        position,
        text: 'questions of other classes than IN are REFUSED all the same',
      });
      break;
    default:
      problems.report({ position, text }, `the class "${text}" is not served here`, {
        allowed: ['IN', 'ANY'],
      });
  }
}

/** 0 for ANY: every type. */
function readType(token: Token, { problems }: Context): number | undefined {
  const type = typeNumber(token.text);
  if (type === undefined) problems.report(token, `"${token.text}" is no type`);
  return type === 255 ? 0 : type;
}

function readPatterns(tokens: readonly Token[], { problems }: Context): Pattern[] | undefined {
  const patterns = tokens.flatMap((token): Pattern[] => {
    if (token.text.length > LONGEST_PATTERN) {
      problems.report(token, `a pattern has ${LONGEST_PATTERN} characters at the most`);
      return [];
    }
    try {
      return [new Pattern(token.text)];
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      problems.report(token, `"${token.text}" is no regular expression: ${error.message}`);
      return [];
    }
  });
  return patterns.length === tokens.length ? patterns : undefined;
}

/** What can be said before anything is asked. */
function checkText(token: Token, patterns: readonly Pattern[], { problems }: Context): void {
  try {
    checkRecord(new RecordText(token.text, groupsOf(patterns)).skeleton(GAP));
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    problems.report(token, error.message);
  }
}

/** Only where all that it would not match falls through: otherwise each name in the zones is its business. */
function literalOf({ match, fallthrough }: TemplateDraft, zones: readonly string[]): string {
  const [only, ...others] = match;
  if (only === undefined || others.length > 0 || !fallthrough.includes('.')) return '';
  return literalIn(only.text, (run) => !zones.some((zone) => zone.includes(run)));
}
