// Inputs made of inputs. All that is random here comes from one seeded generator.

import type { Random } from '../../../packages/protocol/test-support/random.ts';
import type { Target } from './target.ts';

/** Of an input that grows and grows nothing new is learnt; a UDP worker takes 4,096 octets at the most. */
const MOST_OCTETS = 4096;

/** Values at which comparisons turn. */
const EDGES = [0, 1, 2, 0x3f, 0x40, 0x7f, 0x80, 0xbf, 0xc0, 0xff] as const;
const EDGES_16 = [0, 1, 2, 11, 12, 41, 255, 256, 511, 512, 1232, 0x7fff, 0x8000, 0xffff] as const;

type Change = (input: Uint8Array, random: Random, context: Context) => Uint8Array;

interface Context {
  readonly target: Target;
  readonly others: readonly Uint8Array[];
}

/** An input with one to some changes; now and then, with many. */
export function mutate(
  base: Uint8Array,
  random: Random,
  target: Target,
  others: readonly Uint8Array[],
): Uint8Array {
  const context = { target, others };
  const changes = CHANGES[target.shape];
  let input = base;
  for (let count = 1 + random.below(random.oneIn(8) ? 24 : 5); count > 0; count--) {
    input = random.pick(changes)(input, random, context);
  }
  // Most messages keep a header that lets the rest be looked at.
  if (target.shape === 'message' && !random.oneIn(4)) input = sane(input, random);
  if (target.shape === 'reply' && !random.oneIn(4)) input = saneReply(input);
  return input.length > MOST_OCTETS ? input.subarray(0, MOST_OCTETS) : input;
}

const changed = (input: Uint8Array, change: (octets: Uint8Array) => void): Uint8Array => {
  const copy = input.slice();
  if (copy.length > 0) change(copy);
  return copy;
};

const spliced = (input: Uint8Array, at: number, removed: number, added: Uint8Array): Uint8Array => {
  const made = new Uint8Array(input.length - Math.min(removed, input.length - at) + added.length);
  made.set(input.subarray(0, at));
  made.set(added, at);
  made.set(input.subarray(at + removed), at + added.length);
  return made;
};

const flipBit: Change = (input, random) =>
  changed(input, (octets) => {
    const at = random.below(octets.length);
    octets[at] = (octets[at] as number) ^ (1 << random.below(8));
  });

const setOctet: Change = (input, random) =>
  changed(input, (octets) => {
    octets[random.below(octets.length)] = random.oneIn(2) ? random.pick(EDGES) : random.below(256);
  });

const addTo: Change = (input, random) =>
  changed(input, (octets) => {
    const at = random.below(octets.length);
    octets[at] = (octets[at] as number) + random.below(33) - 16;
  });

const setWord: Change = (input, random) => {
  if (input.length < 2) return input;
  return changed(input, (octets) => {
    const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
    const at = random.below(octets.length - 1);
    const near = view.getUint16(at) + random.below(33) - 16;
    view.setUint16(at, random.oneIn(2) ? random.pick(EDGES_16) : near);
  });
};

const remove: Change = (input, random) => {
  const at = random.below(input.length + 1);
  return spliced(input, at, 1 + random.below(random.oneIn(4) ? 64 : 4), NOTHING);
};

const insert: Change = (input, random) =>
  spliced(input, random.below(input.length + 1), 0, random.octets(1 + random.below(6)));

const repeat: Change = (input, random) => {
  const from = random.below(input.length + 1);
  const part = input.subarray(from, from + 1 + random.below(48));
  return spliced(input, random.below(input.length + 1), random.oneIn(2) ? part.length : 0, part);
};

const cut: Change = (input, random) => input.subarray(0, random.below(input.length + 1));

const useWord: Change = (input, random, { target }) => {
  if (target.dictionary.length === 0) return input;
  const word = random.pick(target.dictionary);
  return spliced(input, random.below(input.length + 1), random.below(2) * word.length, word);
};

const cross: Change = (input, random, { others }) => {
  if (others.length === 0) return input;
  const other = random.pick(others);
  const from = random.below(other.length + 1);
  const part = other.subarray(from, from + random.below(other.length - from + 1));
  const at = random.below(input.length + 1);
  return spliced(input, at, random.oneIn(2) ? part.length : input.length, part);
};

const NOTHING = new Uint8Array(0);

const ANY_OCTETS: readonly Change[] = [
  ...[flipBit, setOctet, setOctet, addTo, setWord, setWord],
  ...[remove, insert, repeat, cut, useWord, useWord, cross],
];

