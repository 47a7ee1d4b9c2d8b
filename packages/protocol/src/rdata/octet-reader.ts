import { LIMIT } from '../constants.ts';

/**
 * RDATA in wire format, read field by field. It never throws: after the first thing that is wrong, `fault`
 * says what, and every read gives zeros or nothing. Whoever has read a record asks for it once.
 */
export class OctetReader {
  readonly octets: Uint8Array;
  #at = 0;
  #fault: string | undefined;

  constructor(octets: Uint8Array) {
    this.octets = octets;
  }

  get fault(): string | undefined {
    return this.#fault;
  }

  /** True, too, once something was wrong: a loop over what is left ends. */
  get isAtEnd(): boolean {
    return this.#fault !== undefined || this.#at === this.octets.length;
  }

  u8(): number {
    return this.take(1)[0] ?? 0;
  }

  u16(): number {
    return 256 * this.u8() + this.u8();
  }

  u32(): number {
    return 65_536 * this.u16() + this.u16();
  }

  /** The next octets, in the memory of the whole; none if there are too few. */
  take(length: number): Uint8Array {
    if (this.#fault === undefined && this.#at + length > this.octets.length) {
      this.fail('too few octets');
    }
    if (this.#fault !== undefined) return this.octets.subarray(0, 0);
    this.#at += length;
    return this.octets.subarray(this.#at - length, this.#at);
  }

  rest(): Uint8Array {
    return this.take(this.octets.length - this.#at);
  }

  /** A whole name, without compression (RFC 3597 4); the root if there is none. */
  name(): Uint8Array {
    const from = this.#at;
    for (;;) {
      const length = this.u8();
      if (length > LIMIT.LABEL) this.fail('a name that is compressed or malformed');
      if (this.#fault !== undefined) return Uint8Array.of(0);
      if (length === 0) break;
      this.take(length);
    }
    if (this.#at - from > LIMIT.NAME) this.fail('a name of more than 255 octets');
    return this.octets.subarray(from, this.#at);
  }

  fail(reason: string): void {
    this.#fault ??= reason;
  }
}
