/** RR types that code names. Others travel as numbers; mnemonics are for logs and tests (`mnemonics.ts`). */
export const TYPE = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  MX: 15,
  TXT: 16,
  RP: 17,
  AFSDB: 18,
  X25: 19,
  ISDN: 20,
  RT: 21,
  PX: 26,
  AAAA: 28,
  LOC: 29,
  SRV: 33,
  NAPTR: 35,
  KX: 36,
  DNAME: 39,
  OPT: 41,
  DS: 43,
  SSHFP: 44,
  DHCID: 49,
  TLSA: 52,
  SMIMEA: 53,
  NINFO: 56,
  TALINK: 58,
  OPENPGPKEY: 61,
  CSYNC: 62,
  ZONEMD: 63,
  SVCB: 64,
  HTTPS: 65,
  SPF: 99,
  NID: 104,
  L32: 105,
  L64: 106,
  LP: 107,
  EUI48: 108,
  EUI64: 109,
  TKEY: 249,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  MAILB: 253,
  MAILA: 254,
  ANY: 255,
  URI: 256,
  CAA: 257,
  AVC: 258,
  RESINFO: 261,
} as const;

export const CLASS = { IN: 1, CH: 3, HS: 4, NONE: 254, ANY: 255 } as const;

export const OPCODE = { QUERY: 0, IQUERY: 1, STATUS: 2, NOTIFY: 4, UPDATE: 5 } as const;

/** RCODEs; those above 15 need an OPT record for their upper eight bits (RFC 6891 6.1.3). */
export const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  BADVERS: 16,
  BADCOOKIE: 23,
} as const;

/** Extended DNS Errors (RFC 8914 5.2); -1 stands for "none" wherever one may be absent. */
export const EDE = {
  NONE: -1,
  OTHER: 0,
  NOT_READY: 14,
  FILTERED: 17,
  PROHIBITED: 18,
  NOT_AUTHORITATIVE: 20,
  NOT_SUPPORTED: 21,
  NETWORK_ERROR: 23,
} as const;

export const EDNS_OPTION = {
  NSID: 3,
  CLIENT_SUBNET: 8,
  COOKIE: 10,
  TCP_KEEPALIVE: 11,
  PADDING: 12,
  EDE: 15,
} as const;

/** Limits in octets: RFC 1035 2.3.4 for names, RFC 6891 6.2.3 and RFC 9715 for UDP payloads, RFC 7873 4. */
export const LIMIT = {
  HEADER: 12,
  LABEL: 63,
  NAME: 255,
  /** A name of 255 octets holds at most 127 labels of one octet, and the root. */
  LABELS: 128,
  UDP_PLAIN: 512,
  UDP_EDNS: 1232,
  STREAM: 65535,
  /** The client's part of a cookie (RFC 7873 4.1); with the server's it has 16 to 40 (4.2). */
  CLIENT_COOKIE: 8,
  LEAST_COOKIE: 16,
  MOST_COOKIE: 40,
} as const;
