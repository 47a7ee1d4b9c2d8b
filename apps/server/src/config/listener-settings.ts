import type { AnswerSettings, BlockSettings, RateLimitRule } from '@seamark/matcher';
import type { Problems } from '../corefile/errors.ts';
import { formatPosition } from '../corefile/token.ts';
import type { BlockDraft, KeyDraft } from './draft.ts';
import type { Placed } from './placed.ts';
import type { ListenerConfig, LogBlock } from './server-config.ts';
import { isWithin } from './zone.ts';

/** A server block behind a listener, and those of its keys that have the listener's port. */
export interface Member {
  readonly block: BlockDraft;
  readonly keys: readonly KeyDraft[];
}

/** What `chaos` answers: they lie in no zone of anybody's. */
const CHAOS_NAMES = [
  'version.bind.',
  'version.server.',
  'hostname.bind.',
  'id.server.',
  'authors.bind.',
];

/**
 * What the server blocks of one listener say of its answers and its log. `acl`, `any` and `log` are of the
 * names in a block, and so is `rrl`; `bufsize`, `chaos`, `cookies`, `nsid` and `proxyproto` have no name to go by, and must
 * be alike.
 */
export function listenerSettings(
  members: readonly Member[],
  problems: Problems,
): Pick<ListenerConfig, 'answering' | 'proxies' | 'log' | 'logged'> {
  const answering = answerSettings(members, problems);
  const proxies = agree(members, 'proxyproto', problems);
  const log = members.some(({ block }) => block.log.length > 0);
  const logged = log ? logBlocks(members) : undefined;
  return {
    ...(answering === undefined ? {} : { answering }),
    ...(proxies === undefined ? {} : { proxies }),
    log,
    ...(logged === undefined ? {} : { logged }),
  };
}

function answerSettings(
  members: readonly Member[],
  problems: Problems,
): AnswerSettings | undefined {
  const bufsize = agree(members, 'bufsize', problems);
  const nsid = agree(members, 'nsid', problems);
  const chaos = agree(members, 'chaos', problems);
  const cookies = agree(members, 'cookies', problems);
  const rateLimits = rateLimitRules(members);
  const isPlain = members.every(({ block }) => block.acl.length === 0 && !block.any);
  const settings: AnswerSettings = {
    ...(bufsize === undefined ? {} : { udpLimit: bufsize }),
    ...(nsid === undefined ? {} : { nsid }),
    ...(chaos === undefined ? {} : { chaos }),
    ...(isPlain ? {} : { blocks: blockSettings(members) }),
    ...(cookies === 'require' ? { requireCookie: true } : {}),
    ...(cookies === 'off' ? { ignoreCookies: true } : {}),
    ...(rateLimits === undefined ? {} : { rateLimits }),
  };
  return Object.keys(settings).length === 0 ? undefined : settings;
}

function blockSettings(members: readonly Member[]): BlockSettings[] {
  const speaker = members.find(({ block }) => block.chaos !== undefined);
  const keys = members.flatMap((member) => zonesOf(member));
  const strays = CHAOS_NAMES.filter((name) => !keys.some((key) => isWithin(name, key)));
  return members.map((member) => ({
    zones: member === speaker ? [...zonesOf(member), ...strays] : zonesOf(member),
    minimalAny: member.block.any,
    access: member.block.acl,
  }));
}

/**
 * Each `rrl` for the names of its zones that lie in its own block. Where a block has none its names are not limited,
 * whatever a shorter key of another block says.
 */
function rateLimitRules(members: readonly Member[]): RateLimitRule[] | undefined {
  if (members.every(({ block }) => block.rateLimits.length === 0)) return undefined;
  return members.flatMap((member): RateLimitRule[] => {
    const keys = zonesOf(member);
    const taken = new Set<string>();
    const rules = member.block.rateLimits.map(({ zones, limits }): RateLimitRule => {
      const inside = zones.flatMap((zone) =>
        keys.some((key) => isWithin(zone, key))
          ? [zone]
          : keys.filter((key) => isWithin(key, zone)),
      );
      const own = [...new Set(inside)].filter((zone) => !taken.has(zone));
      for (const zone of own) taken.add(zone);
      return { zones: own, limits };
    });
    const rest = keys.filter((key) => !taken.has(key));
    return [...rules, { zones: rest }].filter(({ zones }) => zones.length > 0);
  });
}

/** @returns undefined where everything is logged. */
function logBlocks(members: readonly Member[]): LogBlock[] | undefined {
  const isAll = members.every(({ block: { log } }) => {
    const [first] = log;
    return first !== undefined && first.zones === undefined && first.classes === undefined;
  });
  if (isAll) return undefined;
  return members.map((member) => ({ zones: zonesOf(member), rules: member.block.log }));
}

function zonesOf({ keys }: Member): string[] {
  return keys.map((key) => key.zone);
}

/** What server blocks of one listener say, if they say the same. */
export function agree<K extends 'bufsize' | 'nsid' | 'chaos' | 'cookies' | 'proxyproto' | 'tls'>(
  members: readonly Member[],
  name: K,
  problems: Problems,
): NonNullable<BlockDraft[K]>['value'] | undefined {
  let first: Placed<unknown> | undefined;
  for (const { block } of members) {
    const said = block[name];
    first ??= said;
    if (said === undefined || first === undefined) continue;
    if (meaningOf(said.value) === meaningOf(first.value)) continue;
    problems.report(
      said.token,
      `"${name}" differs from the one at ${formatPosition(first.token.position)}; both server blocks ` +
        'listen on the same address and port, and there is one for all their names',
    );
  }
  return first?.value as NonNullable<BlockDraft[K]>['value'] | undefined;
}

/** Wherever it stands. */
function meaningOf(value: unknown): string {
  return JSON.stringify(value, (name, member: unknown) =>
    name === 'position' ? undefined : member,
  );
}
