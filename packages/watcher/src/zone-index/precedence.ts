import { type FoldedName, formatName } from '@seamark/protocol';
import { type ClaimedBinding, type ClaimingKind, STATIC_KINDS } from '../projection/contract.ts';
import type { Logger } from '../sources/contract.ts';
import { type AddressSet, mergeAddresses, NO_ADDRESSES } from './address-set.ts';
import type { Claims } from './claims.ts';
import { type Content, DEFAULT_TTL, isEmpty, MAX_RRSET_OCTETS, recordOctets } from './content.ts';
import type { Gateway } from './gateway.ts';
import { type ChosenBindings, chooseBindings } from './https-bindings.ts';
import { ENTRY, type NameTree } from './name-tree.ts';
import { clusterOf, kindOf } from './object-table.ts';
import { NO_BINDINGS } from './packed-bindings.ts';

/** What a name owns, of all that was claimed for it. */
export interface Answer {
  readonly addresses: AddressSet;
  /** Host names that stand beside the addresses, or in their place; none twice. */
  readonly targets: readonly FoldedName[];
  /** Of IPv4 addresses and targets, in seconds. */
  readonly ttl: number;
  /** Of IPv6 addresses: an RRset of its own (RFC 2181 5.2). */
  readonly ttl6: number;
  readonly rrsets: readonly AnsweredRRset[];
  /** Of which HTTPS records are composed: no other is the name's, then. */
  readonly bindings: readonly ClaimedBinding[];
  /** Of those who say so, in seconds. */
  readonly bindingsTtl: number;
}

export interface AnsweredRRset {
  readonly type: number;
  readonly ttl: number;
  readonly rdata: readonly Uint8Array[];
}

/** Who is heard at a name. */
export interface Hearing {
  /** In the order of kinds, those that count and say something; of the same words, one speaker each. */
  readonly levels: readonly (readonly Spoken[])[];
  /** Whose addresses and targets are the name's: all of one level. */
  readonly reached: readonly Spoken[];
  /** The cluster that alone counts, where that is so. */
  readonly first: number | undefined;
}

export const NO_ANSWER: Answer = {
  ...{ addresses: NO_ADDRESSES, targets: [], ttl: 0, ttl6: 0 },
  ...{ rrsets: [], bindings: NO_BINDINGS, bindingsTtl: 0 },
};

/** A record of the table and what it says. */
export interface Spoken {
  readonly record: number;
  readonly cluster: number;
  readonly kind: ClaimingKind;
  readonly content: Content;
}

/**
 * Settles who speaks for a name. In the configured order of kinds the first that has an address, or a host
 * name in place of one, speaks for addresses of both families; and for each other type the first that has it.
 * (With the plugin the first kind that has an address or a TXT speaks for all of it.) What several objects of a kind
 * say is merged, and each RRset has the lowest of their TTLs (RFC 2181 5.2).
 */
export class Precedence {
  private readonly tree: NameTree;
  private readonly claims: Claims;
  private readonly log: Logger;
  /** Entries of which was told that they have too much. */
  private readonly told = new Set<number>();

  constructor(tree: NameTree, claims: Claims, log: Logger) {
    this.tree = tree;
    this.claims = claims;
    this.log = log;
  }

  /** @param gateway in whose zone the entry lies. */
  answerOf(entry: number, gateway: Gateway): Answer {
    if (!this.claims.has(entry)) return NO_ANSWER;
    const sole = this.claims.soleOf(entry);
    // What nearly every name has.
    if (sole !== 0) {
      const { objects } = gateway;
      if (!gateway.counts(objects.originOf(sole))) return NO_ANSWER;
      return alone(objects.contentOf(sole), gateway.options.ttl);
    }
    return this.merged(entry, gateway);
  }

