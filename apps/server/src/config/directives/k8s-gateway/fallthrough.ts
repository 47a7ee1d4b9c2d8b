import type { GatewayDraft } from '../../gateway-draft.ts';
import type { Word } from '../../vocabulary.ts';
import { readNames } from '../names.ts';

export const fallthrough: Word<GatewayDraft> = {
  name: 'fallthrough',
  usage: 'fallthrough [ZONE…]',
  help: 'Leave names without a record to forward: all of them, or those in these zones.',
  least: 0,
  read(directive, gateway, { problems }) {
    const names = readNames(directive.arguments, problems);
    gateway.fallthrough = directive.arguments.length === 0 ? ['.'] : names;
  },
};
