// Hot path: called for each datagram, allocates nothing.

/**
 * Whether a source can be sent a reply: it has a port, and its address is one host's. Nobody asks from port 0, a group
 * or a broadcast address, but somebody who wants others to get the replies; Linux turns most of them away itself.
 * What is the broadcast address of some subnet only the system knows: it refuses to send there.
 *
 * @param portAt, addressAt in `octets`; of two octets, and of `length` ones.
 * @param length 4; or 16, an IPv4 address as ::ffff:a.b.c.d.
 */
export function isAnswerable(
  octets: Uint8Array,
  portAt: number,
  addressAt: number,
  length: 4 | 16,
): boolean {
  if (((octets[portAt] as number) | (octets[portAt + 1] as number)) === 0) return false;
  if (length === 4) return isIpv4Host(octets, addressAt);
  const first = octets[addressAt] as number;
  if (first !== 0) return first !== 0xff;
  if (octets[addressAt + 10] === 0xff && octets[addressAt + 11] === 0xff) {
    for (let i = 0; i < 10; i++) if (octets[addressAt + i] !== 0) return true;
    return isIpv4Host(octets, addressAt + 12);
  }
  for (let i = 1; i < 16; i++) if (octets[addressAt + i] !== 0) return true;
  return false;
}

/** Not 0.0.0.0/8 (this network), 224.0.0.0/4 (groups), 255.255.255.255 (everybody here). */
function isIpv4Host(octets: Uint8Array, at: number): boolean {
  const first = octets[at] as number;
  if (first > 0 && first < 224) return true;
  if (first < 240) return false;
  const second = octets[at + 1] as number;
  const third = octets[at + 2] as number;
  return (first & second & third & (octets[at + 3] as number)) !== 0xff;
}
