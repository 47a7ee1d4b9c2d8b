import { ProtocolError } from './failure.ts';

/** Before each frame: its length, 32 bits, big endian. */
const headLength = 4;

/** An object is at most 1.5 MB in etcd (its default request limit). */
const longestFrame = 32 * 1024 * 1024;

/** Cuts a stream of octets into frames, as LineCutter does into lines. */
export class FrameCutter {
  #pending: Buffer[] = [];
  #pendingLength = 0;
  /** Of the frame that is under way, its head included; 0 before the head is there. */
  #wanted = 0;

  /**
   * The frames that `chunk` completes, without their heads. They lie in the chunk, where they can: they are
   * to be read before the next one is asked for. Of what follows them a copy is kept.
   *
   * @throws ProtocolError when a frame exceeds 32 MiB
   */
  *cut(chunk: Buffer): Generator<Buffer, void, undefined> {
    let rest = chunk;
    if (this.#pendingLength > 0) {
      this.#keep(chunk);
      if (this.#pendingLength < Math.max(this.#wanted, headLength)) return;
      rest = Buffer.concat(this.#pending);
      this.#pending = [];
      this.#pendingLength = 0;
    }
    let at = 0;
    for (;;) {
      const left = rest.length - at;
      this.#wanted = left < headLength ? 0 : headLength + rest.readUInt32BE(at);
      if (this.#wanted > longestFrame) throw new ProtocolError('a frame exceeds 32 MiB');
      if (this.#wanted === 0 || left < this.#wanted) break;
      const start = at + headLength;
      at += this.#wanted;
      yield rest.subarray(start, at);
    }
    if (at < rest.length) this.#keep(rest.subarray(at));
  }

  #keep(octets: Buffer): void {
    this.#pending.push(Buffer.from(octets));
    this.#pendingLength += octets.length;
  }
}
