import rcodes from 'dns-packet/rcodes.js';
import types from 'dns-packet/types.js';
import { RCODE } from './constants.ts';

/** An RR type for people: its mnemonic, or `TYPE65280` (RFC 3597 5). Not for the query path. */
export function typeMnemonic(type: number): string {
  const known = NEWER[type] ?? types.toString(type);
  return known.startsWith('UNKNOWN') ? `TYPE${type}` : known;
}

/** What dns-packet has no name for (RFC 9460 14.1). */
const NEWER: Readonly<Record<number, string>> = { 64: 'SVCB', 65: 'HTTPS' };

/** An RCODE for people: its mnemonic, or `RCODE24`. Not for the query path. */
export function rcodeMnemonic(rcode: number): string {
  if (rcode === RCODE.BADVERS) return 'BADVERS';
  if (rcode === RCODE.BADCOOKIE) return 'BADCOOKIE';
  const known = rcodes.toString(rcode);
  return known.startsWith('RCODE_') ? `RCODE${rcode}` : known;
}
