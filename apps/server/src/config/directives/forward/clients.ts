import { isIP } from 'node:net';
import type { Problems } from '../../../corefile/errors.ts';
import { formatPosition, type Token } from '../../../corefile/token.ts';
import { canonicalAddress } from '../../values.ts';
import type { Word } from '../../vocabulary.ts';
import type { ForwardDraft } from './draft.ts';

const EVERYONE: readonly string[] = ['0.0.0.0/0', '::/0'];

/** Ours: without it, whoever reaches the server from the Internet must not find an open resolver. */
export const clients: Word<ForwardDraft> = {
  name: 'clients',
  usage: 'clients any|CIDR…',
  help: 'Whom to forward for; by default loopback, private and link-local addresses.',
  least: 1,
  isRepeatable: true,
  read({ name, arguments: tokens }, draft, { problems }) {
    const isAny = tokens.some(({ text }) => text === 'any');
    if (isAny && (tokens.length > 1 || draft.clients !== undefined)) {
      const other = draft.clients?.token;
      const place = other === undefined ? '' : ` at ${formatPosition(other.position)}`;
      problems.report(name, `"any" is everyone, so that no other range${place} belongs beside it`);
      return;
    }
    const ranges = isAny ? EVERYONE : tokens.flatMap((token) => readRange(token, problems));
    draft.clients = { value: [...(draft.clients?.value ?? []), ...ranges], token: name };
  },
};

/** An address alone is the range of itself. */
function readRange(token: Token, problems: Problems): string[] {
  const [address = '', digits, more] = token.text.split('/');
  const most = isIP(address) === 4 ? 32 : 128;
  const bits = digits === undefined ? most : /^\d{1,3}$/.test(digits) ? Number(digits) : Number.NaN;
  const isRange = isIP(address) !== 0 && !address.includes('%') && more === undefined;
  if (isRange && bits <= most) return [`${canonicalAddress(address)}/${bits}`];
  problems.report(token, `"${token.text}" is no range of addresses`, {
    allowed: ['any', '10.0.0.0/8', '2001:db8::/32'],
  });
  return [];
}
