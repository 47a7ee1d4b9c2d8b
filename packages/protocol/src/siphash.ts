// Query path: nothing here allocates, throws or waits. Bench: bench/micro/siphash.ts.

/**
 * SipHash-2-4 of 64 bits (Aumasson and Bernstein), the keyed hash of server cookies (RFC 9018 4.4).
 * Each 64-bit word is two halves of 32 bits, because a BigInt would be an allocation; the carry of an
 * addition is bit 31 of `a & b | (a | b) & ~sum`, because comparing the halves makes a branch that no
 * predictor can know. The result is left in two fields: an object for it would be an allocation too.
 */
export class SipHash24 {
  /** The lower half of the last hash: its first four octets, little-endian. */
  low = 0;
  /** The upper half: its last four octets, little-endian. */
  high = 0;
  private key0Low = 0;
  private key0High = 0;
  private key1Low = 0;
  private key1High = 0;

  /** @param key 16 octets, read once. */
  constructor(key: Uint8Array) {
    this.setKey(key);
  }

  /** Goes over to another key, read once. Not for the query path. */
  setKey(key: Uint8Array): void {
    const view = new DataView(key.buffer, key.byteOffset, 16);
    this.key0Low = view.getInt32(0, true);
    this.key0High = view.getInt32(4, true);
    this.key1Low = view.getInt32(8, true);
    this.key1High = view.getInt32(12, true);
  }

  /** Hashes `length` octets at `start` of `view` into `low` and `high`. */
  hash(view: DataView, start: number, length: number): void {
    const { key0Low, key0High, key1Low, key1High } = this;
    let v0l = key0Low ^ 0x70736575;
    let v0h = key0High ^ 0x736f6d65;
    let v1l = key1Low ^ 0x6e646f6d;
    let v1h = key1High ^ 0x646f7261;
    let v2l = key0Low ^ 0x6e657261;
    let v2h = key0High ^ 0x6c796765;
    let v3l = key1Low ^ 0x79746573;
    let v3h = key1High ^ 0x74656462;

    // Whole words, then what is left with the length in its last octet, then the end: four rounds that
    // absorb nothing. One loop for all three, so that the round is compiled once and stays in registers.
    const tail = start + (length & ~7);
    for (let at = start; at <= tail + 8; at += 8) {
      let wordLow = 0;
      let wordHigh = 0;
      let rounds = 2;
      if (at < tail) {
        wordLow = view.getInt32(at, true);
        wordHigh = view.getInt32(at + 4, true);
      } else if (at === tail) {
        const end = start + length;
        wordHigh = length << 24;
        let shift = 0;
        let octet = at;
        if (end - at >= 4) {
          wordLow = view.getInt32(at, true);
          for (octet = at + 4; octet < end; octet++, shift += 8) {
            wordHigh |= view.getUint8(octet) << shift;
          }
        } else {
          for (; octet < end; octet++, shift += 8) wordLow |= view.getUint8(octet) << shift;
        }
      } else {
        v2l ^= 0xff;
        rounds = 4;
      }
      v3l ^= wordLow;
      v3h ^= wordHigh;
      for (; rounds > 0; rounds--) {
        // v0 += v1; v1 = v1 <<< 13 ^ v0; v0 <<<= 32
        let low = (v0l + v1l) | 0;
        let high = (v0h + v1h + (((v0l & v1l) | ((v0l | v1l) & ~low)) >>> 31)) | 0;
        let keep = v1l;
        v1l = ((v1l << 13) | (v1h >>> 19)) ^ low;
        v1h = ((v1h << 13) | (keep >>> 19)) ^ high;
        v0l = high;
        v0h = low;
        // v2 += v3; v3 = v3 <<< 16 ^ v2
        low = (v2l + v3l) | 0;
        v2h = (v2h + v3h + (((v2l & v3l) | ((v2l | v3l) & ~low)) >>> 31)) | 0;
        v2l = low;
        keep = v3l;
        v3l = ((v3l << 16) | (v3h >>> 16)) ^ v2l;
        v3h = ((v3h << 16) | (keep >>> 16)) ^ v2h;
        // v0 += v3; v3 = v3 <<< 21 ^ v0
        low = (v0l + v3l) | 0;
        v0h = (v0h + v3h + (((v0l & v3l) | ((v0l | v3l) & ~low)) >>> 31)) | 0;
        v0l = low;
        keep = v3l;
        v3l = ((v3l << 21) | (v3h >>> 11)) ^ v0l;
        v3h = ((v3h << 21) | (keep >>> 11)) ^ v0h;
        // v2 += v1; v1 = v1 <<< 17 ^ v2; v2 <<<= 32
        low = (v2l + v1l) | 0;
        high = (v2h + v1h + (((v2l & v1l) | ((v2l | v1l) & ~low)) >>> 31)) | 0;
        keep = v1l;
        v1l = ((v1l << 17) | (v1h >>> 15)) ^ low;
        v1h = ((v1h << 17) | (keep >>> 15)) ^ high;
        v2l = high;
        v2h = low;
      }
      v0l ^= wordLow;
      v0h ^= wordHigh;
    }
    this.low = v0l ^ v1l ^ v2l ^ v3l;
    this.high = v0h ^ v1h ^ v2h ^ v3h;
  }
}
