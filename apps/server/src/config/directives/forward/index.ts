import type { BlockDraft } from '../../draft.ts';
import { readLines, type Word } from '../../vocabulary.ts';
import { readNames } from '../names.ts';
import { newForwardDraft } from './draft.ts';
import { FORWARD_OPTIONS } from './options.ts';
import { readUpstreams } from './upstreams.ts';

/** Several stand for themselves, and the first that takes a name is asked. */
export const forward: Word<BlockDraft> = {
  name: 'forward',
  usage: 'forward FROM TO… { … }',
  help: 'Ask these servers for names in no zone, and for those that fall through.',
  least: 2,
  isRepeatable: true,
  takesBlock: true,
  read({ name, arguments: [first, ...rest], block: lines }, block, context) {
    if (first === undefined) return;
    const from = readNames([first], context.problems);
    const to = readUpstreams(rest, context.problems);
    const draft = newForwardDraft();
    readLines(lines?.directives ?? [], FORWARD_OPTIONS, draft, context);
    const { clients, ...others } = draft;
    block.forwards.push({
      ...others,
      ...{ from, to, position: name.position },
      ...(clients === undefined ? {} : { clients: clients.value }),
    });
  },
};
