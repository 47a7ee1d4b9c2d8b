// The loop: an input that made something new run is kept, and further inputs are made of those.

import { Random } from '../../../packages/protocol/test-support/random.ts';
import type { Coverage } from './coverage.ts';
import { mutate } from './mutate.ts';
import type { Target } from './target.ts';

/** Runs between two looks at the coverage. */
const BATCH = 512;
/** Of each round, how many are looked at one by one: only so is seen how often something ran. */
const CLOSELY = 4;

export interface FuzzerOptions {
  readonly target: Target;
  readonly coverage: Coverage;
  readonly seed: number;
  readonly onError: (input: Uint8Array, error: unknown) => void;
}

/** Fuzzes one target. With the same seed and corpus the nth round is the same on any machine. */
export class Fuzzer {
  /** Inputs that each made something new run, in the order in which they were found. */
  readonly corpus: Uint8Array[] = [];
  runs = 0;
  readonly #options: FuzzerOptions;
  readonly #random: Random;

  constructor(options: FuzzerOptions) {
    this.#options = options;
    this.#random = new Random(options.seed);
  }

  /** Runs inputs as they are. Those that add nothing are not kept. */
  take(inputs: readonly Uint8Array[]): void {
    for (let at = 0; at < inputs.length; at += BATCH) this.#batch(inputs.slice(at, at + BATCH));
  }

  /** The same, and each is looked at one by one: what differs only in how often something runs is kept, too. */
  takeClosely(inputs: readonly Uint8Array[]): void {
    for (const input of inputs) this.#single(input);
  }

  /** Makes some inputs out of what is known, and runs them. */
  round(): void {
    this.#batch(Array.from({ length: BATCH }, () => this.#make()));
    for (let i = 0; i < CLOSELY; i++) this.#single(this.#make());
  }

  #make(): Uint8Array {
    const { corpus } = this;
    const random = this.#random;
    const { target } = this.#options;
    if (corpus.length === 0) return random.octets(random.below(64));
    // What was found last leads on more often than what was there from the start.
    const recent = Math.max(1, corpus.length >> 3);
    const at = random.oneIn(2)
      ? random.below(corpus.length)
      : corpus.length - 1 - random.below(recent);
    return mutate(corpus[at] as Uint8Array, random, target, corpus);
  }

  /** Runs them all, and looks for those that have brought something new only if one has. */
  #batch(inputs: readonly Uint8Array[]): void {
    const { coverage } = this.#options;
    coverage.skip();
    for (const input of inputs) this.#run(input);
    if (!coverage.hasNews()) return;
    this.#search(inputs);
  }

  /** One of these, or several, brought something new, unless it depends on what came before. */
  #search(inputs: readonly Uint8Array[]): void {
    if (inputs.length === 1) {
      this.#single(inputs[0] as Uint8Array);
      return;
    }
    const half = inputs.length >> 1;
    for (const part of [inputs.slice(0, half), inputs.slice(half)]) {
      for (const input of part) this.#run(input);
      if (this.#options.coverage.hasNews()) this.#search(part);
    }
  }

  #single(input: Uint8Array): void {
    const { coverage } = this.#options;
    coverage.skip();
    this.#run(input);
    if (coverage.note()) this.corpus.push(input.slice());
  }

  #run(input: Uint8Array): void {
    this.runs += 1;
    const { target, onError } = this.#options;
    try {
      target.run(input);
    } catch (error) {
      onError(input, error);
    }
  }
}

/**
 * The smallest inputs that together run what all of them run.
 *
 * @param coverage of which nothing has been noted yet
 */
export function minimise(
  inputs: readonly Uint8Array[],
  target: Target,
  coverage: Coverage,
): Uint8Array[] {
  const smallestFirst = inputs.toSorted((a, b) => a.length - b.length || Buffer.compare(a, b));
  return smallestFirst.filter((input) => {
    coverage.skip();
    try {
      target.run(input);
    } catch {
      return false;
    }
    return coverage.note();
  });
}

/** A smaller input that fails alike: parts are taken out as long as that is so. */
export function shrink(input: Uint8Array, isAlike: (smaller: Uint8Array) => boolean): Uint8Array {
  let smallest = input;
  for (let size = input.length >> 1; size > 0; size >>= 1) {
    for (let at = 0; at + size <= smallest.length; ) {
      const without = Uint8Array.of(...smallest.subarray(0, at), ...smallest.subarray(at + size));
      if (isAlike(without)) smallest = without;
      else at += size;
    }
  }
  for (let at = 0; at < smallest.length; at++) {
    if (smallest[at] === 0) continue;
    const plainer = smallest.slice();
    plainer[at] = 0;
    if (isAlike(plainer)) smallest = plainer;
  }
  return smallest;
}
