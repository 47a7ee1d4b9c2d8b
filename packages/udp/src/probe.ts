// Does anybody hold this address already?

import { createSocket, type Socket } from 'node:dgram';
import { parseEndpoint } from './address.ts';
import type { Address } from './contract.ts';
import { ipv4Instead } from './options.ts';
import { openError } from './udp-error.ts';

/**
 * Binds the address without SO_REUSEPORT, alone, and lets go of it again. To be called once, before the group
 * opens: a second server of the same user would not fail to open its sockets but silently join the group and
 * share the datagrams, because that is what SO_REUSEPORT means.
 *
 * The answer is true for the moment of the call. A program that joins later is not noticed, nor one that takes
 * the port between this call and the opening of the group: if it uses SO_REUSEPORT too, both share; if it does
 * not, opening fails with EADDRINUSE.
 *
 * @returns the address with the port that the system chose where 0 was given, for all threads to open
 * @throws UdpError EADDRINUSE, EACCES, EADDRNOTAVAIL …
 */
export async function probeAddress(address: Address): Promise<Address> {
  const endpoint = parseEndpoint(address);
  try {
    return await bindOnce(address, endpoint.family);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'UNKNOWN';
    const instead = code === 'EAFNOSUPPORT' ? ipv4Instead(endpoint, []) : undefined;
    if (instead !== undefined) return probeAddress(instead.source);
    throw openError('bind', code, address, { cause });
  }
}

async function bindOnce(address: Address, family: 4 | 6): Promise<Address> {
  const socket = createSocket(family === 4 ? 'udp4' : 'udp6');
  try {
    await bound(socket, address);
    return { address: address.address, port: socket.address().port };
  } finally {
    await new Promise<void>((resolve) => socket.close(resolve));
  }
}

/** Resolves when bound, rejects with the system's error. `exclusive`: a cluster worker asks nobody else. */
export function bound(socket: Socket, { address, port }: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address, port, exclusive: true }, () => {
      socket.off('error', reject);
      resolve();
    });
  });
}
