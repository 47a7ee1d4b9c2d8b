import { type FoldedName, foldName, TYPE } from '@seamark/protocol';
import {
  type ComposedRRset,
  composeRecords,
  composeRRset,
  GLUE,
  type RecordSpec,
} from '@seamark/snapshot';
import type { AddressSet } from './address-set.ts';
import { below, isWithin, wireName } from './wire-name.ts';

/**
 * The records of a zone as the snapshot carries them. Names inside the zone are composed as their
 * labels and an apex pointer, which the reader fills in.
 */

/** A name server of a zone. */
export interface NameServer {
  readonly name: FoldedName;
  /** Whether it lies in the zone, and so needs its addresses from it. */
  readonly inZone: boolean;
  /** The octets that stand for it in RDATA. */
  readonly octets: Uint8Array;
  /** Where its apex pointer lies in them: none for a name elsewhere. */
  readonly pointers: readonly number[];
}

/**
 * @param text zone-relative, or absolute with a trailing dot.
 * @throws NameError
 */
export function nameServer(text: string, apex: FoldedName): NameServer {
  const name = text.endsWith('.') ? wireName(text) : below(text, apex);
  return { name, ...inZone(name, apex) };
}

/** How a name, in any case, is written in the zone's records: in the zone, as its labels and an apex pointer. */
function inZone(name: Uint8Array, apex: FoldedName): Omit<NameServer, 'name'> {
  if (!isWithin(foldName(name), apex)) return { inZone: false, octets: name, pointers: [] };
  const labels = name.length - apex.length;
  const octets = Uint8Array.of(...name.subarray(0, labels), 0xc0, 0x0c);
  return { inZone: true, octets, pointers: [labels] };
}

export interface SoaOptions {
  readonly serial: number;
  /** The TTL of the SOA itself, and MINIMUM: so RFC 2308 3 asks nothing more of a negative answer. */
  readonly negativeTtl: number;
}

/** SOA (RFC 1035 3.3.13), owned by the apex wherever that stands in the question. */
export function composeSoa(primary: NameServer, options: SoaOptions): ComposedRRset {
  const mailbox = Uint8Array.from('\x0ahostmaster', (character) => character.charCodeAt(0));
  const names = [primary.octets, mailbox, primary.octets];
  const rdata = new Uint8Array(2 * primary.octets.length + mailbox.length + 20);
  let at = 0;
  for (const octets of names) {
    rdata.set(octets, at);
    at += octets.length;
  }
  const view = new DataView(rdata.buffer, at);
  view.setUint32(0, options.serial);
  view.setUint32(4, REFRESH);
  view.setUint32(8, RETRY);
  view.setUint32(12, EXPIRE);
  view.setUint32(16, options.negativeTtl);
  const second = primary.octets.length + mailbox.length;
  const record: RecordSpec = {
    owner: Uint8Array.of(0xc0, 0x0c),
    ownerPointers: [0],
    type: TYPE.SOA,
    ttl: options.negativeTtl,
    rdata,
    rdataPointers: [...primary.pointers, ...primary.pointers.map((pointer) => second + pointer)],
  };
  return composeRecords([record], TYPE.SOA);
}

const REFRESH = 7200;
const RETRY = 1800;
const EXPIRE = 86400;

/** Of NS records, in seconds. Fixed, as with the plugin. */
const NS_TTL = 60;

/** NS of an apex, or, with a TTL of its own, of a zone cut. */
export function composeNs(servers: readonly NameServer[], ttl: number = NS_TTL): ComposedRRset {
  return composeRRset(
    TYPE.NS,
    ttl,
    servers.map((server) => server.octets),
    servers.map((server) => server.pointers),
  );
}

/** Octets of a SOA's RDATA behind its names: SERIAL, REFRESH, RETRY, EXPIRE, MINIMUM. */
const SOA_NUMBERS = 20;

/** The serial in a SOA's RDATA. */
export function serialOf(rdata: Uint8Array): number {
  return viewOf(rdata).getUint32(rdata.length - SOA_NUMBERS);
}

