import rcodes from 'dns-packet/rcodes.js';
import types from 'dns-packet/types.js';
import { RCODE, TYPE } from './constants.ts';

/** An RR type for people: its mnemonic, or `TYPE65280` (RFC 3597 5). Not for the query path. */
export function typeMnemonic(type: number): string {
  const known = OURS.get(type) ?? types.toString(type);
  return known.startsWith('UNKNOWN') ? `TYPE${type}` : known;
}

/**
 * The number of an RR type or a QTYPE: of a mnemonic, in any case, or of `TYPE65280`. Not for the query path.
 *
 * @returns undefined for anything else
 */
export function typeNumber(text: string): number | undefined {
  const mnemonic = text.toUpperCase();
  const [, digits] = /^TYPE(\d{1,5})$/.exec(mnemonic) ?? [];
  if (digits !== undefined) return Number(digits) <= 0xffff ? Number(digits) : undefined;
  // dns-packet also knows a star, and words that begin with UNKNOWN_, which are no mnemonics.
  if (!/^[A-Z][A-Z0-9-]*$/.test(mnemonic)) return undefined;
  return NUMBERS.get(mnemonic) ?? (types.toType(mnemonic) || undefined);
}

/** What else is registered, and dns-packet doesn't have: who writes one is to be told how it can be written. */
const OTHERS = {
  ...{ MD: 3, MF: 4, MB: 7, MG: 8, MR: 9, WKS: 11, MINFO: 14, NSAP: 22, 'NSAP-PTR': 23, GPOS: 27 },
  ...{ NXT: 30, EID: 31, NIMLOC: 32, ATMA: 34, A6: 38, SINK: 40, RKEY: 57, DSYNC: 66 },
  ...{ UINFO: 100, UID: 101, GID: 102, UNSPEC: 103, DOA: 259, AMTRELAY: 260, WALLET: 262 },
} as const;

/** Those that code names: dns-packet doesn't have all of them. */
const NUMBERS: ReadonlyMap<string, number> = new Map(Object.entries({ ...OTHERS, ...TYPE }));
const OURS: ReadonlyMap<number, string> = new Map([...NUMBERS].map(([name, type]) => [type, name]));

/** An RCODE for people: its mnemonic, or `RCODE24`. Not for the query path. */
export function rcodeMnemonic(rcode: number): string {
  if (rcode === RCODE.BADVERS) return 'BADVERS';
  if (rcode === RCODE.BADCOOKIE) return 'BADCOOKIE';
  const known = rcodes.toString(rcode);
  return known.startsWith('RCODE_') ? `RCODE${rcode}` : known;
}

/** The number of an RCODE's mnemonic, in any case. Not for the query path. @returns undefined for anything else */
export function rcodeNumber(text: string): number | undefined {
  return RCODES.get(text.toUpperCase());
}

const RCODES: ReadonlyMap<string, number> = new Map(
  Array.from({ length: 24 }, (_, rcode) => [rcodeMnemonic(rcode), rcode]),
);
