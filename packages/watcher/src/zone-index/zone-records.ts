import { type FoldedName, foldName, parseName, TYPE } from '@seamark/protocol';
import {
  type ComposedRRset,
  composeRecords,
  composeRRset,
  GLUE,
  WrittenNames,
} from '@seamark/snapshot';
import type { AddressSet } from './address-set.ts';
import { below, isWithin, wireName } from './wire-name.ts';

/** The records of a zone as the snapshot carries them, their names compressed. */

/** A name server of a zone. */
export interface NameServer {
  readonly name: FoldedName;
  /** The same in the case that it was given in. */
  readonly written: Uint8Array;
  /** Whether it lies in the zone, and so needs its addresses from it. */
  readonly inZone: boolean;
}

/**
 * @param text zone-relative, or absolute with a trailing dot.
 * @throws NameError
 */
export function nameServer(text: string, apex: FoldedName): NameServer {
  const name = text.endsWith('.') ? wireName(text) : below(text, apex);
  return { name, written: name, inZone: isWithin(name, apex) };
}

export interface SoaOptions {
  readonly serial: number;
  /** The TTL of the SOA itself, and MINIMUM: so RFC 2308 3 asks nothing more of a negative answer. */
  readonly negativeTtl: number;
}

/** SOA (RFC 1035 3.3.13), owned by the apex wherever that stands in the question. */
export function composeSoa(
  primary: NameServer,
  apex: FoldedName,
  { serial, negativeTtl }: SoaOptions,
): ComposedRRset {
  const numbers = new DataView(new ArrayBuffer(SOA_NUMBERS));
  for (const [i, number] of [serial, REFRESH, RETRY, EXPIRE, negativeTtl].entries()) {
    numbers.setUint32(4 * i, number);
  }
  const rdata = Buffer.concat([
    ...[primary.written, MAILBOX, primary.written],
    new Uint8Array(numbers.buffer),
  ]);
  return composeRRset(TYPE.SOA, negativeTtl, [rdata], new WrittenNames(apex));
}

/** The first label of RNAME. */
const MAILBOX: Uint8Array = parseName('hostmaster').subarray(0, -1);
const REFRESH = 7200;
const RETRY = 1800;
const EXPIRE = 86400;

/** Of NS records, in seconds. Fixed, as with the plugin. */
const NS_TTL = 60;

/**
 * NS of an apex, or, with a TTL of its own, of a zone cut.
 *
 * @param names of the node; glue goes by the same.
 */
export function composeNs(
  servers: readonly NameServer[],
  names: WrittenNames,
  ttl: number = NS_TTL,
): ComposedRRset {
  const rdata = servers.map(({ written }) => written);
  return composeRRset(TYPE.NS, ttl, rdata, names);
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
  const minimum = viewOf(rdata).getUint32(rdata.length - 4);
  return composeRRset(TYPE.SOA, Math.min(ttl, minimum), [rdata], new WrittenNames(apex));
}

function viewOf({ buffer, byteOffset, length }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, length);
}

/** The name servers of a zone cut, or of a zone that a file has, by the RDATA of NS. */
export function cutServers(rdata: readonly Uint8Array[], apex: FoldedName): NameServer[] {
  return rdata.map((written) => {
    const name = foldName(written);
    return { name, written, inZone: isWithin(name, apex) };
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

/**
 * The addresses of name servers in the zone, for the additional section; undefined if none.
 *
 * @param names those that `composeNs` had.
 */
export function composeGlue(
  servers: readonly Glue[],
  names: WrittenNames,
): ComposedRRset | undefined {
  const records = servers.flatMap(({ server, addresses, ttl, ttl6 }) =>
    [...addresses.v4.slice(0, MAX_GLUE), ...addresses.v6.slice(0, MAX_GLUE)].map((rdata) => ({
      owner: server.written,
      ...(rdata.length === 4 ? { type: TYPE.A, ttl } : { type: TYPE.AAAA, ttl: ttl6 }),
      rdata,
    })),
  );
  return records.length === 0 ? undefined : composeRecords(records, GLUE, names);
}

/** CNAME (RFC 1035 3.3.1) to a name in or outside of the zone. */
export function composeCname(target: FoldedName, owner: FoldedName, ttl: number): ComposedRRset {
  return composeRRset(TYPE.CNAME, ttl, [target], new WrittenNames(owner));
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
