import { parseAddress } from '@seamark/protocol';

export const PEER_OCTETS = 20;

/**
 * Where a connection comes from, as `SocketSet.peer()` of the UDP package gives it, so that a query log
 * needs one format only: family (4 or 6), a zero, the port (big-endian), 16 octets of address
 * (IPv4: ::ffff:a.b.c.d).
 *
 * @param address as `socket.remoteAddress` has it: a scope is dropped, ::ffff:a.b.c.d gets family 4
 * @returns 20 octets, new at each call; undefined for what is no address
 */
export function composePeer(address: string, port: number): Uint8Array | undefined {
  const octets = parseAddress(address.split('%', 1)[0] ?? '');
  return octets === undefined ? undefined : peerOf(octets, port);
}

/** The same of 4 or 16 octets. */
export function peerOf(octets: Uint8Array, port: number): Uint8Array {
  const peer = new Uint8Array(PEER_OCTETS);
  if (octets.length === 4) {
    peer.fill(0xff, 14, 16);
    peer.set(octets, 16);
  } else {
    peer.set(octets, 4);
  }
  peer[0] = isMapped(peer) ? 4 : 6;
  peer[2] = port >> 8;
  peer[3] = port & 0xff;
  return peer;
}

/** What connections are counted by: so many leading bits of an IPv4 address, or of an IPv6 one. */
export function clientKey(peer: Uint8Array, ipv4Prefix: number, ipv6Prefix: number): string {
  const from = peer[0] === 4 ? 16 : 4;
  const bits = peer[0] === 4 ? ipv4Prefix : ipv6Prefix;
  const whole = from + (bits >> 3);
  const key = peer.subarray(from, whole).join('.');
  const rest = bits & 7;
  if (rest === 0) return `${peer[0]} ${key}`;
  return `${peer[0]} ${key}.${(peer[whole] as number) >> (8 - rest)}`;
}

function isMapped(peer: Uint8Array): boolean {
  return (
    peer.subarray(4, 14).every((octet) => octet === 0) && peer[14] === 0xff && peer[15] === 0xff
  );
}
