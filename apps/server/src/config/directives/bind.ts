import { isIP } from 'node:net';
import { nearest } from '../../corefile/nearest.ts';
import type { Token } from '../../corefile/token.ts';
import type { BlockDraft } from '../draft.ts';
import { canonicalAddress } from '../values.ts';
import { type Context, readLines, type Word } from '../vocabulary.ts';

/** Several `bind` lines add up, as in CoreDNS; an address that comes twice counts once. */
export const bind: Word<BlockDraft> = {
  name: 'bind',
  usage: 'bind ADDRESS|INTERFACE… { except ADDRESS|INTERFACE… }',
  help: 'Serve on these addresses only.',
  least: 1,
  isRepeatable: true,
  takesBlock: true,
  read(directive, block, context) {
    const excepted = new Set<string>();
    readLines(directive.block?.directives ?? [], OPTIONS, excepted, context);
    for (const address of directive.arguments.flatMap((word) => addresses(word, context))) {
      if (!excepted.has(address)) block.addresses.add(address);
    }
  },
};

const except: Word<Set<string>> = {
  name: 'except',
  usage: 'except ADDRESS|INTERFACE…',
  help: 'Leave these out.',
  least: 1,
  read(directive, excepted, context) {
    for (const word of directive.arguments) {
      for (const address of addresses(word, context)) excepted.add(address);
    }
  },
};

const OPTIONS = { noun: 'option of bind', words: [except], lacking: {} };

function addresses(word: Token, { interfaces, problems }: Context): string[] {
  const family = isIP(word.text);
  if (family !== 0) {
    return [canonicalAddress(word.text)];
  }
  const found = interfaces.get(word.text);
  if (found !== undefined) return found.map(canonicalAddress);
  const names = [...interfaces.keys()];
  problems.report(word, `"${word.text}" is neither an IP address nor an interface here`, {
    allowed: ['ADDRESS', ...names],
    suggestion: nearest(word.text, names),
  });
  return [];
}
