import { type ComposedRRset, NODE, type NodeSpec } from '@seamark/snapshot';
import type { Kind } from '../sources/contract.ts';
import { type AddressSet, mergeAddresses, NO_ADDRESSES } from './address-set.ts';
import type { Claims } from './claims.ts';
import type { Gateway } from './gateway.ts';
import { ENTRY, type NameTree } from './name-tree.ts';
import type { Zone } from './zone.ts';
import { composeAddresses, composeGlue, composeNs, composeSoa } from './zone-records.ts';

/** Negative answers live no longer than this many seconds, nor than positive ones. */
const MAX_NEGATIVE_TTL = 60;

/**
 * Makes nodes of names. What a reader finds is settled here: which kind's addresses win, what is an
 * empty non-terminal, where wildcards are, each zone's SOA, NS and glue.
 */
export class NodeComposer {
  private readonly tree: NameTree;
  private readonly claims: Claims;
  private readonly gatewayAround: (entry: number) => Gateway;

  /** @param gatewayAround the gateway in whose zone an entry lies. */
  constructor(tree: NameTree, claims: Claims, gatewayAround: (entry: number) => Gateway) {
    this.tree = tree;
    this.claims = claims;
    this.gatewayAround = gatewayAround;
  }

  composeName(entry: number): NodeSpec {
    const { ttl } = this.gatewayAround(entry).options;
    const rrsets = composeAddresses(this.addressesOf(entry), ttl);
    return this.spec(entry, this.wildcardFlag(entry), rrsets);
  }

  /** A node that hides what older segments say of a name. */
  composeGone(entry: number): NodeSpec {
    return this.spec(entry, NODE.GONE, []);
  }

  composeApex(zone: Zone): NodeSpec {
    const entry = this.tree.apexOf(zone.number);
    const gateway = this.gatewayAround(entry);
    const { ttl } = gateway.options;
    const [primary] = zone.servers;
    if (primary === undefined) throw new Error('a zone without a name server');
    const negativeTtl = Math.min(ttl, MAX_NEGATIVE_TTL);
    const rrsets: ComposedRRset[] = [
      composeSoa(primary, { serial: zone.serial, negativeTtl }),
      composeNs(zone.servers),
      ...composeAddresses(this.addressesOf(entry), ttl),
    ];
    const glue = composeGlue(
      zone.servers.flatMap((server, i) => {
        const at = zone.serverEntries[i] ?? 0;
        return at === 0 ? [] : [{ server, addresses: this.addressesOf(at) }];
      }),
      ttl,
    );
    if (glue !== undefined) rrsets.push(glue);
    return this.spec(entry, NODE.APEX | gateway.stateFlags | this.wildcardFlag(entry), rrsets);
  }

  private spec(entry: number, flags: number, rrsets: readonly ComposedRRset[]): NodeSpec {
    const zone = this.tree.zoneOf(entry);
    const apexLabels = this.tree.apexLabels(zone);
    return { name: this.tree.nameOf(entry), zone, apexLabels, flags, rrsets };
  }

  private wildcardFlag(entry: number): number {
    return this.tree.hasFlags(entry, ENTRY.HAS_WILDCARD_CHILD) ? NODE.HAS_WILDCARD_CHILD : 0;
  }

  /** The first kind, in the configured order, that has an address speaks for the name. */
  private addressesOf(entry: number): AddressSet {
    if (!this.claims.has(entry)) return NO_ADDRESSES;
    const gateway = this.gatewayAround(entry);
    const { resources } = gateway.options;
    // Anybody may write an Ingress whose host is a name server's name: it must not take the zone over.
    const kinds = this.tree.hasFlags(entry, ENTRY.NAME_SERVER)
      ? resources.toSorted((a, b) => Number(b === 'Service') - Number(a === 'Service'))
      : resources;
    for (const kind of kinds) {
      if (!gateway.counts(kind)) continue;
      const addresses = this.addressesClaimed(entry, gateway, kind);
      if (addresses.v4.length + addresses.v6.length > 0) return addresses;
    }
    return NO_ADDRESSES;
  }

  private addressesClaimed(entry: number, gateway: Gateway, kind: Kind): AddressSet {
    const { objects } = gateway;
    const records = [...this.claims.of(entry)];
    const [sole = 0] = records;
    // What nearly every name has.
    if (records.length === 1) {
      return objects.kindOf(sole) === kind ? objects.addressesOf(sole) : NO_ADDRESSES;
    }
    // By their octets: thousands of Ingresses may share a host, and say the same of it.
    const distinct = new Map<string, number>();
    for (const record of records) {
      if (objects.kindOf(record) === kind) distinct.set(objects.packedText(record), record);
    }
    const [first] = distinct.values();
    if (first === undefined) return NO_ADDRESSES;
    const addresses = mergeAddresses(
      Array.from(distinct.values(), (at) => objects.addressesOf(at)),
    );
    gateway.complainOfExcess(`${kind} ${objects.keyOf(first)}`, addresses.excess);
    return addresses;
  }
}
