// Query path: nothing here allocates or throws once it is made. Bench: bench/micro/access.ts.
import {
  CLASS,
  EDNS_OPTION,
  foldName,
  HEADER,
  parseName,
  type Query,
  TYPE,
} from '@seamark/protocol';
import type { ChaosSettings } from './answer-settings.ts';

/** Records whose owner is QNAME, composed once. */
export interface OwnRecords {
  readonly octets: Uint8Array;
  readonly count: number;
}

const MOST_TEXT = 255;

/** What the server says of itself in class CH: names that a tool asks, each with its records. */
export class ChaosRecords {
  private readonly names: readonly Uint8Array[];
  private readonly records: readonly OwnRecords[];

  constructor({ version, hostname, authors }: ChaosSettings) {
    const entries: readonly (readonly [name: string, texts: readonly string[]])[] = [
      ['version.bind.', [version]],
      ['version.server.', [version]],
      ['hostname.bind.', [hostname]],
      ['id.server.', [hostname]],
      ['authors.bind.', authors],
    ];
    const said = entries.filter(([, texts]) => texts.length > 0);
    this.names = said.map(([name]) => foldName(parseName(name)));
    this.records = said.map(([, texts]) => texts.map(text)).map(composeChaos);
  }

  /** @returns what there is of QNAME, or undefined. */
  find(query: Query): OwnRecords | undefined {
    if (query.type !== TYPE.TXT) return undefined;
    for (let i = 0; i < this.names.length; i++) {
      if (isName(query, this.names[i] as Uint8Array)) return this.records[i];
    }
    return undefined;
  }
}

/** RFC 8482 4.2, with the TTL that CoreDNS has. */
export const MINIMAL_ANY: OwnRecords = {
  octets: composeRecord(TYPE.HINFO, CLASS.IN, 8482, Uint8Array.of(7, ...ascii('RFC8482'), 0)),
  count: 1,
};

/** An NSID option (RFC 5001 2.3). */
export function composeNsid(data: string): Uint8Array {
  const octets = text(data);
  return Uint8Array.of(0, EDNS_OPTION.NSID, octets.length >> 8, octets.length & 0xff, ...octets);
}

function composeChaos(texts: readonly Uint8Array[]): OwnRecords {
  const records = texts.map((octets) =>
    composeRecord(TYPE.TXT, CLASS.CH, 0, Uint8Array.of(octets.length, ...octets)),
  );
  return { octets: Uint8Array.from(records.flatMap((record) => [...record])), count: texts.length };
}

function composeRecord(type: number, klass: number, ttl: number, rdata: Uint8Array): Uint8Array {
  const octets = new Uint8Array(12 + rdata.length);
  const view = new DataView(octets.buffer);
  view.setUint16(0, 0xc000 | HEADER.LENGTH);
  view.setUint16(2, type);
  view.setUint16(4, klass);
  view.setUint32(6, ttl);
  view.setUint16(10, rdata.length);
  octets.set(rdata, 12);
  return octets;
}

function isName(query: Query, name: Uint8Array): boolean {
  if (query.nameLength !== name.length) return false;
  for (let i = 0; i < name.length; i++) if (query.name[i] !== name[i]) return false;
  return true;
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value).subarray(0, MOST_TEXT);
}

function ascii(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}
