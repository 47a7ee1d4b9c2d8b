// The records of a name.

import { TYPE } from '../support/dns/index.ts';

export interface RRset {
  readonly ttl: number;
  /** In presentation format. */
  readonly rdata: ReadonlySet<string>;
}

/** By type. */
export type Data = ReadonlyMap<number, RRset>;

export const NO_DATA: Data = new Map();

/** What ends the question in a panic of the server, as soon as it looks. */
export const PANIC: Data = new Map([[-1, { ttl: 0, rdata: new Set(['(panic)']) }]]);

/** A and AAAA of whatever is an address. */
export const addressData = (addresses: readonly string[], ttl: number): Data => {
  const ofFamily = (isV6: boolean) =>
    addresses.filter((text) => /^[0-9a-f:.]+$/.test(text) && text.includes(':') === isV6);
  return dataOf([
    [TYPE.A, ofFamily(false), ttl],
    [TYPE.AAAA, ofFamily(true), ttl],
  ]);
};

export const dataOf = (rrsets: readonly (readonly [number, readonly string[], number])[]): Data =>
  mergeData(
    rrsets
      .filter(([, rdata]) => rdata.length > 0)
      .map(([type, rdata, ttl]) => new Map([[type, { ttl, rdata: new Set(rdata) }]])),
  );

export const hasAddress = (data: Data): boolean => data.has(TYPE.A) || data.has(TYPE.AAAA);

/** The lowest TTL of an RRset counts (RFC 2181 5.2). */
export const mergeData = (all: readonly Data[]): Data => {
  const [sole] = all;
  if (all.length === 1 && sole !== undefined) return sole;
  const merged = new Map<number, RRset>();
  for (const data of all) {
    for (const [type, { ttl, rdata }] of data) {
      const before = merged.get(type);
      merged.set(type, {
        ttl: Math.min(ttl, before?.ttl ?? ttl),
        rdata: new Set([...(before?.rdata ?? []), ...rdata]),
      });
    }
  }
  return merged;
};
