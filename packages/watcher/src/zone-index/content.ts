import { type FoldedName, NameError, TYPE, typeMnemonic } from '@seamark/protocol';
import type { Claim, ClaimedHttps, ClaimedRRset } from '../projection/contract.ts';
import { type AddressSet, addressSet, NO_ADDRESSES } from './address-set.ts';
import {
  hasAside,
  NO_BINDINGS,
  packedBindingLength,
  packHttps,
  unpackHttps,
} from './packed-bindings.ts';
import { wireName } from './wire-name.ts';

/** What a claim says of its names, in the index's own terms. */
export interface Content {
  readonly addresses: AddressSet;
  /** Seconds, or DEFAULT_TTL. */
  readonly ttl: number;
  /** Host names that stand where addresses would. */
  readonly targets: readonly FoldedName[];
  readonly rrsets: readonly ClaimedRRset[];
  /** HTTPS records that its names are to have with their addresses; none as a rule. */
  readonly https: ClaimedHttps;
}

/** The gateway's own. */
export const DEFAULT_TTL = -1;

/** Octets at most of all records of a name but its addresses: with those, a node has room for them. */
export const MAX_RRSET_OCTETS: number = 12 * 1024;

/** What a record takes of that. */
export function recordOctets(rdata: Uint8Array): number {
  return rdata.length + 12;
}

const NO_TARGETS: readonly FoldedName[] = [];
const NO_RRSETS: readonly ClaimedRRset[] = [];

/** @param faults gets a line for each part of the claim that can't be kept. */
export function contentOf(claim: Claim, faults: string[]): Content {
  const addresses = addressSet(claim.addresses);
  if (addresses.excess > 0) {
    faults.push(
      `${addresses.excess} addresses of ${ownersOf(claim)} are left out: a node of the snapshot has room for some 1,500 of IPv4 and 870 of IPv6`,
    );
  }
  return {
    addresses,
    ttl: claim.ttl ?? DEFAULT_TTL,
    targets: claim.targets === undefined ? NO_TARGETS : targetsOf(claim.targets, faults),
    rrsets: claim.rrsets === undefined ? NO_RRSETS : fitting(claim, claim.rrsets, faults),
    https: claim.https === undefined ? NO_BINDINGS : fittingHttps(claim, claim.https, faults),
  };
}

/** Whether there is anything to answer with. */
export function isEmpty(content: Content): boolean {
  const { addresses, targets, rrsets } = content;
  const records = addresses.v4.length + addresses.v6.length + targets.length + rrsets.length;
  return records === 0 && !hasAside(content);
}

function targetsOf(texts: readonly string[], faults: string[]): readonly FoldedName[] {
  const targets: FoldedName[] = [];
  for (const text of texts) {
    try {
      targets.push(wireName(text));
    } catch (error) {
      if (!(error instanceof NameError)) throw error;
      faults.push(error.message);
    }
  }
  return targets;
}

function fitting(
  claim: Claim,
  rrsets: readonly ClaimedRRset[],
  faults: string[],
): readonly ClaimedRRset[] {
  let octets = 0;
  return rrsets.filter(({ type, rdata }) => {
    const size = rdata.reduce((sum, octets) => sum + recordOctets(octets), 0);
    if (octets + size > MAX_RRSET_OCTETS) {
      const what = `the ${typeMnemonic(type)} records of ${ownersOf(claim)}`;
      faults.push(`${what} are left out: a name has room for 12 KiB of them`);
      return false;
    }
    octets += size;
    return true;
  });
}

/** Octets of what makes HTTPS records of one claim, one for each port. */
const MAX_HTTPS_OCTETS = 3 * 1024;

function fittingHttps(claim: Claim, https: ClaimedHttps, faults: string[]): ClaimedHttps {
  if (https === 'off') return https;
  let octets = 0;
  const kept = https.filter((binding) => {
    octets += 4 + packedBindingLength(binding);
    return octets <= MAX_HTTPS_OCTETS;
  });
  if (kept.length < https.length) {
    const ports = https.slice(kept.length).map(({ port }) => port);
    const what = `HTTPS records of ${ownersOf(claim)} for the ports ${ports.join(', ')}`;
    faults.push(`${what} are left out: a claim has room for 3 KiB of them`);
  }
  return kept;
}

/** Whose they are, for people. */
function ownersOf({ names }: Claim): string {
  const [first, ...more] = names;
  const name = JSON.stringify(first?.name ?? '');
  return more.length === 0 ? name : `${name} and ${more.length} more`;
}

/*
 * Packed, little-endian:
 *
 *   addresses alone, as nearly everything has it
 *     count of IPv4 (16) | IPv4 … | IPv6 …
 *   and with more
 *     count of IPv4 (15), 1 (1) | TTL (32) | count of IPv6 (16) | IPv4 … | IPv6 … | records
 *   each of the records: type (16) | octets (16) | RDATA, targets as CNAME, what https says as type 0, which
 *   no record is of (RFC 6895 3.1)
 */
