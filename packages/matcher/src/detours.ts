// Query path: nothing here allocates, throws or waits. Bench: bench/micro/answer.ts.
import { FLAG, type FoldedName, foldName, parseName, type Query, TYPE } from '@seamark/protocol';
import type { Client } from './client.ts';

/** Whether a question is to be answered elsewhere than from the snapshot. */
export const DETOUR = {
  NO: 0,
  YES: 1,
  /** It would be, but not for this client. */
  PROHIBITED: 2,
} as const;

export type Detour = (typeof DETOUR)[keyof typeof DETOUR];

/** What is answered elsewhere, behind one listener. Names are folded and absolute; structured-cloneable. */
export interface DetourPlan {
  readonly blocks: readonly DetourBlock[];
}

/** A server block: a question is of the one with the longest key that its name lies in. */
export interface DetourBlock {
  readonly keys: readonly string[];
  /** In the order in which they are tried. */
  readonly templates: readonly TemplateReach[];
  readonly fallthrough: readonly Fallthrough[];
  /** In the order in which they are tried. */
  readonly forwards: readonly ForwardReach[];
  /** Whose hosts file it has, for {@link Detours.hostsFor}; absent: none. */
  readonly hosts?: number;
}

export interface TemplateReach {
  /** Whose reach it is, for {@link Detours.templatesFor}. */
  readonly id: number;
  /** 0: every one. */
  readonly type: number;
  readonly zones: readonly string[];
  /** Octets that occur in the label of every name that it answers, lower case; '' if none is sure to. */
  readonly literal: string;
}

/** A zone of the snapshot whose names go on, where they own no record, if they lie in one of these. */
export interface Fallthrough {
  readonly zone: string;
  readonly names: readonly string[];
}

export interface ForwardReach {
  /** Whose reach it is, for {@link Detours.forwardsFor}. */
  readonly id: number;
  readonly from: string;
  /** Not these, nor what is below them; `from` itself is never excepted. */
  readonly except: readonly string[];
  /** Whom it serves; absent: see {@link Detours.leadsOut}. */
  readonly clients?: readonly AddressRange[];
}

/** A CIDR prefix, as 16 octets; an IPv4 one has the form ::ffff:a.b.c.d and 96 bits more. */
export interface AddressRange {
  readonly octets: Uint8Array;
  readonly bits: number;
}

