import { isIP } from 'node:net';
import type { Kind, Logger } from './contract.ts';
import { listOf, shapeOf, textOf } from './shape.ts';

/** What an object's status offers and DNS can't use. */
export interface AddressRemarks {
  /** As written, cut to a line's length; the first few. */
  readonly ignored: readonly string[];
  /** The host name that stands where no entry has an address. */
  readonly hostname: string | undefined;
}

/** Whoever writes a status fills no log with one object. */
const mostIgnored = 5;
const longestAddress = 64;

/** An IPv4 or IPv6 literal. A scoped one (fe80::1%eth0) means something on one machine only. */
export function isAddress(text: string): boolean {
  return isIP(text) !== 0 && !text.includes('%');
}

/** Undefined when there is nothing to remark. The object may be of any shape. */
export function remarkAddresses(object: unknown): AddressRemarks | undefined {
  const status = shapeOf(shapeOf(shapeOf(object)['status'])['loadBalancer']);
  const ignored = new Set<string>();
  let hostname: string | undefined;
  let hasAddress = false;
  for (const entry of listOf(status['ingress'])) {
    const { ip, hostname: host } = shapeOf(entry);
    if (typeof ip === 'string' && isAddress(ip)) hasAddress = true;
    else if (ip === undefined || ip === null || ip === '') hostname ??= textOf(host) || undefined;
    else if (ignored.size < mostIgnored) {
      ignored.add((typeof ip === 'string' ? ip : typeof ip).slice(0, longestAddress));
    }
  }
  if (hasAddress) hostname = undefined;
  if (ignored.size === 0 && hostname === undefined) return undefined;
  return { ignored: [...ignored], hostname: hostname?.slice(0, 255) };
}

/** Logs the remarks on one object, in five lines at most. */
export function logRemarks(
  logger: Logger,
  kind: Kind,
  key: string,
  { ignored, hostname }: AddressRemarks,
): void {
  const object = `${kind} ${key}`;
  for (const address of ignored) {
    const text = `${object}: ${JSON.stringify(address)} in its status is no IP address and is ignored`;
    logger.warn({ event: 'address-ignored', object, address }, text);
  }
  if (hostname === undefined || ignored.length === mostIgnored) return;
  const text = `${object} has no address yet: its status names ${JSON.stringify(hostname)}, and host names are not followed`;
  logger.info({ event: 'hostname-only', object, hostname }, text);
}
