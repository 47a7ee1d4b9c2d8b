import type { BlockDraft } from '../draft.ts';
import { readLines, type Vocabulary, type Word } from '../vocabulary.ts';

/** Nothing to switch on; its options are CoreDNS's, and so far as their names go they are checked. */
export const cache: Word<BlockDraft> = {
  name: 'cache',
  usage: 'cache [TTL] [ZONE…] { … }',
  help: 'Accepted: there is nothing to cache.',
  least: 0,
  takesBlock: true,
  read({ name, block: lines }, block, context) {
    readLines(lines?.directives ?? [], OPTIONS, block, context);
    const text =
      'cache has nothing to do: zones are answered from memory, as fast as a cache would; what is forwarded is not ' +
      'kept, either: let "forward" lead to a resolver that caches';
    context.notices.push({ position: name.position, text });
  },
};

const option = (usage: string, least: number): Word<BlockDraft> => ({
  name: usage.split(' ', 1)[0] ?? usage,
  usage,
  help: 'Has nothing to do.',
  least,
  isRepeatable: true,
  read() {},
});

const OPTIONS: Vocabulary<BlockDraft> = {
  noun: 'option of cache',
  words: [
    option('success CAPACITY [TTL] [MINTTL]', 1),
    option('denial CAPACITY [TTL] [MINTTL]', 1),
    option('prefetch AMOUNT [DURATION] [PERCENTAGE%]', 1),
    option('serve_stale [DURATION] [immediate|verify] …', 0),
    option('serve_stale_policy prefer_positive', 1),
    option('servfail DURATION', 1),
    option('disable success|denial [ZONE…]', 1),
    option('keepttl', 0),
  ],
  lacking: {},
};