/** Counts and flags of a header near what they are in queries. */
const setHeader: Change = (input, random) => {
  if (input.length < 12) return input;
  return changed(input, (octets) => {
    octets[2 + random.below(10)] = random.oneIn(3) ? random.below(256) : random.below(3);
  });
};

/** QNAME becomes a word of the dictionary, if it ends where it should. */
const setName: Change = (input, random, { target }) => {
  const end = nameEnd(input, 12);
  const names = target.dictionary.filter((word) => nameEnd(word, 0) === word.length);
  if (end < 0 || names.length === 0) return input;
  const name = random.pick(names);
  const below = random.oneIn(3) ? Uint8Array.of(1, random.pick([0x2a, 0x61, 0x41, 0x2e])) : NOTHING;
  return spliced(input, 12, end - 12, Uint8Array.of(...below, ...name));
};

const TYPES = [
  1, 2, 5, 6, 12, 15, 16, 28, 33, 35, 39, 41, 43, 64, 65, 249, 250, 251, 252, 255, 257,
];

const setType: Change = (input, random) => {
  const end = nameEnd(input, 12);
  if (end < 0 || end + 4 > input.length) return input;
  return changed(input, (octets) => {
    const type = random.pick(TYPES);
    octets[end] = type >> 8;
    octets[end + 1] = type & 0xff;
    octets[end + 2] = 0;
    octets[end + 3] = random.oneIn(6) ? random.pick([3, 4, 254, 255]) : 1;
  });
};

const MESSAGES: readonly Change[] = [...ANY_OCTETS, setHeader, setHeader, setName, setType];

function sane(input: Uint8Array, random: Random): Uint8Array {
  if (input.length < 12) return input;
  return changed(input, (octets) => {
    octets[2] = random.oneIn(2) ? 1 : 0;
    octets.set([0, 0, 1, 0, 0, 0, 0, 0], 3);
    if (!random.oneIn(3)) octets[11] = random.below(3);
  });
}

/** A reply to the question of the seeds, whatever its records are. */
function saneReply(input: Uint8Array): Uint8Array {
  if (input.length < 12) return input;
  return changed(input, (octets) => {
    octets[2] = 0x80 | ((octets[2] as number) & 0x07);
    octets.set([0, 1], 4);
  });
}

function nameEnd(octets: Uint8Array, start: number): number {
  for (let at = start; at < octets.length; at += (octets[at] as number) + 1) {
    if (octets[at] === 0) return at + 1;
    if ((octets[at] as number) > 63) return -1;
  }
  return -1;
}

const LINE_END = 0x0a;

/** Where each line begins, and the end. */
function linesOf(input: Uint8Array): number[] {
  const starts = [0];
  for (let at = 0; at < input.length; at++) if (input[at] === LINE_END) starts.push(at + 1);
  return [...starts, input.length];
}

function line(input: Uint8Array, random: Random): { start: number; end: number } {
  const starts = linesOf(input);
  const which = random.below(starts.length - 1);
  return { start: starts[which] as number, end: starts[which + 1] as number };
}

const removeLine: Change = (input, random) => {
  const { start, end } = line(input, random);
  return spliced(input, start, end - start, NOTHING);
};

const repeatLine: Change = (input, random) => {
  const { start, end } = line(input, random);
  return spliced(input, line(input, random).start, 0, input.subarray(start, end));
};

const otherLine: Change = (input, random, { others }) => {
  if (others.length === 0) return input;
  const other = random.pick(others);
  const { start, end } = line(other, random);
  return spliced(input, line(input, random).start, 0, other.subarray(start, end));
};

/** A word of the dictionary in the place of a word of the text. */
const replaceWord: Change = (input, random, { target }) => {
  if (target.dictionary.length === 0) return input;
  let at = random.below(input.length + 1);
  while (at > 0 && (input[at - 1] as number) > 0x20) at -= 1;
  let end = at;
  while (end < input.length && (input[end] as number) > 0x20) end += 1;
  return spliced(input, at, end - at, random.pick(target.dictionary));
};

const addWord: Change = (input, random, { target }) => {
  if (target.dictionary.length === 0) return input;
  const word = Uint8Array.of(0x20, ...random.pick(target.dictionary), 0x20);
  return spliced(input, random.below(input.length + 1), 0, word);
};

const TEXTS: readonly Change[] = [
  ...ANY_OCTETS,
  ...[removeLine, repeatLine, otherLine, otherLine, replaceWord, replaceWord, addWord, addWord],
];

const CHANGES: Readonly<Record<Target['shape'], readonly Change[]>> = {
  message: MESSAGES,
  // Of another question it would be no reply.
  reply: [...ANY_OCTETS, setHeader],
  text: TEXTS,
  octets: ANY_OCTETS,
};
