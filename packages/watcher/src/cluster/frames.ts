import { ProtocolError } from './failure.ts';

/** Before each frame: its length, 32 bits, big endian. */
const headLength = 4;

/** An object is at most 1.5 MB in etcd (its default request limit). */
const longestFrame = 32 * 1024 * 1024;

/**
 * Cuts a stream of octets into frames, as LineCutter does into lines. After `push`, each `next` that is true
 * has found one: `octets` from `start` to `end`, to be read before the next `push`. (A buffer for each would
 * cost as much as reading it.)
 */
export class FrameCutter {
  octets: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;
  #pending: Buffer[] = [];
  #pendingLength = 0;
  /** Of the frame that is under way, its head included; 0 before the head is there. */
  #wanted = 0;

  /** Of what no frame is made of, `next` keeps a copy, so that the chunk may be used again then. */
  push(chunk: Buffer): void {
    this.octets = chunk;
    this.end = 0;
    if (this.#pendingLength === 0) return;
    this.#keep(chunk);
    if (this.#pendingLength < Math.max(this.#wanted, headLength)) {
      this.end = chunk.length;
      return;
    }
    this.octets = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingLength = 0;
  }

  /** @throws ProtocolError when a frame exceeds 32 MiB */
  next(): boolean {
    const { octets, end: at } = this;
    const left = octets.length - at;
    if (left === 0) return false;
    this.#wanted = left < headLength ? 0 : headLength + octets.readUInt32BE(at);
    if (this.#wanted > longestFrame) throw new ProtocolError('a frame exceeds 32 MiB');
    if (this.#wanted === 0 || left < this.#wanted) {
      this.#keep(octets.subarray(at));
      this.end = octets.length;
      return false;
    }
    this.start = at + headLength;
    this.end = at + this.#wanted;
    return true;
  }

  #keep(octets: Buffer): void {
    this.#pending.push(Buffer.from(octets));
    this.#pendingLength += octets.length;
  }
}
