import type { BlockDraft } from '../draft.ts';
import type { Context, Word } from '../vocabulary.ts';

/** Octets that one character-string of a TXT record holds (RFC 1035 3.3.14), and an NSID shall be no longer. */
const MOST_OCTETS = 255;

/** What a server says of itself, to those who ask. */
export const nsid: Word<BlockDraft> = {
  name: 'nsid',
  usage: 'nsid [DATA]',
  help: "Tell who asks by an NSID option (RFC 5001) which server answers; the host's name unless told otherwise.",
  least: 0,
  read({ name, arguments: words }, block, context) {
    const text = words.map((word) => word.text).join(' ');
    const token = words[0] ?? name;
    if (!isTooLong(text, token, context)) block.nsid = { value: text || context.hostname, token };
  },
};

export const chaos: Word<BlockDraft> = {
  name: 'chaos',
  usage: 'chaos [VERSION [AUTHOR…]]',
  help: 'Answer version.bind, hostname.bind and the like in class CH.',
  least: 0,
  read({ name, arguments: words }, block, context) {
    if (words.some((word) => isTooLong(word.text, word, context))) return;
    const [version, ...authors] = words.map((word) => word.text);
    const value = {
      version: version ?? context.product,
      hostname: context.hostname,
      authors: [...new Set(authors)].sort(),
    };
    block.chaos = { value, token: words[0] ?? name };
  },
};

function isTooLong(
  text: string,
  token: Parameters<Context['problems']['report']>[0],
  context: Context,
): boolean {
  const octets = Buffer.byteLength(text);
  if (octets <= MOST_OCTETS) return false;
  const sentence = `${octets} octets are too many: a client is told ${MOST_OCTETS} at most`;
  context.problems.report(token, sentence);
  return true;
}
