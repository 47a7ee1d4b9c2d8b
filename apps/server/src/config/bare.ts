import type { Notice, Token } from '../corefile/token.ts';
import type { Directive, ServerBlock } from '../corefile/tree.ts';

const BARE = 'k8s_gateway';

/**
 * Reads `k8s_gateway ZONE… { … }` without a server block around it, as the plugin's page shows it, as
 * the directive that it is meant to be. The grammar has taken it for a server block with the key
 * `k8s_gateway`. All such directives of a file share one block with the key `.`.
 */
export function wrapBareDirectives(
  blocks: readonly ServerBlock[],
  notices: Notice[],
): readonly ServerBlock[] {
  const bare = blocks.filter(isBare);
  const [first] = bare;
  if (first === undefined) return blocks;
  for (const { keys } of bare) {
    const text = `${BARE} stands outside a server block and is read as ". { ${BARE} … }"`;
    notices.push({ position: keys[0].position, text });
  }
  const wrapper: ServerBlock = {
    keys: [{ ...first.keys[0], text: '.' }],
    hasBraces: true,
    directives: bare.flatMap(directivesOf),
  };
  return [wrapper, ...blocks.filter((block) => !isBare(block))];
}

function isBare(block: ServerBlock): boolean {
  return block.keys[0].text === BARE;
}

function directivesOf({ keys, hasBraces, directives }: ServerBlock): Directive[] {
  const [name, ...words] = keys;
  const directive = { name, arguments: words };
  // Without braces the lines that follow are its neighbours, not its options.
  if (!hasBraces) return [directive, ...directives];
  return [{ ...directive, block: { open: opening(name), directives } }];
}

function opening(name: Token): Token {
  return { ...name, text: '{', kind: 'open' };
}