  private merged(entry: number, gateway: Gateway): Answer {
    const { levels, reached } = this.hear(entry, gateway);
    const addresses = mergeAddresses(reached.map(({ content }) => content.addresses));
    const rrsets = mergeRRsets(levels, gateway.options.ttl);
    this.tell(entry, gateway, reached[0], addresses.excess + rrsets.excess);
    const { bindings } = chosenOf({ levels, reached });
    const sayers = reached.length > 0 ? reached : levels.flat();
    return {
      addresses,
      targets: distinctNames(reached.flatMap(({ content }) => content.targets)),
      ttl: lowestTtl(reached.filter(saysMoreThanV6), gateway.options.ttl),
      ttl6: lowestTtl(reached.filter(saysV6), gateway.options.ttl),
      rrsets: rrsets.rrsets,
      bindings,
      bindingsTtl: lowestTtl(sayers, gateway.options.ttl),
    };
  }

  /** Settles who of those that claim a name is heard. */
  hear(entry: number, gateway: Gateway): Hearing {
    const first = this.firstCluster(entry, gateway);
    const spoken = this.distinct(entry, gateway).filter(
      ({ cluster, kind }) => first === undefined || cluster === first || isStatic(kind),
    );
    const levels = this.kindsFor(entry, gateway).map((kind) =>
      spoken.filter((one) => one.kind === kind),
    );
    const reached = (
      levels.find((level) => level.some(({ content }) => isReached(content))) ?? []
    ).filter(({ content }) => isReached(content));
    return { levels, reached, first };
  }

  /**
   * `clusters first`: of the clusters that claim the name, be it without an address yet, the one that alone counts.
   * Undefined where all count, or none claims it. A file is no cluster: what it says counts beside any.
   */
  firstCluster(entry: number, gateway: Gateway): number | undefined {
    if (gateway.options.policy !== 'first') return undefined;
    let first: number | undefined;
    for (const record of this.claims.of(entry)) {
      const origin = gateway.objects.originOf(record);
      if (!gateway.counts(origin) || isStatic(kindOf(origin))) continue;
      first = Math.min(first ?? Infinity, clusterOf(origin));
    }
    return first;
  }

  /** All that counts and says something; by its octets, as thousands of Ingresses may share a host and say the same. */
  private distinct(entry: number, gateway: Gateway): Spoken[] {
    const { objects } = gateway;
    const distinct = new Map<string, number>();
    for (const record of this.claims.of(entry)) {
      const origin = objects.originOf(record);
      if (gateway.counts(origin)) distinct.set(`${origin} ${objects.packedText(record)}`, record);
    }
    return Array.from(distinct.values(), (record) => {
      const origin = objects.originOf(record);
      const content = objects.contentOf(record);
      return { record, cluster: clusterOf(origin), kind: kindOf(origin), content };
    }).filter(({ content }) => !isEmpty(content));
  }

  /** Kinds in the order in which they are heard at a name. */
  kindsFor(entry: number, { kinds }: Gateway): readonly ClaimingKind[] {
    // Anybody may write an Ingress whose host is a name server's name: it must not take the zone over. And a
    // name server's Service is read for that name though Services are not configured.
    if (!this.tree.hasFlags(entry, ENTRY.NAME_SERVER)) return kinds;
    const others = kinds.filter((kind) => kind !== 'Service' && kind !== 'hosts');
    return kinds.includes('hosts') ? ['hosts', 'Service', ...others] : ['Service', ...others];
  }

  private tell(entry: number, gateway: Gateway, spoken: Spoken | undefined, excess: number): void {
    if (excess === 0 || this.told.has(entry)) {
      if (excess === 0) this.told.delete(entry);
      return;
    }
    this.told.add(entry);
    const name = formatName(this.tree.nameOf(entry));
    const object =
      spoken === undefined ? '' : `${spoken.kind} ${gateway.objects.keyOf(spoken.record)}`;
    const who = object === '' ? 'several objects claim' : `${object} and others claim`;
    this.log.warn(
      { event: 'records-left-out', name, ...(object !== '' && { object }), excess },
      `${who} ${name}: ${excess} records are left out, as a node of the snapshot has room for some 1,500 IPv4 and 870 IPv6 addresses and 12 KiB of others`,
    );
  }
}

