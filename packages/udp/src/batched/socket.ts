// Opens one socket of a batched set: SO_REUSEPORT, the options, bind.

import { closeSync, openSync } from 'node:fs';
import { type Endpoint, formatIpv6, parseEndpoint } from '../address.ts';
import type { Address } from '../contract.ts';
import { ipv4Instead, isIpv6Only, type Settings } from '../options.ts';
import { errnoName, openError } from '../udp-error.ts';
import type { Libc } from './libc.ts';
import * as linux from './linux.ts';

export interface OpenSocket {
  readonly fd: number;
  /** Where it listens, as it was asked for. */
  readonly endpoint: Endpoint;
  readonly family: 4 | 6;
  /** As bound. */
  readonly address: Address;
  /** Receives for any local address, and must take care to answer from the one that was asked. */
  readonly isWildcard: boolean;
}

/** @throws UdpError, with nothing left open */
export function openSocket(libc: Libc, wanted: Endpoint, settings: Settings): OpenSocket {
  let endpoint = wanted;
  let fd = createSocket(libc, endpoint);
  if (fd < 0 && errnoName(libc.errno()) === 'EAFNOSUPPORT') {
    const instead = ipv4Instead(endpoint, settings.endpoints);
    if (instead !== undefined) {
      endpoint = instead;
      fd = createSocket(libc, endpoint);
    }
  }
  if (fd < 0) throw openError('socket', errnoName(libc.errno()), endpoint.source);
  try {
    fd = adoptDescriptor(libc, fd, endpoint);
    configure(libc, fd, endpoint, settings);
    const sockaddr = composeSockaddr(endpoint);
    if (libc.bind(fd, sockaddr, sockaddr.length) < 0) {
      throw openError('bind', errnoName(libc.errno()), endpoint.source);
    }
    const address = boundAddress(libc, fd, endpoint);
    const { family, isWildcard } = endpoint;
    return { fd, endpoint, family, address, isWildcard };
  } catch (error) {
    closeSocket(fd);
    throw error;
  }
}

/** @param fd as `openSocket` gave it */
export function closeSocket(fd: number): void {
  closeSync(fd);
}

/** No service answers there; RFC 863. */
const DISCARD_PORT = 9;

/**
 * Takes a socket out of its SO_REUSEPORT group without closing it: the kernel passes a connected socket over when it
 * chooses one of a group (Linux 5.3, acdcecc61285), unless the datagram is its peer's. What is in its buffer
 * stays, and it can still send to anybody. A failure leaves it in the group.
 */
export function withdrawSocket(libc: Libc, { fd, endpoint }: OpenSocket): void {
  const { family, isWildcard } = endpoint;
  const loopback = family === 4 ? '127.0.0.1' : '::1';
  const peer = isWildcard ? loopback : endpoint.source.address;
  const sockaddr = composeSockaddr(parseEndpoint({ address: peer, port: DISCARD_PORT }));
  libc.connect(fd, sockaddr, sockaddr.length);
}

function createSocket(libc: Libc, endpoint: Endpoint): number {
  const family = endpoint.family === 4 ? linux.AF_INET : linux.AF_INET6;
  return libc.socket(family, linux.SOCK_DGRAM | linux.SOCK_CLOEXEC, 0);
}

/**
 * Moves the socket to a descriptor that Node believes to be a file. Node closes the files of a worker that is
 * terminated (`trackUnmanagedFds`, on by default); a descriptor it has never heard of would outlive the
 * worker, and stay in the SO_REUSEPORT group with nobody reading: a share of all datagrams would vanish.
 */
function adoptDescriptor(libc: Libc, socket: number, endpoint: Endpoint): number {
  let fd: number;
  try {
    // Some file: this one, for who may not read it was not loaded, and under `--permission` `/` stands for all files.
    fd = openSync(import.meta.filename, 'r');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'EMFILE';
    throw openError('open', code, endpoint.source, { cause });
  }
  const result = libc.dup3(socket, fd, linux.O_CLOEXEC);
  const code = result < 0 ? errnoName(libc.errno()) : '';
  libc.close(socket);
  if (result >= 0) return fd;
  throw openError('dup3', code, endpoint.source);
}

