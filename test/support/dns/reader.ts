// A strict reader of DNS octets. It throws MalformedMessage for whatever a correct server must not
// send, so that every test checks the wire format of every reply without saying so.

import { presentName } from './names.ts';

/** What the server sent is not a DNS message; the message says where and why. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
}

/** Whether RFC 3597 4 lets this name use compression pointers. */
type NameForm = 'compressed' | 'whole';

const MAX_NAME = 255;

export class Reader {
  readonly #octets: Buffer;
  /** Offsets at which a label of an earlier name begins: all that a pointer may point to. */
  readonly #labelStarts = new Set<number>();
  #at = 0;

  constructor(octets: Uint8Array) {
    this.#octets = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
  }

  /** The offset of the next octet to be read. */
  get at(): number {
    return this.#at;
  }

  get end(): number {
    return this.#octets.length;
  }

  u8(): number {
    return this.#octets.readUInt8(this.#advance(1));
  }

  u16(): number {
    return this.#octets.readUInt16BE(this.#advance(2));
  }

  u32(): number {
    return this.#octets.readUInt32BE(this.#advance(4));
  }

  /** A copy of the next `length` octets. */
  octets(length: number): Uint8Array {
    const from = this.#advance(length);
    return Uint8Array.from(this.#octets.subarray(from, from + length));
  }

  /**
   * A name in presentation format, case kept. A pointer must lead to a label of an earlier name
   * (RFC 1035 4.1.4), which also rules out forward pointers and loops.
   */
  name(form: NameForm): string {
    const labels: Uint8Array[] = [];
    const starts: number[] = [];
    let length = 1;
    let resume: number | undefined;
    for (;;) {
      const from = this.#at;
      const octet = this.u8();
      if (octet >= 0xc0) {
        if (form === 'whole')
          throw new MalformedMessage(`compression pointer at ${from} (RFC 3597)`);
        const target = ((octet & 0x3f) << 8) | this.u8();
        if (!this.#labelStarts.has(target)) {
          throw new MalformedMessage(
            `pointer at ${from} to ${target}, where no earlier label begins`,
          );
        }
        resume ??= this.#at;
        this.#at = target;
        continue;
      }
      if (octet >= 0x40) throw new MalformedMessage(`label type ${octet >> 6} at ${from}`);
      if (resume === undefined) starts.push(from);
      if (octet === 0) break;
      labels.push(this.octets(octet));
      length += octet + 1;
      if (length > MAX_NAME) throw new MalformedMessage(`name of more than 255 octets at ${from}`);
    }
    this.#at = resume ?? this.#at;
    for (const start of starts) this.#labelStarts.add(start);
    return presentName(labels);
  }

  #advance(length: number): number {
    const from = this.#at;
    if (from + length > this.#octets.length) {
      throw new MalformedMessage(`${length} octets wanted at ${from} of ${this.#octets.length}`);
    }
    this.#at = from + length;
    return from;
  }
}
