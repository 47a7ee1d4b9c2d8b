import type { BlockDraft } from '../draft.ts';
import type { Word } from '../vocabulary.ts';

const DEFAULT = 1232;

export const bufsize: Word<BlockDraft> = {
  name: 'bufsize',
  usage: 'bufsize [SIZE]',
  help: 'The most octets of a reply over UDP, to clients with EDNS; 1232 unless told otherwise.',
  least: 0,
  most: 1,
  read({ name, arguments: [word] }, block, { problems, notices }) {
    const size = Number(word?.text ?? DEFAULT);
    if (word !== undefined && (!/^\d+$/.test(word.text) || size < 512 || size > 4096)) {
      const sentence = `"${word.text}" is no whole number from 512 to 4096`;
      problems.report(word, sentence, { allowed: [bufsize.usage] });
      return;
    }
    block.bufsize = { value: size, token: word ?? name };
    if (size <= DEFAULT) return;
    const text = `replies of more than ${DEFAULT} octets may be fragmented on their way, and lost (RFC 9715)`;
    notices.push({ position: (word ?? name).position, text });
  },
};
