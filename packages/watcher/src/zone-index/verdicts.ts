import { formatName, TYPE } from '@seamark/protocol';
import type { ClaimingKind } from '../projection/contract.ts';
import type { AddressSet } from './address-set.ts';
import type { Claims } from './claims.ts';
import { type Content, DEFAULT_TTL, isEmpty } from './content.ts';
import type { Cuts } from './cuts.ts';
import { type DeadEnd, type Flattening, MAX_ALIASES } from './flattening.ts';
import type { Gateway } from './gateway.ts';
import { type HttpsRefusal, isSameBinding } from './https-bindings.ts';
import { wholeKey } from './intake.ts';
import { ENTRY, type NameTree } from './name-tree.ts';
import { clusterOf, kindOf } from './object-table.ts';
import { hasAside } from './packed-bindings.ts';
import { chosenOf, type Hearing, isReached, isStatic, type Precedence } from './precedence.ts';

/** Why an object that claims a name gives nothing of its answer. For programs: they stay. */
export type LossCode =
  /** A kind before its own in `resources` speaks for the name. */
  | 'precedence'
  /** `clusters first`: an earlier cluster has the name. */
  | 'cluster'
  /** It has no address yet, and nothing else. */
  | 'no-address'
  /** Its kind has not been read whole, so nothing of it counts yet. */
  | 'not-read'
  /** The configuration says what addresses the name has. */
  | 'configured'
  /** The name is a zone cut or lies below one, and other servers answer for it. */
  | 'delegated'
  /** It has NS where they have no effect: at an apex, on the way from there to a name server, at a wildcard. */
  | 'no-cut'
  /** Its host name can be no CNAME here. */
  | 'cname'
  /** Its host name lies in our zones and leads in a circle, or on for too long. */
  | 'dead-end';

/** Why nothing of an object is answered. */
export interface Loss {
  readonly code: LossCode;
  /** A clause for people. */
  readonly text: string;
}

/** What an object claims of a name, and what came of it. */
export interface Verdict {
  /** Among those of the gateway. */
  readonly cluster: number;
  readonly kind: ClaimingKind;
  readonly key: string;
  readonly content: Content;
  /** Seconds. */
  readonly ttl: number;
  /** RR types that are answered from it, alone or together with others; never together with `loss`. */
  readonly answers: readonly number[];
  readonly loss?: Loss;
  /** Why no HTTPS record comes of one that has to do with HTTPS, and is answered from otherwise: a clause for people. */
  readonly noHttps?: string;
}

interface JudgeParts {
  readonly tree: NameTree;
  readonly claims: Claims;
  readonly precedence: Precedence;
  readonly given: ReadonlyMap<number, AddressSet>;
  readonly cuts: Cuts;
  readonly gateway: Gateway;
  readonly flattening: Flattening;
}

/**
 * Says of each object that claims a name what its claim comes to; in order of precedence.
 *
 * @param types those of the name's node
 */
export function judge(entry: number, types: readonly number[], parts: JudgeParts): Verdict[] {
  const { claims, precedence, gateway } = parts;
  const hearing = precedence.hear(entry, gateway);
  const kinds = precedence.kindsFor(entry, gateway);
  const verdicts = Array.from(claims.of(entry), (record): Verdict => {
    const { objects, options } = gateway;
    const origin = objects.originOf(record);
    const content = objects.contentOf(record);
    const speaker = { record, cluster: clusterOf(origin), kind: kindOf(origin), content };
    // NS of an apex come from the configuration, or from its file; objects have those of cuts.
    const areOwn = parts.cuts.isCut(entry) || options.authority === 'file';
    const theirs = areOwn ? types : types.filter((type) => type !== TYPE.NS && type !== TYPE.SOA);
    const answers = parts.given.has(entry) ? [] : answered(speaker, hearing, theirs, gateway);
    const loss = answers.length > 0 ? undefined : lossOf(entry, speaker, hearing, parts);
    const noHttps =
      loss === undefined && content.https.length > 0 && !answers.includes(TYPE.HTTPS)
        ? whyNoHttps(speaker, hearing, answers)
        : undefined;
    return {
      ...{ cluster: speaker.cluster, kind: speaker.kind, key: wholeKey(objects.keyOf(record)) },
      ...{ content, ttl: content.ttl === DEFAULT_TTL ? options.ttl : content.ttl, answers },
      ...(loss !== undefined && { loss }),
      ...(noHttps !== undefined && { noHttps }),
    };
  });
  const rank = ({ kind, cluster }: Verdict): number => 16 * kinds.indexOf(kind) + cluster;
  return verdicts.sort((a, b) => rank(a) - rank(b) || (a.key < b.key ? -1 : 1));
}

type Speaker = Pick<Verdict, 'cluster' | 'kind' | 'content'> & { readonly record: number };

/** RR types of the node that the record has a part in. */
function answered(
  speaker: Speaker,
  { levels, reached }: Hearing,
  types: readonly number[],
  gateway: Gateway,
): number[] {
  const { addresses, targets, rrsets } = speaker.content;
  const isHeard = (level: Hearing['reached']): boolean =>
    level.some(({ record }) => saysTheSame(record, speaker.record, gateway));
  const own = new Set<number>();
  if (isHeard(reached)) {
    if (addresses.v4.length > 0) own.add(TYPE.A);
    if (addresses.v6.length > 0) own.add(TYPE.AAAA);
    if (targets.length > 0) own.add(TYPE.CNAME);
    // A host name that is resolved stands for addresses.
    const isResolved = targets.length > 0 && !types.includes(TYPE.CNAME);
    const isAlone = reached.every(({ content }) => hasNoAddress(content.addresses));
    if (isResolved && isAlone) for (const type of [TYPE.A, TYPE.AAAA]) own.add(type);
  }
  for (const { type } of rrsets) {
    const level = levels.find((some) => some.some(({ content }) => hasType(content, type)));
    if (level !== undefined && isHeard(level)) own.add(type);
  }
  if (makesHttps(speaker, { levels, reached })) own.add(TYPE.HTTPS);
  return types.filter((type) => own.has(type));
}

