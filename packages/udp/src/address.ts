// IP addresses between presentation format and octets. Not on the hot path: addresses are parsed when
// sockets open, peers are formatted for logs.

import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Address } from './contract.ts';
import { formatEndpoint, UdpError } from './udp-error.ts';

/** Size of what {@link SocketSet.peer} returns. */
export const PEER_OCTETS = 20;

/** A listening address, checked. */
export interface Endpoint {
  readonly family: 4 | 6;
  /** 16 octets; an IPv4 address has the form ::ffff:a.b.c.d. */
  readonly octets: Uint8Array;
  /** Interface index of a link-local address, else 0. */
  readonly scope: number;
  readonly port: number;
  /** Any local address: 0.0.0.0 or ::. */
  readonly isWildcard: boolean;
  /** As the caller wrote it, for messages. */
  readonly source: Address;
}

/** @throws UdpError EINVAL for what is not an IP address and port; ENODEV for an unknown scope */
export function parseEndpoint(source: Address): Endpoint {
  const { address, port } = source;
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new UdpError('EINVAL', `port ${port} is not an integer in 0..65535`, source);
  }
  const version = isIP(address);
  if (version !== 4 && version !== 6) {
    throw new UdpError(
      'EINVAL',
      `"${address}" is not an IP address; names are not looked up here`,
      source,
    );
  }
  const octets = new Uint8Array(16);
  writeAddress(address, octets, 0);
  const isWildcard = octets.subarray(version === 4 ? 12 : 0).every((octet) => octet === 0);
  return { family: version, octets, scope: scopeOf(source), port, isWildcard, source };
}

/** Writes 16 octets. `text` must be an IP address in presentation format; a scope is passed over. */
export function writeAddress(text: string, into: Uint8Array, at: number): void {
  into.fill(0, at, at + 16);
  const plain = text.split('%', 1)[0] ?? text;
  if (!plain.includes(':')) {
    into[at + 10] = 0xff;
    into[at + 11] = 0xff;
    writeIpv4(plain, into, at + 12);
    return;
  }
  const [head = '', tail] = plain.split('::', 2);
  writeGroups(head, into, at);
  if (tail !== undefined) writeGroups(tail, into, at + 16 - groupOctets(tail));
}

/** The text of a peer, for logs: `192.0.2.1:5353`, `[2001:db8::1]:5353`. Allocates. */
export function formatPeer(peer: Uint8Array): string {
  const view = new DataView(peer.buffer, peer.byteOffset, PEER_OCTETS);
  const port = view.getUint16(2);
  if (view.getUint8(0) === 4) return `${peer.subarray(16, 20).join('.')}:${port}`;
  return formatEndpoint({ address: formatIpv6(peer.subarray(4, 20)), port });
}

/** RFC 5952 text of 16 octets. */
export function formatIpv6(octets: Uint8Array): string {
  const view = new DataView(octets.buffer, octets.byteOffset, 16);
  const groups = Array.from({ length: 8 }, (_, i) => view.getUint16(i * 2).toString(16));
  const plain = groups.join(':');
  // The longest run of zero groups, the first of equals, at least two (RFC 5952, section 4.2).
  const runs = plain.match(/(?<![^:])0(?::0)+(?![^:])/g) ?? [];
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '');
  if (longest === '') return plain;
  const start = plain.search(new RegExp(`(?<![^:])${longest}(?![^:])`));
  const before = plain.slice(0, start).replace(/:$/, '');
  const after = plain.slice(start + longest.length).replace(/^:/, '');
  return `${before}::${after}`;
}

/** Whether a peer's 16 address octets are ::ffff:a.b.c.d: IPv4 through a dual-stack socket. */
export function isIpv4Mapped(peer: Uint8Array): boolean {
  for (let i = 4; i < 14; i++) if (peer[i] !== 0) return false;
  return peer[14] === 0xff && peer[15] === 0xff;
}

function writeIpv4(text: string, into: Uint8Array, at: number): void {
  for (const [i, part] of text.split('.').entries()) into[at + i] = Number(part);
}

function writeGroups(text: string, into: Uint8Array, at: number): void {
  if (text === '') return;
  let next = at;
  for (const group of text.split(':')) {
    if (group.includes('.')) {
      writeIpv4(group, into, next);
      next += 4;
    } else {
      const value = Number.parseInt(group, 16);
      into[next] = value >> 8;
      into[next + 1] = value;
      next += 2;
    }
  }
}

function groupOctets(text: string): number {
  if (text === '') return 0;
  return text.split(':').length * 2 + (text.includes('.') ? 2 : 0);
}

function scopeOf(source: Address): number {
  const scope = source.address.split('%', 2)[1];
  if (scope === undefined) return 0;
  if (/^\d+$/.test(scope)) return Number(scope);
  for (const address of networkInterfaces()[scope] ?? []) {
    if (address.family === 'IPv6' && address.scopeid) return address.scopeid;
  }
  throw new UdpError('ENODEV', `no interface "${scope}" with an IPv6 scope`, source);
}
