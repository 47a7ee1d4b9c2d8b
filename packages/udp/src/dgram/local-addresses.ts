// The addresses a wildcard stands for, as far as they are known now.

import { networkInterfaces } from 'node:os';
import type { Endpoint } from '../address.ts';

/** Addresses of this machine's interfaces that `wildcard` includes; of both families for a dual-stack `::`. */
export function localAddresses(wildcard: Endpoint, isIpv6Only: boolean): string[] {
  const found: string[] = [];
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    for (const { address, family, scopeid } of addresses ?? []) {
      const isIpv6 = family === 'IPv6';
      const isIncluded =
        wildcard.family === 4 || isIpv6Only ? isIpv6 === (wildcard.family === 6) : true;
      if (isIncluded) found.push(isIpv6 && scopeid ? `${address}%${name}` : address);
    }
  }
  return found;
}