/** Loopback, private (RFC 1918, RFC 4193), shared (RFC 6598) and link-local addresses: no Internet at large. */
export const NEAR_RANGES: readonly AddressRange[] = [
  ipv4Range(127, 0, 0, 8),
  ipv4Range(10, 0, 0, 8),
  ipv4Range(172, 16, 0, 12),
  ipv4Range(192, 168, 0, 16),
  ipv4Range(100, 64, 0, 10),
  ipv4Range(169, 254, 0, 16),
  { octets: Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]), bits: 128 },
  { octets: Uint8Array.from([0xfc, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), bits: 7 },
  { octets: Uint8Array.from([0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), bits: 10 },
];

/** Labels of a zone that somebody can own: a top-level domain is no one operator's. */
export const OWN_LABELS = 2;

interface Zone {
  readonly octets: FoldedName;
  readonly labels: number;
}

interface Block {
  readonly templates: readonly {
    readonly id: number;
    readonly type: number;
    readonly zones: readonly Zone[];
    readonly literal: Uint8Array;
  }[];
  readonly fallthrough: readonly { readonly zone: Zone; readonly names: readonly Zone[] }[];
  readonly forwards: readonly {
    readonly id: number;
    readonly from: Zone;
    readonly except: readonly Zone[];
    readonly clients: readonly AddressRange[] | undefined;
  }[];
  readonly hosts: number | undefined;
}

/**
 * A {@link DetourPlan}, ready for questions: it says who is to answer, not what. Nothing allocates but where that
 * is said.
 */
export class Detours {
  private readonly keys: readonly { readonly zone: Zone; readonly block: Block }[];
  private readonly hasTemplates: boolean;

  constructor(plan: DetourPlan) {
    this.hasTemplates = plan.blocks.some(({ templates }) => templates.length > 0);
    this.keys = plan.blocks
      .flatMap((block) => {
        const made = blockOf(block);
        return block.keys.map((key) => ({ zone: zoneOf(key), block: made }));
      })
      .sort((a, b) => b.zone.labels - a.zone.labels);
  }

  /** Whether a template might answer: the first that does is the one, and what none answers goes on. */
  templated(query: Query): boolean {
    if (!this.hasTemplates || isTransfer(query)) return false;
    const block = this.find(query);
    if (block === undefined) return false;
    for (const { type, zones, literal } of block.templates) {
      if ((type === 0 || type === query.type) && liesInAny(query, zones) && holds(query, literal)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Of a name in no zone. To forward it is to resolve for a client, so that unless it is said whom a forward
   * serves it takes a wish for recursion, and a client in {@link NEAR_RANGES}.
   */
  leadsOut(query: Query, client: Client | undefined): Detour {
    const block = this.find(query);
    const forward = block === undefined ? undefined : findForward(block, query);
    if (forward === undefined || isTransfer(query)) return DETOUR.NO;
    if ((query.flags & FLAG.RD) === 0) return DETOUR.NO;
    return admits(forward.clients ?? NEAR_RANGES, client) ? DETOUR.YES : DETOUR.PROHIBITED;
  }

  /**
   * Of a name in a zone of ours that owns no record. Whoever may ask for the zone may ask for this as well, with
   * RD or without: that a part of it lies elsewhere is none of the client's business. But of the root, or of a whole
   * top-level domain, that part is the Internet: there it is as with names in no zone.
   *
   * @param apexLabels of the zone that the name lies in.
   */
  fallsThrough(query: Query, apexLabels: number, client: Client | undefined): Detour {
    const block = this.find(query);
    if (block === undefined || isTransfer(query)) return DETOUR.NO;
    for (const { zone, names } of block.fallthrough) {
      if (zone.labels !== apexLabels || !lies(query, zone)) continue;
      if (!liesInAny(query, names)) return DETOUR.NO;
      const forward = findForward(block, query);
      if (forward === undefined) return DETOUR.NO;
      if (apexLabels < OWN_LABELS) return this.leadsOut(query, client);
      if (forward.clients === undefined) return DETOUR.YES;
      return admits(forward.clients, client) ? DETOUR.YES : DETOUR.PROHIBITED;
    }
    return DETOUR.NO;
  }

  /** The templates that might answer, in their order. Allocates: for who goes the detour. */
  templatesFor(query: Query): readonly number[] {
    const templates = this.find(query)?.templates ?? [];
    return templates
      .filter(({ type, zones }) => (type === 0 || type === query.type) && liesInAny(query, zones))
      .map(({ id }) => id);
  }

  /** The forwards that take the name, in their order. Allocates: for who goes the detour. */
  forwardsFor(query: Query): readonly number[] {
    const forwards = this.find(query)?.forwards ?? [];
    return forwards.filter((forward) => covers(forward, query)).map(({ id }) => id);
  }

  /** The hosts file that may have the name. For who goes the detour. */
  hostsFor(query: Query): number | undefined {
    return this.find(query)?.hosts;
  }

  /** Whether the name lies in a zone that lets some of its names fall through. */
  isInZone(query: Query): boolean {
    const zones = this.find(query)?.fallthrough ?? [];
    return zones.some(({ zone }) => lies(query, zone));
  }

  private find(query: Query): Block | undefined {
    for (const { zone, block } of this.keys) if (lies(query, zone)) return block;
    return undefined;
  }
}

/** Nobody asks for a transfer of what he does not know where to ask for. */
function isTransfer(query: Query): boolean {
  return query.type === TYPE.AXFR || query.type === TYPE.IXFR;
}

function findForward(block: Block, query: Query): Block['forwards'][number] | undefined {
  for (const forward of block.forwards) if (covers(forward, query)) return forward;
  return undefined;
}

function covers({ from, except }: Block['forwards'][number], query: Query): boolean {
  if (!lies(query, from)) return false;
  return query.nameLength === from.octets.length || !liesInAny(query, except);
}

function liesInAny(query: Query, zones: readonly Zone[]): boolean {
  for (const zone of zones) if (lies(query, zone)) return true;
  return false;
}

function lies(query: Query, { octets, labels }: Zone): boolean {
  const index = query.labelCount - labels;
  if (index < 0) return false;
  const at = labels === 0 ? query.nameLength - 1 : (query.labels[index] as number);
  if (query.nameLength - at !== octets.length) return false;
  for (let i = 0; i < octets.length; i++) if (query.name[at + i] !== octets[i]) return false;
  return true;
}

/** Whether the octets occur in the name; those of lengths among them are no letters, which is what is sought. */
function holds({ name, nameLength }: Query, literal: Uint8Array): boolean {
  const { length } = literal;
  for (let at = 1; at + length <= nameLength; at++) {
    let i = 0;
    while (i < length && name[at + i] === literal[i]) i++;
    if (i === length) return true;
  }
  return length === 0;
}

function admits(ranges: readonly AddressRange[], client: Client | undefined): boolean {
  if (client === undefined) return false;
  const peer = client.peer();
  for (const range of ranges) if (isIn(range, peer)) return true;
  return false;
}

function isIn({ octets, bits }: AddressRange, peer: Uint8Array): boolean {
  const whole = bits >> 3;
  for (let i = 0; i < whole; i++) if (octets[i] !== peer[4 + i]) return false;
  if ((bits & 7) === 0) return true;
  const differ = (octets[whole] as number) ^ (peer[4 + whole] as number);
  return differ >> (8 - (bits & 7)) === 0;
}

function blockOf({ templates, fallthrough, forwards, hosts }: DetourBlock): Block {
  return {
    hosts,
    templates: templates.map(({ id, type, zones, literal }) => ({
      id,
      type,
      zones: zones.map(zoneOf),
      literal: new TextEncoder().encode(literal),
    })),
    fallthrough: fallthrough.map(({ zone, names }) => ({
      zone: zoneOf(zone),
      names: names.map(zoneOf),
    })),
    forwards: forwards.map(({ id, from, except, clients }) => ({
      id,
      from: zoneOf(from),
      except: except.map(zoneOf),
      clients,
    })),
  };
}

function zoneOf(name: string): Zone {
  const octets = foldName(parseName(name));
  let labels = 0;
  for (let at = 0; octets[at] !== 0; at += (octets[at] as number) + 1) labels += 1;
  return { octets, labels };
}

function ipv4Range(a: number, b: number, c: number, bits: number): AddressRange {
  const octets = Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, 0]);
  return { octets, bits: 96 + bits };
}
