import { type FoldedName, LIMIT } from '@seamark/protocol';
import { isWithin, wireName } from './wire-name.ts';

/** The addresses of one family, and how they are written as labels. */
interface Family {
  readonly suffix: FoldedName;
  /** Of an address. */
  readonly octets: number;
  /** Bits that a label has. */
  readonly bits: number;
  readonly radix: number;
}

const FAMILIES: readonly Family[] = [
  // RFC 1035 3.5
  { suffix: wireName('in-addr.arpa'), octets: 4, bits: 8, radix: 10 },
  // RFC 3596 2.5
  { suffix: wireName('ip6.arpa'), octets: 16, bits: 4, radix: 16 },
];

/** Whether a zone has names of addresses. */
export function isReverse(apex: FoldedName): boolean {
  return FAMILIES.some(({ suffix }) => isWithin(apex, suffix));
}

/**
 * A zone and the addresses that have a name in it. Of an address, the apex has the first labels, counted from the
 * right; the others stand in front of it. So it is in a classless zone, too (RFC 2317): 192.0.2.130 is
 * `130.128/25.2.0.192.in-addr.arpa` in `128/25.2.0.192.in-addr.arpa`.
 */
export class ReverseZone {
  private readonly apex: FoldedName;
  private readonly family: Family;
  /** Labels of an address that its name has not got in front of the apex. */
  private readonly taken: number;
  private readonly prefix: Uint8Array;
  private readonly prefixBits: number;
  private readonly name = new Uint8Array(LIMIT.NAME);

  /** @param apex of a reverse zone; undefined where no address has a name in it, as in `a.in-addr.arpa`. */
  static of(apex: FoldedName): ReverseZone | undefined {
    const family = FAMILIES.find(({ suffix }) => isWithin(apex, suffix));
    if (family === undefined) return undefined;
    const labels = labelsBefore(apex, family.suffix);
    const classless = family.octets === 4 ? classlessOf(labels) : undefined;
    const parts = (classless === undefined ? labels : labels.slice(1)).map((label) =>
      partOf(label, family),
    );
    if (parts.length * family.bits > 8 * family.octets) return undefined;
    if (parts.some((part) => part === undefined)) return undefined;
    const all = [...(classless === undefined ? [] : [classless.first]), ...(parts as number[])];
    const prefix = prefixOf(all.toReversed(), family);
    return new ReverseZone(apex, family, {
      taken: parts.length,
      prefix,
      bits: classless?.bits ?? parts.length * family.bits,
    });
  }

  private constructor(
    apex: FoldedName,
    family: Family,
    range: { readonly taken: number; readonly prefix: Uint8Array; readonly bits: number },
  ) {
    this.apex = apex;
    this.family = family;
    this.taken = range.taken;
    this.prefix = range.prefix;
    this.prefixBits = range.bits;
  }

  /** Whether an address, 4 or 16 octets, has a name in the zone. */
  covers(address: Uint8Array): boolean {
    if (address.length !== this.family.octets) return false;
    const whole = this.prefixBits >> 3;
    for (let i = 0; i < whole; i++) if (address[i] !== this.prefix[i]) return false;
    const rest = this.prefixBits & 7;
    if (rest === 0) return true;
    return ((address[whole] as number) ^ (this.prefix[whole] as number)) >> (8 - rest) === 0;
  }

  /** The name of an address that the zone covers: octets that are written over by the next call. */
  nameOf(address: Uint8Array): FoldedName {
    const { apex, name } = this;
    const { bits, octets, radix } = this.family;
    let at = 0;
    for (let part = (8 * octets) / bits - 1; part >= this.taken; part--) {
      const octet = address[(part * bits) >> 3] as number;
      const text = (bits === 8 ? octet : part & 1 ? octet & 15 : octet >> 4).toString(radix);
      name[at++] = text.length;
      for (let i = 0; i < text.length; i++) name[at++] = text.charCodeAt(i);
    }
    name.set(apex, at);
    return name.subarray(0, at + apex.length) as FoldedName;
  }
}

function labelsBefore(name: FoldedName, suffix: FoldedName): string[] {
  const labels: string[] = [];
  for (let at = 0; at < name.length - suffix.length; at += (name[at] as number) + 1) {
    const label = name.subarray(at + 1, at + 1 + (name[at] as number));
    labels.push(String.fromCharCode(...label));
  }
  return labels;
}

/** `128/25` in front of three octets; a length of 24 or less is no part of an octet. */
function classlessOf(labels: readonly string[]): { first: number; bits: number } | undefined {
  const [, digits = '', length = ''] = /^(\d{1,3})\/(\d\d)$/.exec(labels[0] ?? '') ?? [];
  const first = Number(digits);
  const bits = Number(length);
  if (digits === '' || labels.length !== 4 || bits < 25 || bits > 32) return undefined;
  const isFirst = first < 256 && String(first) === digits && first % 2 ** (32 - bits) === 0;
  return isFirst ? { first, bits } : undefined;
}

/** The number that a label is, if an address is written so. */
function partOf(label: string, { bits, radix }: Family): number | undefined {
  const part = Number.parseInt(label, radix);
  return part < 2 ** bits && part.toString(radix) === label ? part : undefined;
}

function prefixOf(parts: readonly number[], { bits, octets }: Family): Uint8Array {
  const prefix = new Uint8Array(octets);
  for (const [i, part] of parts.entries()) {
    const at = (i * bits) >> 3;
    prefix[at] = (prefix[at] as number) | (bits === 8 || i & 1 ? part : part << 4);
  }
  return prefix;
}
