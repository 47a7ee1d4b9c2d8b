// The options, checked once and completed, so that nothing behind this file meets an absent value.

import { type Endpoint, parseEndpoint } from './address.ts';
import type { UdpOptions } from './contract.ts';
import { UdpError } from './udp-error.ts';

/** What Linux can be built for, on x64; on arm64 it is less. */
export const MOST_CORES = 8192;

export interface Settings {
  readonly endpoints: readonly Endpoint[];
  readonly batch: number;
  readonly slotSize: number;
  readonly receiveTimeoutMs: number;
  /** 0: the system's default. */
  readonly receiveBufferBytes: number;
  readonly sendBufferBytes: number;
  /** -1: none, as the kernel has it. */
  readonly incomingCpu: number;
}

/** @throws UdpError EINVAL naming the option and its range */
export function checkOptions(options: UdpOptions): Settings {
  return {
    endpoints: options.addresses.map(parseEndpoint),
    // The kernel takes no more than UIO_MAXIOV (1024) messages at once.
    batch: integer('batch', options.batch ?? 64, 1, 1024),
    slotSize: integer('slotSize', options.slotSize ?? 4096, 1, 65535),
    receiveTimeoutMs: integer('receiveTimeoutMs', options.receiveTimeoutMs ?? 200, 1, 60_000),
    receiveBufferBytes: integer('receiveBufferBytes', options.receiveBufferBytes ?? 0, 0, 2 ** 30),
    sendBufferBytes: integer('sendBufferBytes', options.sendBufferBytes ?? 0, 0, 2 ** 30),
    incomingCpu: integer('incomingCpu', options.incomingCpu ?? -1, -1, MOST_CORES - 1),
  };
}

/**
 * Whether a `::` socket must leave IPv4 alone: another of the set listens on 0.0.0.0 with the same port, and
 * the kernel would hand each IPv4 datagram to either of the two.
 */
export function isIpv6Only(endpoint: Endpoint, all: readonly Endpoint[]): boolean {
  return (
    endpoint.family === 6 &&
    all.some((other) => other.family === 4 && other.isWildcard && other.port === endpoint.port)
  );
}

/** What to listen on instead of `::` where the system has no IPv6; undefined where nothing will do. */
export function ipv4Instead(endpoint: Endpoint, all: readonly Endpoint[]): Endpoint | undefined {
  if (endpoint.family !== 6 || !endpoint.isWildcard || isIpv6Only(endpoint, all)) return undefined;
  return parseEndpoint({ address: '0.0.0.0', port: endpoint.port });
}

function integer(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new UdpError('EINVAL', `${name} is ${value}; it must be an integer in ${least}..${most}`);
}
