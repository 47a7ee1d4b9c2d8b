import type { Field } from './field.ts';
import type { OctetReader } from './octet-reader.ts';
import type { TextReader } from './text-reader.ts';

/*
 * A place on Earth (LOC, RFC 1876 2 and 3):
 *
 *   octet  0        1      2            3            4          8           12
 *          version | size | horizontal | vertical | latitude | longitude | altitude
 *                           precision    precision
 *
 *   52 14 5.000 N 0 8 50.000 E 10.00m 1m 10000m 10m
 *   latitude      longitude    altitude, size, horizontal and vertical precision
 *
 * Minutes and seconds may be left out, and from the end on size and precisions. Latitude and longitude are
 * thousandths of a second of arc from 2^31 on, an altitude centimetres from 100 km below the ellipsoid on. Sizes
 * have one digit: 4 bits, times ten to the power of the other 4, in centimetres.
 */

const MIDDLE = 2 ** 31;
/** Of each degree, minute and second, in thousandths of a second. */
const [DEGREE, MINUTE, SECOND] = [3_600_000, 60_000, 1000] as const;
const GROUND = 10_000_000;
const MOST_ALTITUDE = 2 ** 32 - 1 - GROUND;
const MOST_SIZE = 9e9;
/** Where they are left out: one metre, ten kilometres, ten metres. */
const [SIZE, HORIZONTAL, VERTICAL] = [100, 1_000_000, 1000] as const;

interface Axis {
  readonly what: string;
  readonly most: number;
  /** For degrees from 0 on, and below 0. */
  readonly letters: readonly [string, string];
}

const LATITUDE: Axis = { what: 'a latitude', most: 90, letters: ['N', 'S'] };
const LONGITUDE: Axis = { what: 'a longitude', most: 180, letters: ['E', 'W'] };

/** All of the RDATA of LOC. */
export const location: Field = {
  parse(text) {
    const octets = Buffer.alloc(16);
    octets.writeUInt32BE(parseAngle(text, LATITUDE), 4);
    octets.writeUInt32BE(parseAngle(text, LONGITUDE), 8);
    octets.writeUInt32BE(GROUND + parseAltitude(text), 12);
    octets[1] = parseSize(text, 'a size', SIZE);
    octets[2] = parseSize(text, 'a horizontal precision', HORIZONTAL);
    octets[3] = parseSize(text, 'a vertical precision', VERTICAL);
    return octets;
  },
  format(octets) {
    // RFC 1876 2: of another version nothing is known.
    if (octets.u8() !== 0) octets.fail('another version of LOC than 0');
    const sizes = [formatSize(octets), formatSize(octets), formatSize(octets)];
    const angles = [formatAngle(octets, LATITUDE), formatAngle(octets, LONGITUDE)];
    return [...angles, `${metres(octets.u32() - GROUND, 2)}m`, ...sizes].join(' ');
  },
};

const WHOLE = /^\d{1,3}$/;
const SECONDS = /^(\d{1,2})(?:\.(\d{1,3}))?$/;

function parseAngle(text: TextReader, { what, most, letters }: Axis): number {
  const { index } = text;
  const range = `${what} (0 to ${most} degrees, minutes and seconds if need be, ${letters.join(' or ')})`;
  const refuse = (at: number): never => text.fail(at, `no ${range.slice('a '.length)}`);
  let angle = 0;
  for (const unit of [DEGREE, MINUTE, SECOND, 0]) {
    const word = text.plain(range);
    const side = letters.indexOf(word.text.toUpperCase());
    if (side >= 0 && unit !== DEGREE) {
      if (angle > most * DEGREE) refuse(index);
      return MIDDLE + (side === 0 ? angle : -angle);
    }
    const number = unit === SECOND ? thousandths(word.text) : wholeOf(word.text) * unit;
    // Sixty minutes are a degree more.
    if (!(number >= 0) || unit === 0 || (unit !== DEGREE && number >= 60 * unit)) {
      return refuse(word.index);
    }
    angle += number;
  }
  return refuse(index);
}

/** NaN for what is no number. */
function wholeOf(text: string): number {
  return WHOLE.test(text) ? Number(text) : Number.NaN;
}

function thousandths(text: string): number {
  const [, whole, fraction = ''] = SECONDS.exec(text) ?? [];
  return whole === undefined
    ? Number.NaN
    : Number(whole) * SECOND + Number(fraction.padEnd(3, '0'));
}

const METRES = /^(-?)(\d{1,8})(?:\.(\d{1,2}))?m?$/i;

/** Centimetres, NaN for what is no length in metres. */
function centimetres(text: string): number {
  const [, sign, whole, fraction = ''] = METRES.exec(text) ?? [];
  if (whole === undefined) return Number.NaN;
  const length = Number(whole) * 100 + Number(fraction.padEnd(2, '0'));
  return sign === '-' ? -length : length;
}

function parseAltitude(text: TextReader): number {
  const range = 'an altitude (-100000 to 42849672.95 metres)';
  const word = text.plain(range);
  const altitude = centimetres(word.text);
  if (!(altitude >= -GROUND && altitude <= MOST_ALTITUDE)) {
    text.fail(word.index, `no ${range.slice('an '.length)}`);
  }
  return altitude;
}

/** Of what takes more than a digit the first one counts, as with other servers. */
function parseSize(text: TextReader, what: string, otherwise: number): number {
  if (text.isAtEnd) return packSize(otherwise);
  const range = `${what} (0 to 90000000 metres)`;
  const word = text.plain(range);
  const size = centimetres(word.text);
  if (!(size >= 0 && size <= MOST_SIZE)) text.fail(word.index, `no ${range.slice('a '.length)}`);
  return packSize(size);
}

function packSize(size: number): number {
  const digits = String(size);
  return size === 0 ? 0 : 16 * Number(digits[0]) + digits.length - 1;
}

function formatSize(octets: OctetReader): string {
  const octet = octets.u8();
  const [digit, power] = [octet >> 4, octet & 15];
  if (digit > 9 || power > 9 || (digit === 0 && power > 0)) {
    octets.fail('a size that is no digit and a power of ten');
  }
  const size = digit * 10 ** power;
  return `${metres(size, size % 100 === 0 ? 0 : 2)}m`;
}

function formatAngle(octets: OctetReader, { what, most, letters }: Axis): string {
  const value = octets.u32() - MIDDLE;
  const angle = Math.abs(value);
  if (angle > most * DEGREE) octets.fail(`${what} of more than ${most} degrees`);
  const degrees = Math.floor(angle / DEGREE);
  const minutes = Math.floor((angle % DEGREE) / MINUTE);
  const seconds = ((angle % MINUTE) / SECOND).toFixed(3);
  return `${degrees} ${minutes} ${seconds} ${letters[value < 0 ? 1 : 0]}`;
}

function metres(centimetres: number, digits: number): string {
  return (centimetres / 100).toFixed(digits);
}
