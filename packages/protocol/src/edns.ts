// Query path: nothing here allocates, throws or waits. Bench: bench/micro/compose.ts.
import { TYPE } from './constants.ts';

/** Octets of an OPT record without options: root, type, size, extended RCODE, flags, RDLENGTH. */
export const OPT_LENGTH = 11;

/** Where RDLENGTH stands in it. */
export const RDLENGTH_AT = 9;

/**
 * Composes the OPT record of a reply at `at` of `memory`, without options. The caller has seen to it that OPT_LENGTH
 * octets are free there.
 *
 * @param rcode all twelve bits; the upper eight go here, the lower four into the header.
 * @param dnssecOk copied from the query (RFC 3225 3). No other flag is (RFC 6891 6.1.4).
 * @returns the offset behind the record.
 */
export function composeOpt(
  memory: Uint8Array,
  view: DataView,
  at: number,
  udpSize: number,
  rcode: number,
  dnssecOk: boolean,
): number {
  memory[at] = 0;
  view.setUint16(at + 1, TYPE.OPT);
  view.setUint16(at + 3, udpSize);
  memory[at + 5] = rcode >> 4;
  memory[at + 6] = 0;
  view.setUint16(at + 7, dnssecOk ? 0x8000 : 0);
  view.setUint16(at + RDLENGTH_AT, 0);
  return at + OPT_LENGTH;
}

/**
 * Appends an option, composed before, to the OPT record that lies from `opt` to `end`. The caller has seen to it
 * that its octets are free there.
 *
 * @returns the offset behind it.
 */
export function appendOption(
  memory: Uint8Array,
  view: DataView,
  opt: number,
  end: number,
  option: Uint8Array,
): number {
  view.setUint16(opt + RDLENGTH_AT, view.getUint16(opt + RDLENGTH_AT) + option.length);
  for (let i = 0; i < option.length; i++) memory[end + i] = option[i] as number;
  return end + option.length;
}
