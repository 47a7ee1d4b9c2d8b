// Query path: nothing here allocates, throws or waits. Bench: bench/micro/name-hash.ts.
import { LIMIT } from '@seamark/protocol';

/**
 * Hashes a folded name label by label from the right, so that one pass over QNAME gives the hash of
 * every ancestor: the exact name, the closest encloser and the wildcard below it cost no second one.
 *
 * The function is HalfSipHash-1-3 (32-bit words, two-word key): keyed, so that nobody can choose
 * names that meet in one slot of the table without knowing a running server's key. A label is
 * absorbed as its wire octets, length first, in little-endian words padded with zeros; the length
 * makes that unambiguous. Four words of state are kept per label, and finished (three rounds) only
 * for the suffixes that are looked up.
 */
export class NameHasher {
  readonly key0: number;
  readonly key1: number;
  /** State behind label i at 4i; behind the root at 4 x LABELS. */
  private readonly states = new Int32Array(4 * (LIMIT.LABELS + 1));
  private readonly scratch = new Int32Array(4);

  /** @param key0, key1 two secret 32-bit words, the same for all segments of a snapshot. */
  constructor(key0: number, key1: number) {
    this.key0 = key0 | 0;
    this.key1 = key1 | 0;
    const root = 4 * LIMIT.LABELS;
    this.states[root] = this.key0;
    this.states[root + 1] = this.key1;
    this.states[root + 2] = 0x6c796765 ^ this.key0;
    this.states[root + 3] = 0x74656462 ^ this.key1;
  }

  /**
   * Absorbs a whole folded name; `hashOf` and `wildcardHashOf` then speak of it.
   *
   * @param view over the name's octets, which begin at its first octet; up to three octets behind
   *   each label are read (and masked off).
   * @param labels where each label starts; `count` of them, leftmost first.
   */
  absorb(view: DataView, labels: Uint8Array, count: number): void {
    let from = 4 * LIMIT.LABELS;
    for (let i = count - 1; i >= 0; i--) {
      const start = labels[i] as number;
      this.absorbLabel(view, start, view.getUint8(start) + 1, from, this.states, 4 * i);
      from = 4 * i;
    }
    this.count = count;
  }

  private count = 0;

  /** The hash of the suffix that begins with label `index`; the label count stands for the root. */
  hashOf(index: number): number {
    return finish(this.states, index >= this.count ? 4 * LIMIT.LABELS : 4 * index);
  }

  /** The hash of `*.` before the suffix that begins with label `index`. */
  wildcardHashOf(index: number): number {
    const from = index >= this.count ? 4 * LIMIT.LABELS : 4 * index;
    this.absorbLabel(ASTERISK, 0, 2, from, this.scratch, 0);
    return finish(this.scratch, 0);
  }

  /**
   * The hash of any octets, with the same key: for tables of other things that strangers name. What was
   * absorbed before still holds.
   *
   * @param view up to three octets behind them are read (and masked off).
   */
  hashOctets(view: DataView, start: number, length: number): number {
    this.absorbLabel(view, start, length, 4 * LIMIT.LABELS, this.scratch, 0);
    return finish(this.scratch, 0);
  }

  private absorbLabel(
    view: DataView,
    start: number,
    length: number,
    from: number,
    into: Int32Array,
    to: number,
  ): void {
    let v0 = this.states[from] as number;
    let v1 = this.states[from + 1] as number;
    let v2 = this.states[from + 2] as number;
    let v3 = this.states[from + 3] as number;
    let at = start;
    let left = length;
    while (left > 0) {
      let word = view.getInt32(at, true);
      if (left < 4) word &= (1 << (8 * left)) - 1;
      v3 ^= word;
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
      v0 ^= word;
      at += 4;
      left -= 4;
    }
    into[to] = v0;
    into[to + 1] = v1;
    into[to + 2] = v2;
    into[to + 3] = v3;
  }
}

/** `01 *`, with the spare octets that a word read at its start takes in. */
const ASTERISK = new DataView(Uint8Array.of(1, 0x2a, 0, 0).buffer);

function finish(states: Int32Array, at: number): number {
  let v0 = states[at] as number;
  let v1 = states[at + 1] as number;
  let v2 = (states[at + 2] as number) ^ 0xff;
  let v3 = states[at + 3] as number;
  for (let round = 0; round < 3; round++) {
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
  }
  return v1 ^ v3;
}
