// The numbers of the DNS protocol that the tests speak of, from the IANA registry, and the way
// back from a number to its mnemonic (RFC 3597's TYPEnnn and CLASSnnn for what is not listed).

export const TYPE = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  NAPTR: 35,
  DNAME: 39,
  OPT: 41,
  DS: 43,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  NSEC3PARAM: 51,
  TLSA: 52,
  SVCB: 64,
  HTTPS: 65,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  MAILB: 253,
  MAILA: 254,
  ANY: 255,
  CAA: 257,
} as const;

export const CLASS = { IN: 1, CH: 3, HS: 4, NONE: 254, ANY: 255 } as const;

export const OPCODE = { QUERY: 0, IQUERY: 1, STATUS: 2, NOTIFY: 4, UPDATE: 5, DSO: 6 } as const;

export const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  NOTAUTH: 9,
  BADVERS: 16,
  BADCOOKIE: 23,
} as const;

export type TypeMnemonic = keyof typeof TYPE;
export type RcodeMnemonic = keyof typeof RCODE;

const mnemonicOf = (table: Readonly<Record<string, number>>, prefix: string) => {
  const byNumber = new Map(Object.entries(table).map(([mnemonic, number]) => [number, mnemonic]));
  return (number: number): string => byNumber.get(number) ?? `${prefix}${number}`;
};

export const typeName: (type: number) => string = mnemonicOf(TYPE, 'TYPE');
export const className: (qclass: number) => string = mnemonicOf(CLASS, 'CLASS');
export const opcodeName: (opcode: number) => string = mnemonicOf(OPCODE, 'OPCODE');
export const rcodeName: (rcode: number) => string = mnemonicOf(RCODE, 'RCODE');

const numberOf = (table: Readonly<Record<string, number>>, prefix: string, mnemonic: string) => {
  const listed = table[mnemonic];
  if (listed !== undefined) return listed;
  const generic = mnemonic.startsWith(prefix) ? Number(mnemonic.slice(prefix.length)) : Number.NaN;
  if (!Number.isInteger(generic) || generic < 0 || generic > 0xffff) {
    throw new RangeError(`neither a mnemonic nor ${prefix}nnn: ${mnemonic}`);
  }
  return generic;
};

/** The number of `A`, `AAAA`, `TYPE65280`…; throws RangeError for anything else. */
export const typeNumber = (mnemonic: string): number => numberOf(TYPE, 'TYPE', mnemonic);

/** The number of `IN`, `CH`, `CLASS42`…; throws RangeError for anything else. */
export const classNumber = (mnemonic: string): number => numberOf(CLASS, 'CLASS', mnemonic);
