import type { Token } from '../../corefile/token.ts';
import { MOST_COOKIE_SECRETS } from '../../workers/cookie-memory.ts';
import type { BlockDraft } from '../draft.ts';
import { readChoice } from '../values.ts';
import { type Context, readLines, type Vocabulary, type Word } from '../vocabulary.ts';
import { readPath } from './files.ts';

/** Server cookies are given with or without it (RFC 7873). */
export const cookies: Word<BlockDraft> = {
  name: 'cookies',
  usage: 'cookies [require|off] { secret HEX… secret_file FILE }',
  help: 'Ask for a good server cookie first, or know of none; and what they are made with.',
  least: 0,
  most: 1,
  takesBlock: true,
  read({ name, arguments: [word], block: lines }, block, context) {
    const choice =
      word === undefined ? 'on' : readChoice(word, 'cookies', ['require', 'off'], context.problems);
    if (choice !== undefined) block.cookies = { value: choice, token: word ?? name };
    const draft: SecretsDraft = { secrets: [] };
    readLines(lines?.directives ?? [], OPTIONS, draft, context);
    const { secrets, file } = draft;
    const [first] = secrets;
    if (file !== undefined) {
      if (first === undefined)
        block.cookieSecrets = { value: { file: file.path }, token: file.token };
      else {
        const text = '"secret" and "secret_file" do not go together; put all secrets in the file';
        context.problems.report(file.token, text);
      }
    } else if (first !== undefined) {
      const value = { secrets: secrets.map(({ text }) => text.toLowerCase()) };
      block.cookieSecrets = { value, token: first };
    }
    if (choice === 'off' && block.cookieSecrets !== undefined) {
      const text = 'no cookie is made here: the secrets are for other listeners, if any';
      context.notices.push({ position: name.position, text });
    }
  },
};

interface SecretsDraft {
  readonly secrets: Token[];
  file?: { readonly path: string; readonly token: Token };
}

const secret: Word<SecretsDraft> = {
  name: 'secret',
  usage: 'secret HEX…',
  help: 'What cookies are made with: the first one; all are known.',
  least: 1,
  isRepeatable: true,
  read({ arguments: words }, { secrets }, { problems }: Context) {
    for (const word of words) {
      const { text, ...place } = word;
      if (!isCookieSecret(text)) {
        // Not the word itself: a log is no place for a secret.
        problems.report({ ...place }, 'this is no secret of 32 hexadecimal digits, not all zero', {
          allowed: ['as "openssl rand -hex 16" makes them'],
        });
      } else if (secrets.length === MOST_COOKIE_SECRETS) {
        problems.report({ ...place }, `this is one secret more than ${MOST_COOKIE_SECRETS}`);
        return;
      } else secrets.push(word);
    }
  },
};

const secretFile: Word<SecretsDraft> = {
  name: 'secret_file',
  usage: 'secret_file FILE',
  help: 'The same from a file, a secret a line; it is read again when it changes.',
  least: 1,
  most: 1,
  read({ arguments: [token] }, draft, context) {
    if (token === undefined) return;
    const path = readPath(token, context);
    if (path !== undefined) draft.file = { path, token };
  },
};

const OPTIONS: Vocabulary<SecretsDraft> = {
  noun: 'option of cookies',
  words: [secret, secretFile],
  lacking: {},
};

/** 16 octets in hexadecimal; zeros stand for none. */
export function isCookieSecret(text: string): boolean {
  return /^[0-9a-f]{32}$/i.test(text) && !/^0+$/.test(text);
}
