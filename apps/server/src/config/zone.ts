import { isIP } from 'node:net';
import { foldName, formatName, NameError, parseName } from '@seamark/protocol';
import { reverseZones } from './reverse-zone.ts';

/** What a text names, or a clause that says why it names nothing. */
export type Reading<T> = { readonly value: T } | { readonly reason: string };

/** A key of a server block, or a zone: `[SCHEME://]HOST[:PORT]`. */
export interface Location {
  readonly scheme?: string;
  /** '' where only a port is written. */
  readonly host: string;
  /** The digits behind the last colon, unchecked. */
  readonly port?: string;
}

export function splitLocation(text: string): Location {
  const scheme = /^([a-z0-9]+):\/\//i.exec(text)?.[1];
  const rest = scheme === undefined ? text : text.slice(scheme.length + 3);
  const port = /^(.*):(\d*)$/s.exec(rest);
  return {
    ...(scheme === undefined ? {} : { scheme: scheme.toLowerCase() }),
    host: port?.[1] ?? rest,
    ...(port?.[2] === undefined ? {} : { port: port[2] }),
  };
}

/**
 * The zones that a host names: one, folded and absolute; for an address range the reverse zones
 * that cover it, several where the prefix falls between two labels (`10.0.0.0/23` has two).
 */
export function readZones(host: string): Reading<readonly string[]> {
  if (host === '') return { reason: 'it is empty' };
  if (host.includes(',')) return { reason: 'a blank must follow a comma' };
  if (isIP(host) !== 0) {
    return {
      reason: `it is an address; write "${host}/${isIP(host) === 4 ? 24 : 64}" for a reverse zone`,
    };
  }
  const range = reverseZones(host);
  if (range !== undefined) return { value: range };
  // `0/25.2.0.192.in-addr.arpa` is a zone of RFC 2317; a range whose prefix is no number of its bits is none.
  if (/^[0-9a-f.:]+\/[^.]*$/i.test(host)) return { reason: 'it is no range of addresses' };
  const name = readName(host);
  return 'reason' in name ? name : { value: [name.value] };
}

/** A domain name, folded and absolute. */
export function readName(text: string): Reading<string> {
  if (text.startsWith('*')) return { reason: 'it is a wildcard; name the zone that holds it' };
  const odd = /[^A-Za-z0-9._/-]/.exec(text)?.[0];
  if (odd !== undefined) return { reason: `it holds ${JSON.stringify(odd)}` };
  try {
    return { value: formatName(foldName(parseName(text))) };
  } catch (error) {
    if (error instanceof NameError)
      return { reason: `${error.reason} at character ${error.index + 1}` };
    throw error;
  }
}

/** True when `name` is `zone` or lies below it; both folded and absolute. */
export function isWithin(name: string, zone: string): boolean {
  return zone === '.' || name === zone || name.endsWith(`.${zone}`);
}
