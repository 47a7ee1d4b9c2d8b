import { Networks, readPeer } from '@seamark/matcher';
import type { ProxySources } from './tcp-options.ts';

/** @param networks each `ADDRESS` or `ADDRESS/LENGTH`, as `parseNetwork` takes it. */
export function proxySources(networks: readonly string[]): ProxySources {
  const known = new Networks(networks);
  const address = new Int32Array(4);
  return {
    holds: (peer) => {
      readPeer(address, peer);
      return known.holds(address);
    },
  };
}
