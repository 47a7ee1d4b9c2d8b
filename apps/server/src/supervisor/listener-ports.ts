import { probeAddress } from '@seamark/udp';
import { nameOf } from '../config/compare.ts';
import type { ListenerConfig, ServerConfig } from '../config/server-config.ts';
import { probePort } from '../stream/probe-port.ts';

/** A listener as configured, and where it is bound. */
export interface BoundListener {
  readonly config: ListenerConfig;
  /** Of 16 bits; what threads know the address and port by, as long as it is bound. */
  readonly number: number;
  readonly address: string;
  readonly port: number;
}

/**
 * Finds out where the listeners of a configuration are to be bound. Those that are bound already stay there. Others
 * are tried once, without SO_REUSEPORT: two servers of one user would share the port in silence.
 *
 * @throws UdpError or ListenError for the first that can't be had
 */
export async function bindListeners(
  { listeners }: ServerConfig,
  bound: readonly BoundListener[],
): Promise<BoundListener[]> {
  const found: BoundListener[] = [];
  for (const config of listeners) {
    const before = bound.find((other) => nameOf(other.config) === nameOf(config));
    const number = before?.number ?? freeNumber([...bound, ...found]);
    const place = before === undefined ? await tryOut(config, bound) : placeOf(before);
    found.push({ config, number, ...place });
  }
  return found;
}

async function tryOut(
  { address, port, transport }: ListenerConfig,
  bound: readonly BoundListener[],
): Promise<{ address: string; port: number }> {
  // Our own socket would be found in the way: `::` covers every address, and every address is in the way of `::`.
  const isOurs = port !== 0 && bound.some((other) => other.port === port);
  if (isOurs) return { address, port };
  if (transport === undefined) return await probeAddress({ address, port });
  return await probePort(`DNS over ${transport.toUpperCase()}`, { address, port });
}

function freeNumber(bound: readonly BoundListener[]): number {
  const taken = new Set(bound.map(({ number }) => number));
  let number = 0;
  while (taken.has(number)) number += 1;
  return number;
}

function placeOf({ address, port }: BoundListener): { address: string; port: number } {
  return { address, port };
}
