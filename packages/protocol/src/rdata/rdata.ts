import { LIMIT, TYPE } from '../constants.ts';
import { formatHex, number, parseHex } from './fields.ts';
import { LAYOUTS } from './layouts.ts';
import { OctetReader } from './octet-reader.ts';
import { TextReader } from './text-reader.ts';

/**
 * RDATA between presentation form, as it stands in a zone file behind the type (RFC 1035 5.1), and wire
 * format. Not for the query path.
 */

/** RDATA in wire format. */
export interface Rdata {
  /** Names in it are whole, their case as written. The memory is its own, no slice of Node's pool. */
  readonly octets: Uint8Array;
  /** Where names begin that may be compressed in a message; see {@link compressibleNames}. */
  readonly names: readonly number[];
}

/** More characters than these no 65,535 octets need, each written as `\DDD` and in a text of its own. */
const LONGEST_TEXT = 7 * LIMIT.STREAM;

/** `\# LENGTH HEX`, for any type at all (RFC 3597 5). */
const GENERIC = '\\#';
const STARTS_GENERIC = /^[ \t\r\n]*\\#(?![^ \t\r\n])/;
const octetCount = number(16, 'a number of octets');

/**
 * Parses the presentation form of one record's RDATA. Without an origin names are absolute with or without
 * the final dot. The generic form is taken for every type, and held to the type's layout where that is known.
 *
 * @param type a number: of a type without a layout here, only the generic form can be read
 * @param origin in wire format: names without a final dot lie below it, as in a zone file
 * @throws RdataError which says what is wrong, and where
 */
export function parseRdata(type: number, text: string, origin?: Uint8Array): Rdata {
  const reader = new TextReader(type, text, origin);
  if (text.length > LONGEST_TEXT) reader.fail(0, 'more than 65535 octets');
  const octets = STARTS_GENERIC.test(text) ? parseGeneric(type, reader) : parseFields(type, reader);
  if (octets.length > LIMIT.STREAM) reader.fail(0, 'more than 65535 octets');
  return { octets: Uint8Array.from(octets), names: compressibleNames(type, octets) };
}

/**
 * Writes RDATA in presentation form: names with the final dot, texts in quotes, digests in upper case. Octets
 * that are not what the type asks for, and those of types without a layout, are written in the generic form.
 *
 * @returns a line from which {@link parseRdata} makes the same octets
 */
export function formatRdata(type: number, octets: Uint8Array): string {
  const { texts, fault } = readFields(type, octets);
  if (fault === undefined && texts.length > 0) return texts.join(' ');
  return `${GENERIC} ${octets.length} ${formatHex(octets)}`.trimEnd();
}

/**
 * Where in RDATA names begin that may be compressed in a message: in the types of RFC 1035 alone, because an
 * old resolver has to know a type to undo it (RFC 3597 4).
 *
 * @param octets well-formed RDATA of the type
 */
export function compressibleNames(type: number, octets: Uint8Array): readonly number[] {
  switch (type) {
    case TYPE.NS:
    case TYPE.CNAME:
    case TYPE.PTR:
      return [0];
    case TYPE.MX:
      return [2];
    case TYPE.SOA:
      return [0, new OctetReader(octets).name().length];
    default:
      return [];
  }
}

function parseFields(type: number, reader: TextReader): Uint8Array {
  const layout = LAYOUTS[type];
  if (layout === undefined) {
    return reader.fail(reader.index, `a type that is known only as TYPE${type} \\# LENGTH HEX`);
  }
  const indexes: number[] = [];
  const parts = layout.map((field) => {
    indexes.push(reader.index);
    return field.parse(reader);
  });
  reader.expectEnd();
  const octets = Buffer.concat(parts);
  const { fault, faultyField } = readFields(type, octets);
  if (fault !== undefined) return reader.fail(indexes[faultyField] ?? 0, fault);
  return octets;
}

function parseGeneric(type: number, reader: TextReader): Uint8Array {
  const mark = reader.plain(GENERIC);
  const { index } = reader;
  const length = new OctetReader(octetCount.parse(reader)).u16();
  const octets = reader.isAtEnd ? Buffer.alloc(0) : parseHex(reader, 'octets');
  if (octets.length !== length) reader.fail(index, `${octets.length} octets follow, not ${length}`);
  const { fault } = readFields(type, octets);
  if (fault !== undefined) reader.fail(mark.index, fault);
  return octets;
}

interface Reading {
  /** Of each field that isn't empty. */
  readonly texts: readonly string[];
  readonly fault: string | undefined;
  /** Which field the fault is in. */
  readonly faultyField: number;
}

/** Nothing at all for a type without a layout: any octets are right. */
function readFields(type: number, octets: Uint8Array): Reading {
  const layout = LAYOUTS[type] ?? [];
  const reader = new OctetReader(octets);
  const texts: string[] = [];
  let faultyField = 0;
  for (const field of layout) {
    const text = field.format(reader);
    if (reader.fault !== undefined) break;
    if (text !== '') texts.push(text);
    faultyField += 1;
  }
  if (layout.length > 0 && !reader.isAtEnd) reader.fail('more octets than belong to it');
  return { texts, fault: reader.fault, faultyField };
}
