// A message where a worker has it: in the midst of other octets, which are nobody's business.

import { BrokenLaw } from '../engine/target.ts';

const OFFSET = 256;
const BEHIND = 256;
const CANARY = 0xa5;

/** Memory for one message at a time, with room for a reply behind it. */
export class MessageMemory {
  readonly offset: number = OFFSET;
  readonly capacity: number;
  readonly octets: Uint8Array;
  readonly view: DataView;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.octets = new Uint8Array(OFFSET + capacity + BEHIND).fill(CANARY);
    this.view = new DataView(this.octets.buffer);
  }

  /** @returns how much of it has room here. */
  put(message: Uint8Array): number {
    const length = Math.min(message.length, this.capacity);
    this.octets.set(length < message.length ? message.subarray(0, length) : message, OFFSET);
    // What an earlier message left behind this one may be anything.
    this.octets.fill(CANARY, OFFSET + length, OFFSET + length + 64);
    return length;
  }

  /** A copy of what lies here now. */
  get(length: number): Uint8Array {
    return this.octets.slice(OFFSET, OFFSET + length);
  }

  /** Throws if anything was written around the message and its room. */
  checkSurroundings(): void {
    const { octets } = this;
    for (let at = 0; at < OFFSET; at++) if (octets[at] !== CANARY) throw writtenAt(at - OFFSET);
    for (let at = OFFSET + this.capacity; at < octets.length; at++) {
      if (octets[at] !== CANARY) throw writtenAt(at - OFFSET);
    }
  }
}

function writtenAt(at: number): BrokenLaw {
  return new BrokenLaw(`written at ${at}, outside of the message`);
}
