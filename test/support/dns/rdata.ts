// RDATA as plain objects, for the types that the tests look into; any other type stays octets.

import { TYPE } from './codes.ts';
import type { Reader } from './reader.ts';

export interface Soa {
  readonly kind: 'SOA';
  readonly mname: string;
  readonly rname: string;
  readonly serial: number;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  readonly minimum: number;
}

export type Rdata =
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'name'; readonly target: string }
  | { readonly kind: 'MX'; readonly preference: number; readonly exchange: string }
  | {
      readonly kind: 'SRV';
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: string;
    }
  | { readonly kind: 'TXT'; readonly strings: readonly Uint8Array[] }
  | { readonly kind: 'octets'; readonly octets: Uint8Array }
  | Soa;

/**
 * Reads the RDATA of `type` up to `end`, from a reader that stands at its start. The caller checks
 * that the reader came to `end` exactly. Names in SRV may not be compressed (RFC 3597 4).
 */
export const readRdata = (reader: Reader, type: number, end: number): Rdata => {
  switch (type) {
    case TYPE.A:
      return { kind: 'address', address: [...reader.octets(4)].join('.') };
    case TYPE.AAAA:
      return { kind: 'address', address: presentIpv6(reader.octets(16)) };
    case TYPE.NS:
    case TYPE.CNAME:
    case TYPE.PTR:
      return { kind: 'name', target: reader.name('compressed') };
    case TYPE.MX:
      return { kind: 'MX', preference: reader.u16(), exchange: reader.name('compressed') };
    case TYPE.SRV:
      return {
        kind: 'SRV',
        priority: reader.u16(),
        weight: reader.u16(),
        port: reader.u16(),
        target: reader.name('whole'),
      };
    case TYPE.SOA:
      return {
        kind: 'SOA',
        mname: reader.name('compressed'),
        rname: reader.name('compressed'),
        serial: reader.u32(),
        refresh: reader.u32(),
        retry: reader.u32(),
        expire: reader.u32(),
        minimum: reader.u32(),
      };
    case TYPE.TXT:
      return { kind: 'TXT', strings: readStrings(reader, end) };
    default:
      return { kind: 'octets', octets: reader.octets(end - reader.at) };
  }
};

/** RDATA in presentation format; octets as in RFC 3597 5. */
export const presentRdata = (rdata: Rdata): string => {
  switch (rdata.kind) {
    case 'address':
      return rdata.address;
    case 'name':
      return rdata.target;
    case 'MX':
      return `${rdata.preference} ${rdata.exchange}`;
    case 'SRV':
      return `${rdata.priority} ${rdata.weight} ${rdata.port} ${rdata.target}`;
    case 'SOA':
      return [
        ...[rdata.mname, rdata.rname, rdata.serial],
        ...[rdata.refresh, rdata.retry, rdata.expire, rdata.minimum],
      ].join(' ');
    case 'TXT':
      return rdata.strings
        .map((text) => JSON.stringify(Buffer.from(text).toString('latin1')))
        .join(' ');
    case 'octets':
      return `\\# ${rdata.octets.length} ${Buffer.from(rdata.octets).toString('hex')}`.trimEnd();
  }
};

const readStrings = (reader: Reader, end: number): Uint8Array[] => {
  const strings: Uint8Array[] = [];
  do strings.push(reader.octets(reader.u8()));
  while (reader.at < end);
  return strings;
};

/** RFC 5952: the longest run of zero groups, of two or more, becomes `::`. */
const presentIpv6 = (octets: Uint8Array): string => {
  const view = Buffer.from(octets);
  const groups = Array.from({ length: 8 }, (_, i) => view.readUInt16BE(2 * i).toString(16));
  const runs = groups.map((_, from) => groups.slice(from).findIndex((group) => group !== '0'));
  const lengths = runs.map((length, from) => (length < 0 ? 8 - from : length));
  const longest = Math.max(...lengths);
  if (longest < 2) return groups.join(':');
  const from = lengths.indexOf(longest);
  return `${groups.slice(0, from).join(':')}::${groups.slice(from + longest).join(':')}`;
};
