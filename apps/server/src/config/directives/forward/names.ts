import { rcodeMnemonic, rcodeNumber } from '@seamark/protocol';
import type { Problems } from '../../../corefile/errors.ts';
import { nearest } from '../../../corefile/nearest.ts';
import type { Token } from '../../../corefile/token.ts';
import type { Word } from '../../vocabulary.ts';
import { readNames } from '../names.ts';
import type { ForwardDraft } from './draft.ts';

/** Which names, and which replies, are left to others. */

export const except: Word<ForwardDraft> = {
  name: 'except',
  usage: 'except ZONE…',
  help: 'Not names in these zones.',
  least: 1,
  isRepeatable: true,
  read({ arguments: tokens }, draft, { problems }) {
    draft.except = [...draft.except, ...readNames(tokens, problems)];
  },
};

export const failover: Word<ForwardDraft> = {
  name: 'failover',
  usage: 'failover RCODE…',
  help: 'Ask the next upstream where one answers so.',
  least: 1,
  read({ arguments: tokens }, draft, { problems }) {
    draft.failover = readRcodes(tokens, problems);
    const success = tokens.find(({ text }) => text.toUpperCase() === 'NOERROR');
    if (success === undefined) return;
    problems.report(success, 'NOERROR is an answer: there is nothing to ask another upstream for');
  },
};

export const next: Word<ForwardDraft> = {
  name: 'next',
  usage: 'next RCODE…',
  help: 'Ask the next forward that takes the name where an upstream answers so.',
  least: 1,
  read({ arguments: tokens }, draft, { problems }) {
    draft.next = readRcodes(tokens, problems);
  },
};

export const nextOnNodata: Word<ForwardDraft> = {
  name: 'next_on_nodata',
  usage: 'next_on_nodata',
  help: 'Ask the next forward that takes the name where an upstream has no such record.',
  least: 0,
  most: 0,
  read(_, draft) {
    draft.nextOnNodata = true;
  },
};

const MNEMONICS: readonly string[] = Array.from({ length: 11 }, (_, rcode) => rcodeMnemonic(rcode));

function readRcodes(tokens: readonly Token[], problems: Problems): number[] {
  return tokens.flatMap((token) => {
    const rcode = rcodeNumber(token.text);
    if (rcode !== undefined) return rcode;
    problems.report(token, `"${token.text}" is no RCODE`, {
      allowed: MNEMONICS,
      suggestion: nearest(token.text.toUpperCase(), MNEMONICS),
    });
    return [];
  });
}
