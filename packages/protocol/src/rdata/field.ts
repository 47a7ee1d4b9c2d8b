import type { OctetReader } from './octet-reader.ts';
import type { TextReader } from './text-reader.ts';

/** A part of RDATA, such as a name or a number: both ways between its two forms. */
export interface Field {
  /**
   * Reads the field's text.
   *
   * @returns its octets
   * @throws RdataError
   */
  parse(text: TextReader): Uint8Array;
  /** Reads the field's octets and says them as text; what it returns counts only if nothing was wrong. */
  format(octets: OctetReader): string;
}