const EXTENDED = 0x8000;
const EXTENSION = 6;
const HTTPS_TO_COMPOSE = 0;

function isPlain({ ttl, targets, rrsets, https }: Content): boolean {
  return ttl === DEFAULT_TTL && targets.length === 0 && rrsets.length === 0 && https.length === 0;
}

export function packedLength(content: Content): number {
  const { addresses, targets, rrsets, https } = content;
  let length = 2 + 4 * addresses.v4.length + 16 * addresses.v6.length;
  if (isPlain(content)) return length;
  length += EXTENSION;
  for (const target of targets) length += 4 + target.length;
  for (const { rdata } of rrsets) for (const octets of rdata) length += 4 + octets.length;
  if (https === 'off') return length + 4;
  for (const binding of https) length += 4 + packedBindingLength(binding);
  return length;
}

/** Writes `packedLength` octets at the start of `into`. */
export function packContent(content: Content, into: Uint8Array): void {
  const { addresses, ttl, targets, rrsets, https } = content;
  const { v4, v6 } = addresses;
  const plain = isPlain(content);
  let at = put16(into, 0, plain ? v4.length : v4.length | EXTENDED);
  if (!plain) {
    at = put16(into, at, ttl & 0xffff);
    at = put16(into, at, ttl >>> 16);
    at = put16(into, at, v6.length);
  }
  for (const octets of v4) at = put(into, at, octets);
  for (const octets of v6) at = put(into, at, octets);
  for (const target of targets) at = putRecord(into, at, TYPE.CNAME, target);
  for (const { type, rdata } of rrsets) {
    for (const octets of rdata) at = putRecord(into, at, type, octets);
  }
  if (https.length === 0) return;
  for (const octets of packHttps(https)) at = putRecord(into, at, HTTPS_TO_COMPOSE, octets);
}

/**
 * How many IPv4 addresses lie two octets behind `start`, where something was packed that is addresses alone: the
 * rest are IPv6; -1 where it is more than that.
 */
export function plainV4(from: Uint8Array, start: number): number {
  const head = get16(from, start);
  return (head & EXTENDED) === 0 ? head : -1;
}

/** What was packed as `length` octets at `start` of `from`; new arrays. */
export function unpackContent(from: Uint8Array, start: number, length: number): Content {
  const head = get16(from, start);
  const end = start + length;
  if ((head & EXTENDED) === 0) {
    const middle = start + 2 + 4 * head;
    const addresses = unpackAddresses(from, start + 2, middle, end);
    return {
      ...{ addresses, ttl: DEFAULT_TTL, targets: NO_TARGETS },
      ...{ rrsets: NO_RRSETS, https: NO_BINDINGS },
    };
  }
  const ttl = get16(from, start + 2) | (get16(from, start + 4) << 16);
  const v4 = start + 2 + EXTENSION;
  const v6 = v4 + 4 * (head & ~EXTENDED);
  let at = v6 + 16 * get16(from, start + 6);
  const addresses = unpackAddresses(from, v4, v6, at);
  const targets: FoldedName[] = [];
  const rrsets = new Map<number, Uint8Array[]>();
  let https: ClaimedHttps = NO_BINDINGS;
  while (at < end) {
    const type = get16(from, at);
    const next = at + 4 + get16(from, at + 2);
    const rdata = from.slice(at + 4, next);
    const known = rrsets.get(type);
    if (type === TYPE.CNAME) targets.push(rdata as FoldedName);
    else if (type === HTTPS_TO_COMPOSE) https = unpackHttps(rdata, https);
    else if (known === undefined) rrsets.set(type, [rdata]);
    else known.push(rdata);
    at = next;
  }
  return {
    addresses,
    ttl,
    targets,
    rrsets: Array.from(rrsets, ([type, rdata]) => ({ type, rdata })),
    https,
  };
}

function unpackAddresses(from: Uint8Array, v4: number, v6: number, end: number): AddressSet {
  if (v4 === end) return NO_ADDRESSES;
  const set: { v4: Uint8Array[]; v6: Uint8Array[]; excess: number } = { v4: [], v6: [], excess: 0 };
  for (let at = v4; at < v6; at += 4) set.v4.push(from.slice(at, at + 4));
  for (let at = v6; at < end; at += 16) set.v6.push(from.slice(at, at + 16));
  return set;
}

function put(into: Uint8Array, at: number, octets: Uint8Array): number {
  into.set(octets, at);
  return at + octets.length;
}

function put16(into: Uint8Array, at: number, value: number): number {
  into[at] = value;
  into[at + 1] = value >>> 8;
  return at + 2;
}

function putRecord(into: Uint8Array, at: number, type: number, rdata: Uint8Array): number {
  return put(into, put16(into, put16(into, at, type), rdata.length), rdata);
}

function get16(from: Uint8Array, at: number): number {
  return (from[at] as number) | ((from[at + 1] as number) << 8);
}