function configure(libc: Libc, fd: number, endpoint: Endpoint, settings: Settings): void {
  const must = (level: number, name: number, value: number, what: string): void => {
    if (setInt(libc, fd, level, name, value) >= 0) return;
    throw openError(what, errnoName(libc.errno()), endpoint.source);
  };
  const wildcard = endpoint.isWildcard;
  must(linux.SOL_SOCKET, linux.SO_REUSEPORT, 1, 'SO_REUSEPORT');
  if (endpoint.family === 6) {
    // Said both ways, since net.ipv6.bindv6only changes the default.
    const only = isIpv6Only(endpoint, settings.endpoints) ? 1 : 0;
    must(linux.IPPROTO_IPV6, linux.IPV6_V6ONLY, only, 'IPV6_V6ONLY');
    // A dual-stack socket reports IPv4 destinations this way too, as ::ffff:a.b.c.d, and takes them back.
    if (wildcard) must(linux.IPPROTO_IPV6, linux.IPV6_RECVPKTINFO, 1, 'IPV6_RECVPKTINFO');
  } else if (wildcard) {
    must(linux.IPPROTO_IP, linux.IP_PKTINFO, 1, 'IP_PKTINFO');
  }
  const timeout = timeval(settings.receiveTimeoutMs);
  libc.setsockopt(fd, linux.SOL_SOCKET, linux.SO_RCVTIMEO, timeout, timeout.length);
  libc.setsockopt(fd, linux.SOL_SOCKET, linux.SO_SNDTIMEO, timeout, timeout.length);
  if (settings.receiveBufferBytes > 0) {
    setInt(libc, fd, linux.SOL_SOCKET, linux.SO_RCVBUF, settings.receiveBufferBytes);
  }
  if (settings.sendBufferBytes > 0) {
    setInt(libc, fd, linux.SOL_SOCKET, linux.SO_SNDBUF, settings.sendBufferBytes);
  }
  steer(libc, fd, settings.incomingCpu);
  allowFragments(libc, { fd, family: endpoint.family }, false);
}

/**
 * Whether datagrams of a socket may be fragmented, here or on their way. A forged "fragmentation needed" makes it
 * neither do so nor send less (RFC 9715 3.1, appendix A), which is why it isn't IP_PMTUDISC_DO that sets DF.
 * With `isAllowed` the kernel has to be of 3.15; older ones go on as they did.
 */
export function allowFragments(
  libc: Libc,
  { fd, family }: Pick<OpenSocket, 'fd' | 'family'>,
  isAllowed: boolean,
): void {
  const how = isAllowed ? linux.PMTUDISC_OMIT : linux.PMTUDISC_PROBE;
  // An IPv6 socket that has IPv4 peers too takes both.
  setInt(libc, fd, linux.IPPROTO_IP, linux.IP_MTU_DISCOVER, how);
  if (family === 6) setInt(libc, fd, linux.IPPROTO_IPV6, linux.IPV6_MTU_DISCOVER, how);
}

/**
 * SO_INCOMING_CPU, and not a program that picks a socket (SO_ATTACH_REUSEPORT_CBPF, Knot's way): the program
 * returns a place in the group, places are given in the order of bind, and when a socket closes, the last one
 * moves to its place. A worker that dies would so misdirect the datagrams of others. The option goes
 * with the socket: while there is none for a core its datagrams are spread by hash, and they return to the one
 * that is opened instead. The price: for each datagram the kernel looks through the group for the socket,
 * which with very many workers might cost more than it saves.
 *
 * Kernels from 4.6 until 6.2 take the option and pick by hash (unless they have b261eda84ec1), those before 4.4
 * refuse it: then a datagram may be answered on another core than it came to, as without the option.
 */
function steer(libc: Libc, fd: number, core: number): void {
  if (core >= 0) setInt(libc, fd, linux.SOL_SOCKET, linux.SO_INCOMING_CPU, core);
}

function setInt(libc: Libc, fd: number, level: number, name: number, value: number): number {
  const octets = new Uint8Array(new Int32Array([value]).buffer);
  return libc.setsockopt(fd, level, name, octets, octets.length);
}

function timeval(milliseconds: number): Uint8Array {
  const value = new DataView(new ArrayBuffer(16));
  value.setInt32(0, Math.floor(milliseconds / 1000), true);
  value.setInt32(8, (milliseconds % 1000) * 1000, true);
  return new Uint8Array(value.buffer);
}

/** struct sockaddr_in (16 octets) or sockaddr_in6 (28). */
function composeSockaddr(endpoint: Endpoint): Uint8Array {
  const octets = new Uint8Array(endpoint.family === 4 ? 16 : 28);
  const view = new DataView(octets.buffer);
  view.setUint16(0, endpoint.family === 4 ? linux.AF_INET : linux.AF_INET6, true);
  view.setUint16(2, endpoint.port);
  if (endpoint.family === 4) {
    octets.set(endpoint.octets.subarray(12), 4);
  } else {
    octets.set(endpoint.octets, 8);
    view.setUint32(24, endpoint.scope, true);
  }
  return octets;
}

function boundAddress(libc: Libc, fd: number, endpoint: Endpoint): Address {
  const sockaddr = new Uint8Array(28);
  const length = new Uint8Array(new Uint32Array([sockaddr.length]).buffer);
  if (libc.getsockname(fd, sockaddr, length) < 0) {
    throw openError('getsockname', errnoName(libc.errno()), endpoint.source);
  }
  const port = new DataView(sockaddr.buffer).getUint16(2);
  if (endpoint.family === 4) return { address: sockaddr.subarray(4, 8).join('.'), port };
  const scope = endpoint.source.address.split('%', 2)[1];
  const address = formatIpv6(sockaddr.subarray(8, 24));
  return { address: scope === undefined ? address : `${address}%${scope}`, port };
}
