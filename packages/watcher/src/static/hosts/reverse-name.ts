import { parseAddress } from '@seamark/protocol';

/** The name of an address below in-addr.arpa (RFC 1035 3.5) or ip6.arpa (RFC 3596 2.5), with the final dot. */
export function reverseNameOf(address: string): string | undefined {
  const octets = parseAddress(address);
  if (octets === undefined) return undefined;
  if (octets.length === 4) return `${[...octets].reverse().join('.')}.in-addr.arpa.`;
  const nibbles = [...octets].flatMap((octet) => [octet >> 4, octet & 15]);
  const labels = nibbles.reverse().map((nibble) => nibble.toString(16));
  return `${labels.join('.')}.ip6.arpa.`;
}
