import { parseAddress } from '@seamark/protocol';

/** Addresses as RDATA, in ascending order, without duplicates. */
export interface AddressSet {
  readonly v4: readonly Uint8Array[];
  readonly v6: readonly Uint8Array[];
  /** How many were left out because a message can't carry more. */
  readonly excess: number;
}

export const NO_ADDRESSES: AddressSet = { v4: [], v6: [], excess: 0 };

/** Octets at most of the addresses of one name: with everything else, they fit 64 KiB. */
const MAX_ADDRESS_OCTETS = 48 * 1024;

/** An order of their own, so that replicas of a server compose the same octets. */
export function addressSet(texts: readonly string[]): AddressSet {
  return setOf(texts.map(parseAddress).filter((octets) => octets !== undefined));
}

/** All that the sets have between them. */
export function mergeAddresses(sets: readonly AddressSet[]): AddressSet {
  const [first = NO_ADDRESSES] = sets;
  return sets.length < 2 ? first : setOf(sets.flatMap(({ v4, v6 }) => [...v4, ...v6]));
}

function setOf(all: readonly Uint8Array[]): AddressSet {
  const [first] = all;
  if (first === undefined) return NO_ADDRESSES;
  // What nearly every name has; sorting and searching made up a third of composing a large zone.
  if (all.length === 1) {
    return first.length === 4 ? { ...NO_ADDRESSES, v4: [first] } : { ...NO_ADDRESSES, v6: [first] };
  }
  const [v4, left4] = within(
    all.filter(({ length }) => length === 4),
    16,
  );
  const [v6, left6] = within(
    all.filter(({ length }) => length === 16),
    28,
  );
  return { v4, v6, excess: left4 + left6 };
}

function within(rdata: Uint8Array[], recordLength: number): [Uint8Array[], number] {
  rdata.sort(Buffer.compare);
  const unique = rdata.filter((octets, i) => {
    const before = rdata[i - 1];
    return before === undefined || Buffer.compare(before, octets) !== 0;
  });
  const most = Math.floor(MAX_ADDRESS_OCTETS / 2 / recordLength);
  return [unique.slice(0, most), Math.max(0, unique.length - most)];
}

/** Octets of a set in `packAddresses`' form. */
export function packedLength({ v4, v6 }: AddressSet): number {
  return 2 + 4 * v4.length + 16 * v6.length;
}

/** Writes `count of IPv4 (16, little-endian) | IPv4 … | IPv6 …` at the start of `into`. */
export function packAddresses({ v4, v6 }: AddressSet, into: Uint8Array): void {
  into[0] = v4.length;
  into[1] = v4.length >>> 8;
  let at = 2;
  for (const octets of [...v4, ...v6]) {
    into.set(octets, at);
    at += octets.length;
  }
}

/** The set that was packed as `length` octets at `start` of `from`; new arrays. */
export function unpackAddresses(from: Uint8Array, start: number, length: number): AddressSet {
  const count = (from[start] as number) | ((from[start + 1] as number) << 8);
  const middle = start + 2 + 4 * count;
  const v4: Uint8Array[] = [];
  const v6: Uint8Array[] = [];
  for (let at = start + 2; at < middle; at += 4) v4.push(from.slice(at, at + 4));
  for (let at = middle; at < start + length; at += 16) v6.push(from.slice(at, at + 16));
  return { v4, v6, excess: 0 };
}
