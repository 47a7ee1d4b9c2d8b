import { type FoldedName, formatName, LIMIT, TYPE, typeMnemonic } from '@seamark/protocol';
import {
  type ComposedRRset,
  composeRRset,
  fitsNode,
  GLUE,
  type HostSpec,
  NODE,
  type NodeSpec,
  type Publisher,
  WrittenNames,
} from '@seamark/snapshot';
import type { Logger } from '../sources/contract.ts';
import type { AddressSet } from './address-set.ts';
import type { Asides } from './asides.ts';
import type { Claims } from './claims.ts';
import type { Flattening } from './flattening.ts';
import type { Gateway } from './gateway.ts';
import { bindingRdata } from './https-rdata.ts';
import { ENTRY, type NameTree } from './name-tree.ts';
import { type Answer, NO_ANSWER, type Precedence } from './precedence.ts';
import type { ReverseNames } from './reverse-names.ts';
import { isWithin } from './wire-name.ts';
import type { Zone } from './zone.ts';
import {
  composeAddresses,
  composeCname,
  composeGlue,
  composeNs,
  composeOwnSoa,
  composePtr,
  composeSoa,
  cutServers,
  type Glue,
  type NameServer,
  serialOf,
} from './zone-records.ts';

/** Of a zone cut: with eight addresses of each family for each, a node has room for them. */
const MAX_SERVERS_WITH_GLUE = 8;

type Mutable<Type> = { -readonly [Member in keyof Type]: Type[Member] };

/** What a composer works on. */
export interface ComposerParts {
  readonly tree: NameTree;
  readonly claims: Claims;
  readonly precedence: Precedence;
  readonly log: Logger;
  /** The gateway in whose zone an entry lies. */
  readonly gatewayAround: (entry: number) => Gateway;
  /** Addresses that name servers have whatever objects say, by entry. */
  readonly given: ReadonlyMap<number, AddressSet>;
  /** What the apex of a zone tells readers about what is missing: NODE.* or 0. */
  readonly stateOf: (zone: Zone) => number;
  /** Undefined where there is no reverse zone. */
  readonly reverse: ReverseNames | undefined;
  readonly flattening: Flattening;
  readonly asides: Asides;
}

interface ResolvedAnswer extends Answer {
  readonly isUnresolved: boolean;
}

/** Makes nodes of names: what is an empty non-terminal, where wildcards are, each zone's SOA, NS and glue. */
export class NodeComposer {
  private readonly tree: NameTree;
  private readonly parts: ComposerParts;
  /** Entries of which was told that they have too much. */
  private readonly crowded = new Set<number>();
  /** The one in hand. */
  private readonly host = {
    ...{ name: new Uint8Array(LIMIT.NAME), nameLength: 0, labels: 0, hash: 0 },
    ...{ zone: 0, apexLabels: 0, flags: 0, ttl: 0 },
    ...{ addresses: new Uint8Array(0), at: 0, v4: 0, v6: 0 },
  } satisfies HostSpec as Mutable<HostSpec>;

  constructor(parts: ComposerParts) {
    this.tree = parts.tree;
    this.parts = parts;
  }

  /**
   * Adds the node of a name that a sole object gives addresses and nothing else, as nearly every name of a
   * large zone has it: a million of them are composed in a third of the time.
   *
   * @returns false if the name is of another sort: then nothing was added
   */
  addHost(entry: number, publisher: Publisher): boolean {
    const { claims, given } = this.parts;
    const record = claims.soleOf(entry);
    if (record === 0 || (given.size > 0 && given.has(entry))) return false;
    const gateway = this.parts.gatewayAround(entry);
    const { objects } = gateway;
    if (!gateway.counts(objects.originOf(record)) || !objects.findPlain(record)) return false;
    this.parts.flattening.forget(entry);
    const { host, tree } = this;
    host.nameLength = tree.writeName(entry, host.name);
    host.labels = tree.writtenLabels;
    host.hash = tree.hashOf(entry);
    host.zone = tree.zoneOf(entry);
    host.apexLabels = tree.apexLabels(host.zone);
    host.flags = this.wildcardFlag(entry);
    host.ttl = gateway.options.ttl;
    host.addresses = objects.plain.octets;
    host.at = objects.plain.at;
    host.v4 = objects.plain.v4;
    host.v6 = objects.plain.v6;
    publisher.addHost(host);
    return true;
  }