/**
 * A SOA as a zone file has it. It serves for questions for it as well as for negative answers, whose TTL must not be
 * longer than MINIMUM (RFC 2308 3).
 */
export function composeOwnSoa(rdata: Uint8Array, ttl: number, apex: FoldedName): ComposedRRset {
  const view = viewOf(rdata);
  const numbers = rdata.length - SOA_NUMBERS;
  const second = nameLength(rdata, 0);
  const names = [rdata.slice(0, second), rdata.slice(second, numbers)].map((name) =>
    inZone(name, apex),
  );
  const [primary, mailbox] = names as [Omit<NameServer, 'name'>, Omit<NameServer, 'name'>];
  const record: RecordSpec = {
    owner: Uint8Array.of(0xc0, 0x0c),
    ownerPointers: [0],
    type: TYPE.SOA,
    ttl: Math.min(ttl, view.getUint32(rdata.length - 4)),
    rdata: Buffer.concat([primary.octets, mailbox.octets, rdata.subarray(numbers)]),
    rdataPointers: [
      ...primary.pointers,
      ...mailbox.pointers.map((pointer) => primary.octets.length + pointer),
    ],
  };
  return composeRecords([record], TYPE.SOA);
}

function viewOf({ buffer, byteOffset, length }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, length);
}

function nameLength(octets: Uint8Array, start: number): number {
  let at = start;
  while (octets[at] !== 0) at += (octets[at] as number) + 1;
  return at + 1 - start;
}

/** The name servers of a zone cut, or of a zone that a file has, by the RDATA of NS. */
export function cutServers(rdata: readonly Uint8Array[], apex: FoldedName): NameServer[] {
  return rdata.map((octets) => {
    return { name: foldName(octets), ...inZone(octets, apex) };
  });
}

/** Addresses of each family that a name server is given in the additional section. */
const MAX_GLUE = 8;

/** A name server and the addresses that it is given. */
export interface Glue {
  readonly server: NameServer;
  readonly addresses: AddressSet;
  /** Of IPv4 and of IPv6 addresses. */
  readonly ttl: number;
  readonly ttl6: number;
}

/** The addresses of name servers in the zone, for the additional section; undefined if none. */
export function composeGlue(servers: readonly Glue[]): ComposedRRset | undefined {
  const records = servers.flatMap(({ server, addresses, ttl, ttl6 }) =>
    [...addresses.v4.slice(0, MAX_GLUE), ...addresses.v6.slice(0, MAX_GLUE)].map((rdata) => ({
      owner: server.octets,
      ownerPointers: server.pointers,
      ...(rdata.length === 4 ? { type: TYPE.A, ttl } : { type: TYPE.AAAA, ttl: ttl6 }),
      rdata,
      rdataPointers: [],
    })),
  );
  return records.length === 0 ? undefined : composeRecords(records, GLUE);
}

/** CNAME (RFC 1035 3.3.1) to a name in or outside of the zone. */
export function composeCname(target: FoldedName, apex: FoldedName, ttl: number): ComposedRRset {
  const { octets, pointers } = inZone(target, apex);
  return composeRRset(TYPE.CNAME, ttl, [octets], [pointers]);
}

/** PTR (RFC 1035 3.3.12) to a name outside of the zone. */
export function composePtr(target: FoldedName, ttl: number): ComposedRRset {
  return composeRRset(TYPE.PTR, ttl, [target]);
}

/** The address RRsets of a name; those without records are not there. */
export function composeAddresses(
  addresses: AddressSet,
  { ttl, ttl6 }: { readonly ttl: number; readonly ttl6: number },
): ComposedRRset[] {
  const rrsets: ComposedRRset[] = [];
  if (addresses.v4.length > 0) rrsets.push(composeRRset(TYPE.A, ttl, addresses.v4));
  if (addresses.v6.length > 0) rrsets.push(composeRRset(TYPE.AAAA, ttl6, addresses.v6));
  return rrsets;
}
