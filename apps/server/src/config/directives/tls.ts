import type { BlockDraft } from '../draft.ts';
import type { ClientAuth } from '../server-config.ts';
import { readChoice } from '../values.ts';
import { readLines, type Vocabulary, type Word } from '../vocabulary.ts';
import { readPath } from './files.ts';

const CLIENT_AUTHS: readonly ClientAuth[] = [
  ...(['nocert', 'request', 'require'] as const),
  ...(['verify_if_given', 'require_and_verify'] as const),
];

/** The certificate of `tls://` and `https://`. The files are read when they are served. */
export const tls: Word<BlockDraft> = {
  name: 'tls',
  usage: 'tls CERT KEY [CA] { client_auth POLICY }',
  help: 'The certificate for tls:// and https:// keys, and the key to it.',
  least: 0,
  most: 3,
  takesBlock: true,
  read({ name, arguments: words, block: lines }, block, context) {
    const [certificate, key, ca] = words;
    const isAutomatic = lines?.directives.some(({ name: { text } }) => text === 'acme');
    if (isAutomatic !== true && (certificate === undefined || key === undefined)) {
      const sentence = `"tls" needs a certificate and its key`;
      context.problems.report(name, sentence, { allowed: [tls.usage] });
      return;
    }
    const draft: TlsDraft = { clientAuth: 'nocert' };
    readLines(lines?.directives ?? [], OPTIONS, draft, context);
    const paths = words.map((word) => readPath(word, context));
    const [certificatePath, keyPath, caPath] = paths;
    if (certificatePath === undefined || keyPath === undefined) return;
    const { clientAuth } = draft;
    block.tls = {
      value: {
        ...{ certificate: certificatePath, key: keyPath, clientAuth, position: name.position },
        ...(caPath === undefined ? {} : { ca: caPath }),
      },
      token: name,
    };
    if (ca === undefined || clientAuth.includes('verify')) return;
    const text = `nobody is held to this CA: client certificates are not verified with "client_auth ${clientAuth}"`;
    context.notices.push({ position: ca.position, text });
  },
};

interface TlsDraft {
  clientAuth: ClientAuth;
}

const clientAuth: Word<TlsDraft> = {
  name: 'client_auth',
  usage: `client_auth ${CLIENT_AUTHS.join('|')}`,
  help: 'Whether clients have to show a certificate.',
  least: 1,
  most: 1,
  read({ name, arguments: [word] }, draft, { problems }) {
    if (word === undefined) return;
    draft.clientAuth = readChoice(word, name.text, CLIENT_AUTHS, problems) ?? draft.clientAuth;
  },
};

const FILES =
  'write "tls CERT KEY": let cert-manager or an ACME client renew the files, which are read again when they change';

const OPTIONS: Vocabulary<TlsDraft> = {
  noun: 'option of tls',
  words: [clientAuth],
  lacking: {
    keylog:
      'remove it; to decrypt a capture, run the server with NODE_OPTIONS=--tls-keylog=FILE for as long as that takes',
    acme: FILES,
    email: FILES,
    storage: FILES,
    ca_root: FILES,
    resolver: FILES,
  },
};
