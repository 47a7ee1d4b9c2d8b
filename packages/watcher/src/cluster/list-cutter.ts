import { ProtocolError } from './failure.ts';

/** `k8s` and a NUL, then a runtime.Unknown, whose `raw` is the list. */
const magic: Buffer = Buffer.from('k8s\0');
const RAW = 2;
/** The only wire type that an Unknown's members before `raw`, and a list's own, have. */
const LENGTH = 2;

/** What comes at once is 64 KiB at the most. */
const firstSize = 128 * 1024;
/** An object is at most 1.5 MB in etcd (its default request limit). */
const longestMember = 32 * 1024 * 1024;

/**
 * Cuts the octets of a list, as protobuf in the API server's envelope, into the list's members. After `push`, each
 * `next` that is true has found one: number `member`, from `start` to `end` of `octets`, to be read before the next
 * `push`. The whole is never held: it may be 350 MB.
 */
export class ListCutter {
  /** All that was pushed and is no part of an earlier member. */
  octets: Buffer = Buffer.allocUnsafeSlow(firstSize);
  start = 0;
  end = 0;
  member = 0;
  #length = 0;
  /** Octets of the list that are still to come, or to be cut; undefined before it begins. */
  #left: number | undefined;

  /** Copies the chunk: a copy of everything costs less than one of what lies across two chunks, put together anew. */
  push(chunk: Buffer): void {
    this.octets.copyWithin(0, this.end, this.#length);
    const kept = this.#length - this.end;
    this.end = 0;
    this.#length = kept + chunk.length;
    if (this.#length > this.octets.length) {
      const larger = Buffer.allocUnsafeSlow(2 * this.#length);
      this.octets.copy(larger, 0, 0, kept);
      this.octets = larger;
    }
    chunk.copy(this.octets, kept);
  }

  /** @throws ProtocolError for octets that are no list, or a member of over 32 MiB */
  next(): boolean {
    if (this.#left === undefined && !this.#enter()) return false;
    if (this.#left === 0) {
      // What the envelope says besides.
      this.end = this.#length;
      return false;
    }
    const from = this.end;
    if (!this.#head()) return false;
    if (this.end > longestMember + from) throw malformed();
    const left = (this.#left as number) - (this.end - from);
    if (left < 0) throw malformed();
    if (this.end > this.#length) {
      this.end = from;
      return false;
    }
    this.#left = left;
    return true;
  }

  /** Whether the list has been cut to its end. */
  get isAtEnd(): boolean {
    return this.#left === 0;
  }

  /** Passes over what of the envelope comes before the list, once all of that is there. */
  #enter(): boolean {
    if (this.#length < magic.length) return false;
    if (this.octets.compare(magic, 0, magic.length, 0, magic.length) !== 0) throw malformed();
    this.end = magic.length;
    while (this.#head()) {
      if (this.member === RAW) {
        this.#left = this.end - this.start;
        this.end = this.start;
        return true;
      }
      if (this.end > longestMember) throw malformed();
      if (this.end > this.#length) break;
    }
    this.end = 0;
    return false;
  }

  /** Reads a tag and a length at `end`, which sets all three; false and nothing where they are not whole. */
  #head(): boolean {
    const from = this.end;
    const tag = this.#varint();
    const length = tag < 0 ? tag : this.#varint();
    if (length < 0) {
      this.end = from;
      return false;
    }
    if ((tag & 7) !== LENGTH) throw malformed();
    this.member = tag >>> 3;
    this.start = this.end;
    this.end += length;
    return true;
  }

  /** At `end`, and moves it; -1 where it is not whole. Up to 2^35: a list may be longer than 32 bits can tell. */
  #varint(): number {
    let value = 0;
    for (let factor = 1; factor <= 2 ** 28; factor *= 128) {
      if (this.end >= this.#length) return -1;
      const octet = this.octets[this.end++] as number;
      value += (octet & 0x7f) * factor;
      if (octet < 0x80) return value;
    }
    throw malformed();
  }
}

function malformed(): ProtocolError {
  return new ProtocolError('a list in protobuf that is malformed');
}
