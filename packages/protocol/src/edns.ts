// Query path: nothing here allocates, throws or waits. Bench: bench/micro/compose.ts.
import { EDNS_OPTION, TYPE } from './constants.ts';

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

/** Octets of an edns-tcp-keepalive option with its value: code, length, TIMEOUT. */
export const KEEPALIVE_LENGTH = 6;

/**
 * Appends an edns-tcp-keepalive option (RFC 7828 3.1) to the OPT record that lies from `opt` to `end`. The caller has
 * seen to it that KEEPALIVE_LENGTH octets are free there.
 *
 * @param timeout in units of 100 ms; what 16 bits can't say is said to be as long as they can.
 * @returns the offset behind it.
 */
export function appendKeepalive(view: DataView, opt: number, end: number, timeout: number): number {
  view.setUint16(opt + RDLENGTH_AT, view.getUint16(opt + RDLENGTH_AT) + KEEPALIVE_LENGTH);
  view.setUint16(end, EDNS_OPTION.TCP_KEEPALIVE);
  view.setUint16(end + 2, 2);
  view.setUint16(end + 4, Math.min(timeout, 0xffff));
  return end + KEEPALIVE_LENGTH;
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

/** Replies are padded to a multiple of so many octets (RFC 8467 4.1). */
export const PADDING_BLOCK = 468;

/**
 * Octets of the PADDING option that takes a reply of `length` octets to the next multiple of {@link PADDING_BLOCK}, or to
 * `most` where that is less; 0 where not even an empty one has room (RFC 8467 4.1: then it is left out).
 */
export function paddingLength(length: number, most: number): number {
  const empty = length + 4;
  if (empty > most) return 0;
  const whole = Math.ceil(empty / PADDING_BLOCK) * PADDING_BLOCK;
  return Math.min(whole, most) - length;
}

/**
 * Appends a PADDING option (RFC 7830 3) of `length` octets, its code and length included, to the OPT record that lies from
 * `opt` to `end`. The caller has seen to it that they are free there.
 *
 * @returns the offset behind it.
 */
export function appendPadding(
  memory: Uint8Array,
  view: DataView,
  opt: number,
  end: number,
  length: number,
): number {
  view.setUint16(opt + RDLENGTH_AT, view.getUint16(opt + RDLENGTH_AT) + length);
  view.setUint16(end, EDNS_OPTION.PADDING);
  view.setUint16(end + 2, length - 4);
  memory.fill(0, end + 4, end + length);
  return end + length;
}
