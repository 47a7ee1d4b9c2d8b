import { hostname, networkInterfaces } from 'node:os';
import { Problems } from '../corefile/errors.ts';
import { formatPosition, type Notice } from '../corefile/token.ts';
import type { CorefileTree, ServerBlock } from '../corefile/tree.ts';
import { wrapBareDirectives } from './bare.ts';
import { noteDetours } from './detours.ts';
import { DIRECTIVES } from './directives/index.ts';
import type { BlockDraft } from './draft.ts';
import { noteEmptiness } from './emptiness.ts';
import { arrangeEndpoints } from './endpoint-addresses.ts';
import { arrangeListeners } from './listeners.ts';
import type { ServerConfig } from './server-config.ts';
import { readKey } from './server-key.ts';
import { type Context, readLines } from './vocabulary.ts';

export interface CompileOptions {
  /** The port of keys that name none; 53 by default. */
  readonly defaultPort?: number;
  /** Each network interface with its addresses, for `bind`; this machine's by default. */
  readonly interfaces?: ReadonlyMap<string, readonly string[]>;
  /** What `nsid` and `chaos` tell of this host; its own name by default. */
  readonly hostname?: string;
  /** What `chaos` says that this is. */
  readonly product?: string;
  /** In place of what `workers` says. */
  readonly workers?: number;
  readonly pin?: boolean;
}

/**
 * Gives a Corefile its meaning. Opens no file and no socket.
 *
 * @throws CorefileErrors: all that is wrong within the directives; where nothing is, all that is
 *   wrong between server blocks.
 */
export function compileConfig(tree: CorefileTree, options: CompileOptions = {}): ServerConfig {
  const problems = new Problems(tree.sources);
  const notices: Notice[] = [...tree.notices];
  const interfaces = options.interfaces ?? localInterfaces();
  const context: Context = {
    problems,
    notices,
    interfaces,
    hostname: options.hostname ?? hostname(),
    product: options.product ?? 'Seamark',
  };
  if (tree.blocks.length === 0) {
    const position = { file: tree.file, line: 1, column: 1 };
    problems.report({ position }, 'this file has no server block');
  }
  const blocks = wrapBareDirectives(tree.blocks, notices).map((block) =>
    draftBlock(block, options.defaultPort ?? 53, context),
  );
  problems.throwIfAny();
  const workers = agree(blocks, 'workers', problems)?.value;
  const reload = agree(blocks, 'reload', problems)?.value;
  const tcp = agree(blocks, 'tcp', problems)?.value;
  const timeouts = agree(blocks, 'timeouts', problems)?.value;
  const endpoints = arrangeEndpoints(blocks, problems);
  const cookieSecrets = agree(blocks, 'cookieSecrets', problems, 'cookies')?.value;
  const arranged = arrangeListeners(blocks, context);
  problems.throwIfAny();
  const count = options.workers ?? workers?.count;
  return {
    file: tree.file,
    ...arranged,
    ...endpoints,
    workers: {
      ...(count === undefined ? {} : { count }),
      // Not unless asked for: see docs/configuration.md, "Workers and cores".
      pin: options.pin ?? workers?.pin ?? false,
    },
    ...(tcp === undefined ? {} : { tcp }),
    ...(timeouts === undefined ? {} : { timeouts }),
    ...(reload === undefined || reload === 'off' ? {} : { reload }),
    ...(cookieSecrets === undefined ? {} : { cookieSecrets }),
    rateLimitTable: Math.max(
      0,
      ...blocks.flatMap(({ rateLimits }) => rateLimits.map(({ tableSize }) => tableSize)),
    ),
    debug: blocks.some((block) => block.debug),
    notices,
  };
}

function draftBlock(block: ServerBlock, defaultPort: number, context: Context): BlockDraft {
  const directives = DIRECTIVES.words.map((word) => word.name);
  const keys = block.keys.flatMap((token) => {
    if (!directives.includes(token.text)) return readKey(token, defaultPort, context.problems);
    context.problems.report(
      token,
      `the directive "${token.text}" stands where a key is expected: put it in a server block, ` +
        `". { ${token.text} }" on three lines, or write "${token.text}." for the zone`,
    );
    return [];
  });
  const draft: BlockDraft = {
    ...{ keys, addresses: new Set(), gateways: [], files: [], forwards: [], templates: [] },
    ...{ log: [], acl: [], rateLimits: [], any: false, debug: false, errors: false, loop: false },
  };
  readLines(block.directives, DIRECTIVES, draft, context);
  noteDetours(draft, context);
  if (draft.tls !== undefined && keys.every(({ transport }) => transport === 'dns')) {
    const text =
      '"tls" has nothing to do: no key of this server block begins with "tls://" or "https://"';
    context.notices.push({ position: draft.tls.token.position, text });
  }
  noteEmptiness(draft, block.keys[0].position, context);
  return draft;
}

/** These are of the whole process, so every block that names one must mean the same. */
function agree<K extends 'workers' | 'reload' | 'cookieSecrets' | 'tcp' | 'timeouts'>(
  blocks: readonly BlockDraft[],
  name: K,
  problems: Problems,
  word: string = name,
): BlockDraft[K] | undefined {
  let first: BlockDraft[K] | undefined;
  for (const { [name]: said } of blocks) {
    if (said === undefined) continue;
    first ??= said;
    if (JSON.stringify(said.value) === JSON.stringify(first.value)) continue;
    problems.report(
      said.token,
      `"${word}" differs from the one at ${formatPosition(first.token.position)}; ` +
        'there is one for the whole process',
    );
  }
  return first;
}

function localInterfaces(): Map<string, string[]> {
  return new Map(
    Object.entries(networkInterfaces()).map(([name, entries = []]) => [
      name,
      // An IPv6 link-local address means something only together with its interface.
      entries.map(({ address, scopeid }) => (scopeid ? `${address}%${name}` : address)),
    ]),
  );
}