/** Whether one of the name's HTTPS records is composed of what it says. */
function makesHttps({ content: { https } }: Speaker, hearing: HeardLevels): boolean {
  if (https === 'off' || https.length === 0) return false;
  const { bindings } = chosenOf(hearing);
  return https.some((binding) => bindings.some((chosen) => isSameBinding(binding, chosen)));
}

type HeardLevels = Pick<Hearing, 'levels' | 'reached'>;

/** Of a speaker that is answered from, and says something of HTTPS. */
function whyNoHttps(
  { content: { https } }: Speaker,
  hearing: HeardLevels,
  answers: readonly number[],
): string {
  if (https === 'off') return 'its https annotation is off, or can not be read';
  if (answers.includes(TYPE.CNAME)) return 'a CNAME stands alone (RFC 2181 10.1)';
  const { refusal } = chosenOf(hearing);
  return refusal === undefined ? 'that of another object of the name counts' : REFUSALS[refusal];
}

const REFUSALS: Readonly<Record<HttpsRefusal, string>> = {
  written: 'an HTTPS record that is written counts before one that is composed',
  off: 'another object of the name has an https annotation that is off, or can not be read',
  uncovered:
    'the name has addresses of other objects, of which it is not known that TLS ends there',
};

/** Of a speaker that is not answered from. */
function lossOf(
  entry: number,
  { cluster, kind, content, record }: Speaker,
  { levels, reached, first }: Hearing,
  { cuts, given, gateway, tree, flattening }: JudgeParts,
): Loss {
  if (given.has(entry)) {
    return { code: 'configured', text: 'the configuration gives this name server its addresses' };
  }
  if (!gateway.counts(gateway.objects.originOf(record))) {
    const isWaiting = gateway.isRead(gateway.objects.originOf(record));
    const text = isWaiting
      ? `${kind} counts when all that comes before it has been read`
      : `${kind} has not been read whole yet`;
    return { code: 'not-read', text };
  }
  const cut = cuts.around(entry);
  if (cut !== 0) {
    const place = cut === entry ? 'the name is' : 'it lies below';
    const text = `${place} the zone cut ${formatName(tree.nameOf(cut))}, for which other servers answer`;
    return { code: 'delegated', text };
  }
  if (isEmpty(content)) return { code: 'no-address', text: 'it has no address yet' };
  if (first !== undefined && cluster !== first) {
    return { code: 'cluster', text: 'an earlier cluster has the name (clusters first)' };
  }
  if (hasAside(content)) {
    const { refusal } = chosenOf({ levels, reached });
    const text =
      refusal === undefined
        ? 'the host that it is about has no HTTPS record of its own'
        : REFUSALS[refusal];
    return { code: 'precedence', text };
  }
  const winner = isReached(content)
    ? reached[0]?.kind
    : levels.flat().find((one) => content.rrsets.some(({ type }) => hasType(one.content, type)))
        ?.kind;
  if (winner !== undefined && winner !== kind) {
    const text = tree.hasFlags(entry, ENTRY.NAME_SERVER)
      ? `the name is a name server's, of which ${winner} speaks first`
      : `${winner} comes before ${kind}${isStatic(kind) || isStatic(winner) ? '' : ' in resources'}`;
    return { code: 'precedence', text };
  }
  if (cuts.isHeld(entry) && hasType(content, TYPE.NS)) {
    const text = 'an earlier cluster has names below it, which stay (clusters first)';
    return { code: 'cluster', text };
  }
  if (hasType(content, TYPE.NS)) {
    return { code: 'no-cut', text: 'NS of an object has no effect at this name' };
  }
  const deadEnd = flattening.deadEndOf(entry);
  if (deadEnd !== undefined) return { code: 'dead-end', text: DEAD_ENDS[deadEnd] };
  return { code: 'cname', text: whyNoCname(entry, reached, gateway, tree) };
}

const DEAD_ENDS: Readonly<Record<DeadEnd, string>> = {
  circle: 'its host name lies in our zones and leads in a circle, so there is no address',
  'too long': `its host name leads on through more than ${MAX_ALIASES} names of our zones, and no further is it followed`,
};

function whyNoCname(
  entry: number,
  reached: Hearing['reached'],
  { options }: Gateway,
  tree: NameTree,
): string {
  const targets = new Set(
    reached.flatMap(({ content }) => content.targets.map((target) => target.join())),
  );
  if (tree.hasFlags(entry, ENTRY.APEX)) return 'a zone apex can have no CNAME';
  if (options.flatten === true) return 'what its host name resolves to is not known';
  if (targets.size > 1) return `a name has one CNAME, and ${targets.size} host names are given`;
  return 'a CNAME stands alone (RFC 2181 10.1), and the name has other records';
}

/** Of those who say the same, one is heard for all. */
function saysTheSame(a: number, b: number, { objects }: Gateway): boolean {
  if (a === b) return true;
  if (objects.originOf(a) !== objects.originOf(b)) return false;
  return objects.packedText(a) === objects.packedText(b);
}

function hasNoAddress({ v4, v6 }: AddressSet): boolean {
  return v4.length + v6.length === 0;
}

function hasType(content: Content, wanted: number): boolean {
  return content.rrsets.some(({ type }) => type === wanted);
}
