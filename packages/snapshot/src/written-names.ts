import { type FoldedName, foldName } from '@seamark/protocol';
import { INNER_POINTER, OUTER_POINTER } from './layout.ts';

/**
 * How far from an RRset's start a name may stand that others point to: 14 bits count from the start of the reply, and
 * header, question and a chain of CNAMEs may come before the RRset (2.4 KiB at most).
 */
const FAR = 0x3000;

/**
 * The names that stand in a reply when an RRset of a node is copied into it, as far as they are known beforehand: the
 * node's own name and its ancestors, which the question or a CNAME's target ends in, and what the RRset itself holds
 * by then. A name is written as its first labels and a pointer to the longest of these that it ends in.
 *
 * One for each RRset; glue goes with the NS RRset that it stands behind, and so has the same.
 */
export class WrittenNames {
  private readonly name: FoldedName;
  /** The node's name and its ancestors, folded, each with the pointer to it. */
  private outer: Map<string, number> | undefined;
  /** As written, for case is to be kept where it can be (RFC 4343 4.1). */
  private readonly inner = new Map<string, number>();

  /** @param name of the node. */
  constructor(name: FoldedName) {
    this.name = name;
  }

  /** The pointer to the node's own name; of a wildcard, to the name below which it stands. */
  get pointerToName(): number {
    return OUTER_POINTER | startsOf(nameInQuestion(this.name)).length;
  }

  /**
   * Writes a name, given whole, to `at` of `octets`.
   *
   * @param pointers takes the place of the pointer that it ends in, if it does.
   * @param isNoted whether names that come later may point to it: `at` then counts from the start of the RRset.
   * @returns the offset behind it.
   */
  write(
    name: Uint8Array,
    octets: Uint8Array,
    at: number,
    pointers: number[],
    isNoted: boolean,
  ): number {
    this.outer ??= ancestorsOf(this.name);
    const { inner, outer } = this;
    const written = latin1(name);
    const folded = latin1(foldName(name));
    for (const start of startsOf(name)) {
      const rest = written.slice(start);
      const pointer = inner.get(rest) ?? outer.get(folded.slice(start));
      if (pointer !== undefined) {
        octets.set(name.subarray(0, start), at);
        const place = at + start;
        octets[place] = pointer >> 8;
        octets[place + 1] = pointer & 0xff;
        pointers.push(place);
        return place + 2;
      }
      if (isNoted && at + start < FAR) inner.set(rest, INNER_POINTER | (at + start));
    }
    octets.set(name, at);
    return at + name.length;
  }
}

function ancestorsOf(name: FoldedName): Map<string, number> {
  const known = nameInQuestion(name);
  const text = latin1(known);
  const starts = startsOf(known);
  return new Map(
    starts.map((start, i) => [text.slice(start), OUTER_POINTER | (starts.length - i)]),
  );
}

/** What a wildcard answers for ends in its parent. */
function nameInQuestion(name: FoldedName): Uint8Array {
  return name[0] === 1 && name[1] === 0x2a ? name.subarray(2) : name;
}

/** Where each label begins, the root not counted. */
function startsOf(name: Uint8Array): number[] {
  const starts: number[] = [];
  for (let at = 0; at < name.length && name[at] !== 0; at += (name[at] as number) + 1) {
    starts.push(at);
  }
  return starts;
}

function latin1({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString('latin1');
}

/** The octets of the name that begins at `start` of well-formed RDATA. */
export function nameLength(rdata: Uint8Array, start: number): number {
  let at = start;
  while ((rdata[at] ?? 0) !== 0) at += (rdata[at] as number) + 1;
  return at + 1 - start;
}
