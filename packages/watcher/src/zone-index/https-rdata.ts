import { composeSvcParams, type FoldedName, readSvcParams, SVC_KEYS } from '@seamark/protocol';
import { type ClaimedBinding, HTTPS_PORT } from '../projection/contract.ts';
import type { AddressSet } from './address-set.ts';

/** Addresses of a family that a record names at the most: so it fits a datagram, ECH keys and all. */
const MAX_HINTS = 8;

const PRIORITY = 1;
const ROOT = Uint8Array.of(0);

/**
 * RDATA of a record in ServiceMode (RFC 9460 2.2, 2.4.3). Its hints are addresses that the name is answered with by the
 * same node: never is one older than the other.
 *
 * @param name its owner's
 * @param addresses those that the owner is answered with
 */
export function bindingRdata(
  { params, port, hints, isAside }: ClaimedBinding,
  name: FoldedName,
  addresses: AddressSet,
): Uint8Array {
  const all = readSvcParams(params);
  // At `_PORT._https.HOST` the port is the one that was asked for (RFC 9460 7.2).
  if (port !== HTTPS_PORT && !isAside) {
    all.set(SVC_KEYS.port, Uint8Array.of(port >> 8, port & 0xff));
  }
  const { v4, v6 } = addresses;
  // More than that have no hints: a part of them would draw all clients to that part.
  if (hints && v4.length > 0 && v4.length <= MAX_HINTS) all.set(SVC_KEYS.ipv4hint, joined(v4));
  if (hints && v6.length > 0 && v6.length <= MAX_HINTS) all.set(SVC_KEYS.ipv6hint, joined(v6));
  const target = isAside ? hostOf(name) : ROOT;
  return Uint8Array.from([0, PRIORITY, ...target, ...composeSvcParams(all)]);
}

function joined(addresses: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(addresses);
}

/** HOST of `_PORT._https.HOST`. */
function hostOf(name: FoldedName): Uint8Array {
  const second = 1 + (name[0] as number);
  return name.subarray(second + 1 + (name[second] as number));
}
