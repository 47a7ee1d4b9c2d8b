import { isIPv4 } from 'node:net';
import type { Problems } from '../corefile/errors.ts';
import { formatPosition } from '../corefile/token.ts';
import type { BlockDraft } from './draft.ts';
import { formatHttpAddress } from './http-address.ts';
import type { Placed } from './placed.ts';
import type { HealthConfig, HttpAddress, ServerConfig } from './server-config.ts';

/**
 * Where the HTTP endpoints listen: each server block may name addresses of its own, and all say the same, of the whole
 * process, as in CoreDNS.
 */
export function arrangeEndpoints(
  blocks: readonly BlockDraft[],
  problems: Problems,
): Pick<ServerConfig, 'health' | 'ready' | 'prometheus'> {
  const health = blocks.flatMap((block) => block.health ?? []);
  const ready = blocks.flatMap((block) => block.ready ?? []);
  const prometheus = blocks.flatMap((block) => block.prometheus ?? []);
  const kinds = { health, ready, prometheus };
  reportSharedAddresses(kinds, problems);
  return {
    health: withoutCovered(health.map(({ value }) => value)).map((one) => ({
      ...one,
      lameduckMs: longestAt(one, health),
    })),
    ready: withoutCovered(ready.map(({ value }) => value)),
    prometheus: withoutCovered(prometheus.map(({ value }) => value)),
  };
}

/** How long the process answers on, already unhealthy, after it was asked to stop: the longest that is said. */
export function lameduckOf(health: readonly HealthConfig[]): number {
  return Math.max(0, ...health.map(({ lameduckMs }) => lameduckMs));
}

/** CoreDNS listens twice on an address that two blocks name, and the kernel leads to either; once does here. */
function withoutCovered<T extends HttpAddress>(all: readonly T[]): T[] {
  return all.filter((one, i) => {
    const before = all.slice(0, i).some((other) => isSame(other, one));
    return !before && !all.some((other) => !isSame(other, one) && covers(other, one));
  });
}

function isSame(a: HttpAddress, b: HttpAddress): boolean {
  return a.address === b.address && a.port === b.port;
}

/** Whether who listens at `wide` hears what is sent to `one`. */
function covers(wide: HttpAddress, one: HttpAddress): boolean {
  if (wide.port !== one.port || wide.port === 0) return false;
  if (wide.address === '::') return true;
  return wide.address === '0.0.0.0' && (isIPv4(one.address) || one.address === 'localhost');
}

function longestAt(one: HttpAddress, all: readonly Placed<HealthConfig>[]): number {
  const there = all.filter(({ value }) => isSame(value, one) || covers(one, value));
  return Math.max(...there.map(({ value }) => value.lameduckMs));
}

/** Two endpoints of a kind may be at one address; of two kinds CoreDNS would lead to either, as chance has it. */
function reportSharedAddresses(
  kinds: Readonly<Record<string, readonly Placed<HttpAddress>[]>>,
  problems: Problems,
): void {
  const taken = new Map<string, { readonly kind: string; readonly first: Placed<HttpAddress> }>();
  for (const [kind, endpoints] of Object.entries(kinds)) {
    for (const endpoint of endpoints) {
      if (endpoint.value.port === 0) continue;
      const address = formatHttpAddress(endpoint.value);
      const known = taken.get(address);
      if (known === undefined) taken.set(address, { kind, first: endpoint });
      else if (known.kind !== kind) {
        const place = formatPosition(known.first.token.position);
        problems.report(endpoint.token, `the address ${address} is taken at ${place}`);
      }
    }
  }
}
