// Query path: nothing here allocates, throws or waits. Bench: bench/micro/parse-edns.ts.
import { EDNS_OPTION } from './constants.ts';
import { RDLENGTH_AT } from './edns.ts';

/*
 * The Client Subnet option (RFC 7871 6):
 *   0 code 8   2 length   4 FAMILY   6 SOURCE PREFIX-LENGTH   7 SCOPE PREFIX-LENGTH   8 ADDRESS
 */
const SCOPE_AT = 7;
const ADDRESS_AT = 8;
/** With an IPv6 address. */
const MOST_OCTETS: number = ADDRESS_AT + 16;

/** Bits of an address of each FAMILY. Family 0 is none: nothing is to be told of the client (BIND takes it, too). */
const BITS: readonly number[] = [0, 32, 128];

/**
 * Whether the option of `length` octets, code and length not counted, whose FAMILY stands at `at`, is one that a query
 * may have (RFC 7871 6, 7.2.1).
 */
export function isClientSubnet(view: DataView, at: number, length: number): boolean {
  if (length < 4) return false;
  const family = view.getUint16(at);
  if (family >= BITS.length) return false;
  const source = view.getUint8(at + 2);
  if (source > (BITS[family] as number) || view.getUint8(at + 3) !== 0) return false;
  if (length !== 4 + ((source + 7) >> 3)) return false;
  // Bits beyond the prefix have to be clear.
  const spare = (8 - (source & 7)) & 7;
  return spare === 0 || (view.getUint8(at + length - 1) & ((1 << spare) - 1)) === 0;
}

/**
 * The Client Subnet option of a reply. No answer here depends on who asks: the scope is 0, so that a cache in between
 * keeps it for everybody (RFC 7871 7.2.1). One of these per thread.
 */
export class ClientSubnet {
  /** `length` of them are the option, code and length among them. */
  readonly octets: Uint8Array = new Uint8Array(MOST_OCTETS);
  /** Octets of the option; 0: none goes into the reply. */
  length = 0;

  /** Takes the option of a query, before the reply is written over it: its FAMILY stands at `at`. */
  receive(view: DataView, at: number, length: number): void {
    const { octets } = this;
    octets[0] = EDNS_OPTION.CLIENT_SUBNET >> 8;
    octets[1] = EDNS_OPTION.CLIENT_SUBNET;
    octets[2] = length >> 8;
    octets[3] = length;
    for (let i = 0; i < length; i++) octets[4 + i] = view.getUint8(at + i);
    octets[SCOPE_AT] = 0;
    this.length = 4 + length;
  }

  /**
   * Appends it to the OPT record that lies from `opt` to `end`, where there is room for it.
   *
   * @returns the offset behind it.
   */
  append(view: DataView, opt: number, end: number): number {
    const { octets, length } = this;
    view.setUint16(opt + RDLENGTH_AT, view.getUint16(opt + RDLENGTH_AT) + length);
    for (let i = 0; i < length; i++) view.setUint8(end + i, octets[i] as number);
    return end + length;
  }
}

/** The same option in memory of its own, for those who have time. */
export function composeSubnet(view: DataView, at: number, length: number): Uint8Array {
  const subnet = new ClientSubnet();
  subnet.receive(view, at, length);
  return subnet.octets.slice(0, subnet.length);
}