function alone(content: Content, defaultTtl: number): Answer {
  const ttl = content.ttl === DEFAULT_TTL ? defaultTtl : content.ttl;
  const { addresses, targets, rrsets, https } = content;
  return {
    ...{ addresses, targets, ttl, ttl6: ttl },
    rrsets: rrsets.length === 0 ? [] : rrsets.map((rrset) => ({ ...rrset, ttl })),
    bindings: https.length === 0 ? NO_BINDINGS : chooseBindings([[content]], [content]).bindings,
    bindingsTtl: ttl,
  };
}

/** What of those who are heard becomes HTTPS records. */
export function chosenOf({ levels, reached }: Pick<Hearing, 'levels' | 'reached'>): ChosenBindings {
  // As of nearly every name.
  if (!levels.some((level) => level.some(saysHttps))) return NOTHING_CHOSEN;
  const contents = levels.map((level) => level.map(({ content }) => content));
  return chooseBindings(
    contents,
    reached.map(({ content }) => content),
  );
}

const NOTHING_CHOSEN: ChosenBindings = { bindings: NO_BINDINGS };

function saysHttps({ content }: Spoken): boolean {
  return content.https.length > 0;
}

/** Whether it is a file's, and no object's. */
export function isStatic(kind: ClaimingKind): boolean {
  return (STATIC_KINDS as readonly ClaimingKind[]).includes(kind);
}

function saysV6({ content }: Spoken): boolean {
  return content.addresses.v6.length > 0;
}

function saysMoreThanV6({ content }: Spoken): boolean {
  return content.addresses.v4.length + content.targets.length > 0;
}

/** Whether there is anything in the way of an address. */
export function isReached({ addresses, targets }: Content): boolean {
  return addresses.v4.length + addresses.v6.length + targets.length > 0;
}

function lowestTtl(spoken: readonly Spoken[], defaultTtl: number): number {
  let lowest = Infinity;
  for (const { content } of spoken) {
    lowest = Math.min(lowest, content.ttl === DEFAULT_TTL ? defaultTtl : content.ttl);
  }
  return lowest === Infinity ? defaultTtl : lowest;
}

function mergeRRsets(
  levels: readonly (readonly Spoken[])[],
  defaultTtl: number,
): { rrsets: readonly AnsweredRRset[]; excess: number } {
  const rrsets: AnsweredRRset[] = [];
  let octets = 0;
  let excess = 0;
  for (const level of levels) {
    const ofLevel = new Map<number, Spoken[]>();
    for (const spoken of level) {
      for (const { type } of spoken.content.rrsets) {
        ofLevel.set(type, [...(ofLevel.get(type) ?? []), spoken]);
      }
    }
    for (const [type, speakers] of ofLevel) {
      if (rrsets.some((rrset) => rrset.type === type)) continue;
      const rdata: Uint8Array[] = [];
      for (const one of distinctRdata(type, speakers)) {
        octets += recordOctets(one);
        if (octets > MAX_RRSET_OCTETS) excess += 1;
        else rdata.push(one);
      }
      if (rdata.length > 0) rrsets.push({ type, ttl: lowestTtl(speakers, defaultTtl), rdata });
    }
  }
  return { rrsets, excess };
}

/** In an order of their own, so that replicas of a server compose the same octets. */
function distinctRdata(type: number, speakers: readonly Spoken[]): readonly Uint8Array[] {
  const all = speakers.flatMap(({ content }) =>
    content.rrsets.filter((rrset) => rrset.type === type).flatMap(({ rdata }) => rdata),
  );
  return distinctOctets(all);
}

function distinctNames(names: readonly FoldedName[]): readonly FoldedName[] {
  return distinctOctets(names) as readonly FoldedName[];
}

function distinctOctets(all: readonly Uint8Array[]): readonly Uint8Array[] {
  if (all.length < 2) return all;
  const sorted = all.toSorted(Buffer.compare);
  return sorted.filter((octets, i) => {
    const before = sorted[i - 1];
    return before === undefined || Buffer.compare(before, octets) !== 0;
  });
}
