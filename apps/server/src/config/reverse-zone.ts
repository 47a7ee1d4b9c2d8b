import { parseAddress } from '@seamark/protocol';

/**
 * The zones of in-addr.arpa or ip6.arpa that cover an address range; undefined for what is none.
 * Host bits are ignored. A prefix between two labels (8 bits in IPv4, 4 in IPv6) gives the zones
 * of the next longer boundary, at most 128.
 */
export function reverseZones(range: string): string[] | undefined {
  const [, address = '', digits = ''] = /^([0-9a-f.:]+)\/(\d{1,3})$/i.exec(range) ?? [];
  const octets = parseAddress(address);
  const length = Number(digits);
  if (octets === undefined || digits === '' || length > octets.length * 8) return undefined;
  return octets.length === 4
    ? zones([...octets], 8, length, (part) => String(part), 'in-addr.arpa.')
    : zones([...octets].flatMap(nibbles), 4, length, (part) => part.toString(16), 'ip6.arpa.');
}

function zones(
  parts: readonly number[],
  bits: number,
  length: number,
  format: (part: number) => string,
  suffix: string,
): string[] {
  const whole = parts.slice(0, Math.floor(length / bits));
  const write = (labels: readonly number[]) =>
    [...labels.toReversed().map(format), suffix].join('.');
  const free = (bits - (length % bits)) % bits;
  if (free === 0) return [write(whole)];
  const first = ((parts[whole.length] ?? 0) >> free) << free;
  return Array.from({ length: 1 << free }, (_, i) => write([...whole, first + i]));
}

function nibbles(octet: number): number[] {
  return [octet >> 4, octet & 0x0f];
}
