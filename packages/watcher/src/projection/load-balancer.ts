import { isAddress } from '@seamark/protocol';
import { listOf, type Shape, shapeOf, textOf } from '../sources/shape.ts';
import type { Claim } from './contract.ts';
import { mostFaults, quoted } from './faults.ts';

/** What a load balancer's status gives a claim. */
export type Reached = Pick<Claim, 'addresses' | 'targets' | 'faults' | 'noAddress'>;

const nothing: readonly string[] = [];

/**
 * `status.loadBalancer.ingress[]`: addresses, and the host names of entries that have no address. (The
 * plugin takes the host name of an entry with both, and leaves out the address.)
 */
export function readLoadBalancer(object: Shape): Reached {
  const entries = listOf(shapeOf(shapeOf(object['status'])['loadBalancer'])['ingress']);
  // What nearly every object has.
  if (entries.length === 1) {
    const ip = textOf(shapeOf(entries[0])['ip']);
    if (isAddress(ip)) return { addresses: [ip] };
  }
  const addresses = new Set<string>();
  const targets = new Set<string>();
  const faults = new Set<string>();
  for (const entry of entries) {
    const { ip, hostname } = shapeOf(entry);
    if (typeof ip === 'string' && isAddress(ip)) addresses.add(ip);
    else if (ip !== undefined && ip !== null && ip !== '') faults.add(faultOf(ip));
    else if (textOf(hostname) !== '') targets.add(textOf(hostname));
  }
  return {
    addresses: addresses.size === 0 ? nothing : [...addresses],
    ...(targets.size === 0 ? {} : { targets: [...targets] }),
    ...(faults.size === 0 ? {} : { faults: [...faults].slice(0, mostFaults) }),
  };
}

/** Addresses that an object lists as such. */
export function readAddresses(listed: readonly unknown[], where = 'its status'): Reached {
  const addresses = new Set<string>();
  const faults = new Set<string>();
  for (const address of listed) {
    if (typeof address === 'string' && isAddress(address)) addresses.add(address);
    else faults.add(faultOf(address, where));
  }
  return {
    addresses: [...addresses],
    ...(faults.size > 0 && { faults: [...faults].slice(0, mostFaults) }),
  };
}

function faultOf(ip: unknown, where = 'its status'): string {
  const written = typeof ip === 'string' ? ip : typeof ip;
  return `${quoted(written)} in ${where} is no IP address and is ignored`;
}