  composeName(entry: number): NodeSpec {
    const gateway = this.parts.gatewayAround(entry);
    const answer = this.resolved(entry, gateway);
    const flags = this.wildcardFlag(entry) | unresolvedFlag(answer);
    return this.spec(entry, flags, this.composeAnswer(entry, answer));
  }

  /** A zone cut has its NS, its DS, and the addresses of those of its name servers that lie below it. */
  composeCut(entry: number): NodeSpec {
    const { rrsets } = this.answerOf(entry);
    const ns = rrsets.find(({ type }) => type === TYPE.NS);
    if (ns === undefined) throw new Error('a zone cut without NS');
    const servers = cutServers(ns.rdata, this.apexOf(entry));
    const name = this.tree.nameOf(entry);
    const names = new WrittenNames(name);
    const composed = [composeNs(servers, names, ns.ttl)];
    const ds = rrsets.find(({ type }) => type === TYPE.DS);
    if (ds !== undefined) composed.push(composeRRset(TYPE.DS, ds.ttl, ds.rdata));
    const below = servers
      .filter((server) => isWithin(server.name, name))
      .slice(0, MAX_SERVERS_WITH_GLUE)
      .map((server) => {
        return this.glueOf(server);
      });
    const glue = composeGlue(below, names);
    if (glue !== undefined) composed.push(glue);
    return this.spec(entry, NODE.CUT, composed);
  }

  /** A node that hides what older segments say of a name. */
  composeGone(entry: number): NodeSpec {
    return this.spec(entry, NODE.GONE, []);
  }

  /** What a zone has of a name server with a name in it, be it below a cut. */
  private glueOf(server: NameServer): Glue {
    const at = this.tree.find(server.name);
    return { server, ...(at === 0 ? NO_ANSWER : this.answerOf(at)) };
  }

  /** The serial of a zone whose SOA is its file's; undefined for any other, and while there is none. */
  serialOf(zone: Zone): number | undefined {
    const entry = this.tree.apexOf(zone.number);
    if (this.parts.gatewayAround(entry).options.authority !== 'file') return undefined;
    const soa = this.answerOf(entry).rrsets.find(({ type }) => type === TYPE.SOA);
    return soa?.rdata[0] && serialOf(soa.rdata[0]);
  }

  composeApex(zone: Zone): NodeSpec {
    const entry = this.tree.apexOf(zone.number);
    const gateway = this.parts.gatewayAround(entry);
    const answer = this.resolved(entry, gateway);
    const isOwn = gateway.options.authority === 'file';
    const [first, glue] = isOwn
      ? this.ownAuthority(entry, answer)
      : this.configuredAuthority(zone, gateway);
    const rrsets = [...first, ...this.composeAnswer(entry, answer)];
    if (glue !== undefined) rrsets.push(glue);
    const flags = this.parts.stateOf(zone) | this.wildcardFlag(entry) | unresolvedFlag(answer);
    return this.spec(entry, NODE.APEX | flags, rrsets);
  }

