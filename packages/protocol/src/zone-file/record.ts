/** Where something stands in a file; lines and columns count from 1, columns in UTF-16 units. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** `db.example.org:12:5`, which terminals make links of. */
export function formatPlace({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}

/** What is wrong with a zone file, a phrase for people. */
export interface ZoneFault {
  readonly place: Place;
  readonly reason: string;
}

/** A record of a zone file; its class is IN. */
export interface ZoneRecord {
  /** Wire format, case as written. */
  readonly owner: Uint8Array;
  readonly type: number;
  /** Seconds, 0 to 2^31 - 1. */
  readonly ttl: number;
  /** Names in it are whole, their case as written. */
  readonly rdata: Uint8Array;
  /** Of its line's first word. */
  readonly place: Place;
}
