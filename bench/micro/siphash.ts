// SipHash-2-4 of what a server cookie is made of (RFC 9018 4.4): 20 octets for a client of IPv4, 32 for one of
// IPv6. `node --conditions=seamark-source bench/micro/siphash.ts`

import { SipHash24 } from '@seamark/protocol';
import { type Contender, compare } from './runner.ts';

const KEY = Uint8Array.from({ length: 16 }, (_, i) => i);
const inputs = new DataView(new ArrayBuffer(4096 * 32));
for (let at = 0, state = 1; at < inputs.byteLength; at += 4) {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
  inputs.setInt32(at, state ^ (state >>> 16));
}

interface Hasher {
  low: number;
  high: number;
  hash(view: DataView, start: number, length: number): void;
}

function hashing(name: string, hasher: Hasher, length: number): Contender {
  return {
    name,
    run(times) {
      let total = 0;
      for (let i = 0; i < times; i++) {
        hasher.hash(inputs, (i & 4095) * 32, length);
        total ^= hasher.low ^ hasher.high;
      }
      return total;
    },
  };
}

/** The carry by comparing, as it is mostly written: four branches a round that are taken at random. */
class Comparing implements Hasher {
  low = 0;
  high = 0;

  hash(view: DataView, start: number, length: number): void {
    let v0l = 0x03020100 ^ 0x70736575;
    let v0h = 0x07060504 ^ 0x736f6d65;
    let v1l = 0x0b0a0908 ^ 0x6e646f6d;
    let v1h = 0x0f0e0d0c ^ 0x646f7261;
    let v2l = 0x03020100 ^ 0x6e657261;
    let v2h = 0x07060504 ^ 0x6c796765;
    let v3l = 0x0b0a0908 ^ 0x79746573;
    let v3h = 0x0f0e0d0c ^ 0x74656462;
    const tail = start + (length & ~7);
    for (let at = start; at <= tail + 8; at += 8) {
      let wordLow = 0;
      let wordHigh = 0;
      let rounds = 2;
      if (at < tail) {
        wordLow = view.getInt32(at, true);
        wordHigh = view.getInt32(at + 4, true);
      } else if (at === tail) {
        if ((length & 4) !== 0) wordLow = view.getInt32(at, true);
        wordHigh = length << 24;
      } else {
        v2l ^= 0xff;
        rounds = 4;
      }
      v3l ^= wordLow;
      v3h ^= wordHigh;
      for (; rounds > 0; rounds--) {
        let low = (v0l + v1l) | 0;
        let high = (v0h + v1h + (low >>> 0 < v0l >>> 0 ? 1 : 0)) | 0;
        let keep = v1l;
        v1l = ((v1l << 13) | (v1h >>> 19)) ^ low;
        v1h = ((v1h << 13) | (keep >>> 19)) ^ high;
        v0l = high;
        v0h = low;
        low = (v2l + v3l) | 0;
        v2h = (v2h + v3h + (low >>> 0 < v2l >>> 0 ? 1 : 0)) | 0;
        v2l = low;
        keep = v3l;
        v3l = ((v3l << 16) | (v3h >>> 16)) ^ v2l;
        v3h = ((v3h << 16) | (keep >>> 16)) ^ v2h;
        low = (v0l + v3l) | 0;
        v0h = (v0h + v3h + (low >>> 0 < v0l >>> 0 ? 1 : 0)) | 0;
        v0l = low;
        keep = v3l;
        v3l = ((v3l << 21) | (v3h >>> 11)) ^ v0l;
        v3h = ((v3h << 21) | (keep >>> 11)) ^ v0h;
        low = (v2l + v1l) | 0;
        high = (v2h + v1h + (low >>> 0 < v2l >>> 0 ? 1 : 0)) | 0;
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

const MASK = (1n << 64n) - 1n;
const rotated = (word: bigint, by: bigint): bigint => ((word << by) & MASK) | (word >> (64n - by));

/** As the paper has it, over BigInts: shortest to write, and some 250 allocations a hash. */
class OverBigInts implements Hasher {
  low = 0;
  high = 0;
  private v0 = 0n;
  private v1 = 0n;
  private v2 = 0n;
  private v3 = 0n;

  hash(view: DataView, start: number, length: number): void {
    this.v0 = 0x0706050403020100n ^ 0x736f6d6570736575n;
    this.v1 = 0x0f0e0d0c0b0a0908n ^ 0x646f72616e646f6dn;
    this.v2 = 0x0706050403020100n ^ 0x6c7967656e657261n;
    this.v3 = 0x0f0e0d0c0b0a0908n ^ 0x7465646279746573n;
    const tail = start + (length & ~7);
    for (let at = start; at < tail; at += 8) this.absorb(view.getBigUint64(at, true));
    const left = (length & 4) === 0 ? 0n : BigInt(view.getUint32(tail, true));
    this.absorb(left | (BigInt(length) << 56n));
    this.v2 ^= 0xffn;
    for (let i = 0; i < 4; i++) this.round();
    const hash = this.v0 ^ this.v1 ^ this.v2 ^ this.v3;
    this.low = Number(hash & 0xffffffffn) | 0;
    this.high = Number(hash >> 32n) | 0;
  }

  private absorb(word: bigint): void {
    this.v3 ^= word;
    this.round();
    this.round();
    this.v0 ^= word;
  }

  private round(): void {
    this.v0 = (this.v0 + this.v1) & MASK;
    this.v2 = (this.v2 + this.v3) & MASK;
    this.v1 = rotated(this.v1, 13n) ^ this.v0;
    this.v3 = rotated(this.v3, 16n) ^ this.v2;
    this.v0 = rotated(this.v0, 32n);
    this.v2 = (this.v2 + this.v1) & MASK;
    this.v0 = (this.v0 + this.v3) & MASK;
    this.v1 = rotated(this.v1, 17n) ^ this.v2;
    this.v3 = rotated(this.v3, 21n) ^ this.v0;
    this.v2 = rotated(this.v2, 32n);
  }
}

for (const length of [20, 32]) {
  const hashers = [new SipHash24(KEY), new Comparing(), new OverBigInts()] as const;
  for (const hasher of hashers) hasher.hash(inputs, 64, length);
  const [first, ...others] = hashers.map(({ low, high }) => `${low} ${high}`);
  if (others.some((other) => other !== first)) throw new Error('the contenders disagree');
  const [ours, comparing, bigints] = hashers;
  compare(`SipHash-2-4 of ${length} octets`, [
    hashing('SipHash24', ours, length),
    hashing('loser: the carry by comparing', comparing, length),
    hashing('loser: BigInt', bigints, length),
  ]);
}