  /** SOA and NS of the configuration, and where its name servers are. */
  private configuredAuthority(
    zone: Zone,
    { negativeTtl, options }: Gateway,
  ): [ComposedRRset[], ComposedRRset | undefined] {
    const { ttl } = options;
    const [primary] = zone.servers;
    if (primary === undefined) throw new Error('a zone without a name server');
    const { apexName, serial } = zone;
    const names = new WrittenNames(apexName);
    const soa = composeSoa(primary, apexName, { serial, negativeTtl });
    const ns = composeNs(zone.servers, names);
    const located = zone.servers.flatMap((server, i) => {
      const at = zone.serverEntries[i] ?? 0;
      if (at === 0) return [];
      const { addresses } = this.resolved(at, this.parts.gatewayAround(at));
      return [{ server, addresses, ttl, ttl6: ttl }];
    });
    return [[soa, ns], composeGlue(located, names)];
  }

  /** SOA and NS that the apex owns; neither before its file has been read. */
  private ownAuthority(
    entry: number,
    { rrsets }: Answer,
  ): [ComposedRRset[], ComposedRRset | undefined] {
    const apex = this.tree.nameOf(entry);
    const composed: ComposedRRset[] = [];
    const soa = rrsets.find(({ type }) => type === TYPE.SOA);
    if (soa?.rdata[0] !== undefined) composed.push(composeOwnSoa(soa.rdata[0], soa.ttl, apex));
    const ns = rrsets.find(({ type }) => type === TYPE.NS);
    if (ns === undefined) return [composed, undefined];
    const servers = cutServers(ns.rdata, apex);
    const names = new WrittenNames(apex);
    composed.push(composeNs(servers, names, ns.ttl));
    const inside = servers.filter(({ inZone }) => inZone).slice(0, MAX_SERVERS_WITH_GLUE);
    const glue = composeGlue(
      inside.map((server) => this.glueOf(server)),
      names,
    );
    return [composed, glue];
  }

  /** The addresses that the name's node has. */
  addressesOf(entry: number): AddressSet {
    return this.resolved(entry, this.parts.gatewayAround(entry)).addresses;
  }

  /** What a name owns, host names unresolved. */
  answerOf(entry: number, gateway: Gateway = this.parts.gatewayAround(entry)): Answer {
    const { given, precedence } = this.parts;
    const addresses = given.size === 0 ? undefined : given.get(entry);
    if (addresses !== undefined) {
      const { ttl } = gateway.options;
      return { ...NO_ANSWER, addresses, ttl, ttl6: ttl };
    }
    return precedence.answerOf(entry, gateway);
  }

  /** What it is answered with: of its host names none is left, or the one that a CNAME leads to. */
  private resolved(entry: number, gateway: Gateway): ResolvedAnswer {
    const { flattening } = this.parts;
    const answer = this.answerOf(entry, gateway);
    if (answer.targets.length === 0 || this.isAlias(entry, answer, gateway)) {
      flattening.forget(entry);
      return { ...answer, isUnresolved: false };
    }
    return { ...answer, targets: [], ...flattening.flatten(entry, answer) };
  }

  /** Whether a CNAME can say it: it is alone (RFC 2181 10.1), and no name server has one (10.3). */
  private isAlias(
    entry: number,
    { addresses, targets, rrsets }: Answer,
    gateway: Gateway,
  ): boolean {
    if (gateway.options.flatten === true || targets.length > 1) return false;
    if (addresses.v4.length + addresses.v6.length > 0 || rrsets.some(isAnswered)) return false;
    return !this.tree.hasFlags(entry, ENTRY.APEX | ENTRY.NAME_SERVER);
  }

  private composeAnswer(entry: number, answer: ResolvedAnswer): ComposedRRset[] {
    const [target] = answer.targets;
    if (target !== undefined) return [composeCname(target, this.tree.nameOf(entry), answer.ttl)];
    const composed = composeAddresses(answer.addresses, answer);
    const answered = answer.rrsets.filter(isAnswered);
    const name = answered.length === 0 ? undefined : this.tree.nameOf(entry);
    for (const { type, ttl, rdata } of answered) {
      composed.push(composeRRset(type, ttl, rdata, name && new WrittenNames(name)));
    }
    if (answer.bindings.length > 0) this.composeHttps(entry, answer, composed);
    return this.withPtr(entry, composed);
  }

