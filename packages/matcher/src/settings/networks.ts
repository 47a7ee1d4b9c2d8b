// Query path: `holds` neither allocates nor throws. Bench: bench/micro/access.ts.
import { parseAddress } from '@seamark/protocol';

/** Words of one range: four of its first address, four of its last. */
const RANGE_WORDS = 8;
/** ::ffff:0:0/96, where IPv4 clients are: no IPv6 network holds them. */
const MAPPED_FIRST = 0xffffn << 32n;
const MAPPED_LAST = MAPPED_FIRST | 0xffffffffn;

type Range = readonly [first: bigint, last: bigint];

/**
 * A set of addresses, made once of networks: ranges that neither touch nor overlap, in ascending order, so that
 * a client is looked for by halving.
 *
 * Words have their sign bit flipped: as signed numbers, which V8 keeps without allocating, they then
 * compare as unsigned ones would.
 */
export class Networks {
  private readonly words: Int32Array;
  private readonly count: number;

  /** @param networks each as {@link parseNetwork} takes it. */
  constructor(networks: readonly string[]) {
    const ranges = merge(networks.flatMap((network) => parseNetwork(network) ?? []));
    this.count = ranges.length;
    this.words = new Int32Array(ranges.length * RANGE_WORDS);
    for (const [i, [first, last]] of ranges.entries()) {
      writeAddress(this.words, i * RANGE_WORDS, first);
      writeAddress(this.words, i * RANGE_WORDS + 4, last);
    }
  }

  /** @param address four words as {@link readPeer} writes them. */
  holds(address: Int32Array): boolean {
    let low = 0;
    let high = this.count;
    // The last range that begins at the address or before it is the only one that can hold it.
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.compare(middle * RANGE_WORDS, address) <= 0) low = middle + 1;
      else high = middle;
    }
    return low > 0 && this.compare((low - 1) * RANGE_WORDS + 4, address) >= 0;
  }

  private compare(at: number, address: Int32Array): number {
    for (let i = 0; i < 4; i++) {
      const own = this.words[at + i] as number;
      const other = address[i] as number;
      if (own !== other) return own < other ? -1 : 1;
    }
    return 0;
  }
}

/** Reads the address of a peer (`Client.peer`) into four words for {@link Networks.holds}. */
export function readPeer(into: Int32Array, peer: Uint8Array): void {
  for (let i = 0; i < 4; i++) {
    const at = 4 + i * 4;
    into[i] =
      (((peer[at] as number) << 24) |
        ((peer[at + 1] as number) << 16) |
        ((peer[at + 2] as number) << 8) |
        (peer[at + 3] as number)) ^
      (1 << 31);
  }
}

/**
 * The ranges of `ADDRESS` or `ADDRESS/LENGTH`, host bits ignored: one, or two where an IPv6 network goes round
 * the addresses that stand for IPv4.
 *
 * @returns undefined for what is no network
 */
export function parseNetwork(text: string): Range[] | undefined {
  const [, address = '', digits] = /^([0-9a-f.:]+)(?:\/(\d{1,3}))?$/i.exec(text) ?? [];
  const octets = parseAddress(address);
  if (octets === undefined) return undefined;
  const width = octets.length * 8;
  const length = digits === undefined ? width : Number(digits);
  if (length > width) return undefined;
  const value = octets.reduce((sum, octet) => (sum << 8n) | BigInt(octet), 0n);
  const hostBits = (1n << BigInt(width - length)) - 1n;
  const base = width === 32 ? MAPPED_FIRST : 0n;
  const first = base | (value & ~hostBits);
  const last = first | hostBits;
  if (first >= MAPPED_FIRST || last < MAPPED_LAST) return [[first, last]];
  const below: Range = [first, MAPPED_FIRST - 1n];
  return last === MAPPED_LAST ? [below] : [below, [MAPPED_LAST + 1n, last]];
}

function merge(ranges: readonly Range[]): Range[] {
  const merged: [bigint, bigint][] = [];
  for (const [first, last] of ranges.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
    const before = merged.at(-1);
    if (before === undefined || first > before[1] + 1n) merged.push([first, last]);
    else if (last > before[1]) before[1] = last;
  }
  return merged;
}

function writeAddress(words: Int32Array, at: number, address: bigint): void {
  for (let i = 0; i < 4; i++) {
    words[at + i] = Number((address >> BigInt(96 - 32 * i)) & 0xffffffffn) ^ (1 << 31);
  }
}
