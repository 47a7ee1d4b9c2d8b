import { parseNetwork } from '@seamark/matcher';
import type { Token } from '../../corefile/token.ts';
import type { BlockDraft } from '../draft.ts';
import { readChoice } from '../values.ts';
import { readLines, type Vocabulary, type Word } from '../vocabulary.ts';

/** From which proxies connections come, and say in a header of their own for whom. Written as CoreDNS has it. */
export const proxyproto: Word<BlockDraft> = {
  name: 'proxyproto',
  usage: 'proxyproto { allow CIDR…; default ignore|reject|skip }',
  help: 'Take the client of a TCP connection from the PROXY header that these proxies send.',
  least: 0,
  most: 0,
  takesBlock: true,
  read({ name, block: lines }, block, context) {
    const draft: ProxyDraft = { allow: [], isWrong: false };
    const { problems, notices } = context;
    readLines(lines?.directives ?? [], OPTIONS, draft, context);
    if (draft.isWrong) return;
    if (draft.allow.length === 0) {
      const sentence =
        '"proxyproto" lets whoever connects say that he is somebody else: name the addresses of your proxies';
      problems.report(name, sentence, { allowed: ['allow CIDR…'] });
      return;
    }
    block.proxyproto = { value: draft.allow.toSorted(), token: name };
    const text =
      'PROXY headers are read on TCP alone: a proxy that sends them over UDP, too, gets no answer there';
    notices.push({ position: name.position, text });
  },
};

interface ProxyDraft {
  readonly allow: string[];
  /** Told already. */
  isWrong: boolean;
}

const allow: Word<ProxyDraft> = {
  name: 'allow',
  usage: 'allow CIDR…',
  help: 'Addresses of proxies: every connection of theirs begins with a header.',
  least: 1,
  isRepeatable: true,
  read({ arguments: words }, draft, { problems }) {
    for (const word of words) {
      if (parseNetwork(word.text) !== undefined) {
        draft.allow.push(word.text);
        continue;
      }
      draft.isWrong = true;
      const details = { allowed: ['192.0.2.0/24', '2001:db8::7'] };
      problems.report(word, `"${word.text}" is no address and no network`, details);
    }
  },
};

const otherwise: Word<ProxyDraft> = {
  name: 'default',
  usage: 'default ignore|reject|skip',
  help: 'All mean the same: others send no header, and one that they send ends the connection.',
  least: 1,
  most: 1,
  read({ arguments: [word] }, draft, { problems, notices }) {
    const token = word as Token;
    if (token.text === 'use') {
      draft.isWrong = true;
      const sentence =
        '"default use" believes whoever connects: name the addresses of your proxies';
      problems.report(token, sentence, { allowed: ['allow CIDR…'] });
      return;
    }
    const choice = readChoice(token, 'default', ['ignore', 'reject', 'skip'] as const, problems);
    if (choice === undefined) draft.isWrong = true;
    if (choice !== 'ignore') return;
    const text = 'a header of others is not ignored: their connection ends';
    notices.push({ position: token.position, text });
  },
};

const OPTIONS: Vocabulary<ProxyDraft> = {
  noun: 'option of proxyproto',
  words: [allow, otherwise],
  lacking: {
    udp_session_tracking: 'remove it; PROXY headers are read on TCP alone',
  },
};