  /** @param composed gets it: at a name with addresses, or beside one of them. */
  private composeHttps(entry: number, answer: ResolvedAnswer, composed: ComposedRRset[]): void {
    const { addresses, bindings, bindingsTtl } = answer;
    const isReached = addresses.v4.length + addresses.v6.length > 0;
    const usable = bindings.filter(({ isAside }) =>
      isAside ? this.parts.asides.holds(entry) : isReached,
    );
    if (usable.length === 0) return;
    const ttl = Math.min(
      bindingsTtl,
      addresses.v4.length > 0 ? answer.ttl : Infinity,
      addresses.v6.length > 0 ? answer.ttl6 : Infinity,
    );
    const name = this.tree.nameOf(entry);
    const rdata = usable.map((binding) => bindingRdata(binding, name, addresses));
    composed.push(composeRRset(TYPE.HTTPS, ttl, rdata));
  }

  /** What an object says of a reverse name, a PTR or a CNAME, counts in place of what its address leads to. */
  private withPtr(entry: number, composed: ComposedRRset[]): ComposedRRset[] {
    const target = this.parts.reverse?.targetOf(entry);
    if (target === undefined || composed.some(({ type }) => type === TYPE.PTR)) return composed;
    const { ttl } = this.parts.gatewayAround(entry).options;
    return [...composed, composePtr(target, ttl)];
  }

  private apexOf(entry: number): ReturnType<NameTree['nameOf']> {
    return this.tree.nameOf(this.tree.apexOf(this.tree.zoneOf(entry)));
  }

  private spec(entry: number, flags: number, rrsets: readonly ComposedRRset[]): NodeSpec {
    const zone = this.tree.zoneOf(entry);
    const apexLabels = this.tree.apexLabels(zone);
    const name = this.tree.nameOf(entry);
    return { name, zone, apexLabels, flags, rrsets: this.fitting(entry, name, rrsets) };
  }

  /**
   * As many of a name's RRsets as a node has room for, from the first on: objects of strangers may bring any number
   * of types, and what each RRset may take, glue and an apex's own records come to more than a node.
   */
  private fitting(
    entry: number,
    name: FoldedName,
    rrsets: readonly ComposedRRset[],
  ): readonly ComposedRRset[] {
    let kept = rrsets;
    while (!fitsNode({ name, rrsets: kept })) kept = kept.slice(0, -1);
    const excess = rrsets.length - kept.length;
    if (excess === 0) this.crowded.delete(entry);
    else if (!this.crowded.has(entry)) {
      this.crowded.add(entry);
      const types = rrsets.slice(kept.length).map(({ type }) => mnemonicOf(type));
      const which =
        types.slice(0, MAX_TYPES_TOLD).join(', ') + (excess > MAX_TYPES_TOLD ? ', …' : '');
      const text = `${formatName(name)}: ${excess} RRsets (${which}) are left out, as a node of the snapshot has room for 255 of them, and for 64 KiB`;
      this.parts.log.warn({ event: 'records-left-out', name: formatName(name), excess }, text);
    }
    return kept;
  }

  private wildcardFlag(entry: number): number {
    return this.tree.hasFlags(entry, ENTRY.HAS_WILDCARD_CHILD) ? NODE.HAS_WILDCARD_CHILD : 0;
  }
}

/** Of RRsets that are left out, for people. */
const MAX_TYPES_TOLD = 5;

function mnemonicOf(type: number): string {
  return type === GLUE ? 'glue' : typeMnemonic(type);
}

function unresolvedFlag({ isUnresolved }: ResolvedAnswer): number {
  return isUnresolved ? NODE.UNRESOLVED : 0;
}

/** NS and SOA of an apex are composed apart; any other name with NS is a zone cut, or no name for NS. */
function isAnswered({ type }: { readonly type: number }): boolean {
  return type !== TYPE.NS && type !== TYPE.SOA;
}
