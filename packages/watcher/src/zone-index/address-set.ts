import { parseAddress } from '@seamark/protocol';

/** Addresses as RDATA, in ascending order, without duplicates. */
export interface AddressSet {
  readonly v4: readonly Uint8Array[];
  readonly v6: readonly Uint8Array[];
  /** How many were left out because a message can't carry more. */
  readonly excess: number;
}

const NONE: readonly Uint8Array[] = [];

export const NO_ADDRESSES: AddressSet = { v4: NONE, v6: NONE, excess: 0 };

/** Octets at most of the addresses of one name: with everything else, they fit 64 KiB. */
const MAX_ADDRESS_OCTETS = 48 * 1024;

/** An order of their own, so that replicas of a server compose the same octets. */
export function addressSet(texts: readonly string[]): AddressSet {
  const [first] = texts;
  // What nearly every object has.
  if (texts.length === 1 && first !== undefined) {
    const octets = parseAddress(first);
    return octets === undefined ? NO_ADDRESSES : soleAddress(octets);
  }
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
  if (all.length === 1) return soleAddress(first);
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

function soleAddress(octets: Uint8Array): AddressSet {
  return octets.length === 4
    ? { v4: [octets], v6: NONE, excess: 0 }
    : { v4: NONE, v6: [octets], excess: 0 };
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
