const PREFIX = 2;
const FIRST_SIZE = 128;
const KEPT_SIZE = 1024;

/**
 * The message whose end has not come yet, its two-octet length included: a stream may be cut anywhere,
 * inside that length too. A connection between messages holds no more than {@link KEPT_SIZE} octets here;
 * what a peer announces is believed only as it arrives.
 */
export class PartialMessage {
  /** The message begins at {@link PREFIX}; valid once {@link isComplete}. Replaced as it grows. */
  octets: Buffer = Buffer.alloc(0);
  /** Octets here, the prefix among them; 0 means there is no partial message. */
  length = 0;

  /**
   * Takes what belongs to this message from `chunk`, from `at` on, and leaves the rest.
   *
   * @returns the offset behind what was taken
   */
  fill(chunk: Buffer, at: number): number {
    let next = this.take(chunk, at, PREFIX);
    if (this.length >= PREFIX) next = this.take(chunk, next, PREFIX + this.messageLength);
    return next;
  }

  get isComplete(): boolean {
    return this.length >= PREFIX && this.length === PREFIX + this.messageLength;
  }

  /** Meaningful once the prefix is here. */
  get messageLength(): number {
    return this.octets.readUInt16BE(0);
  }

  clear(): void {
    this.length = 0;
    if (this.octets.length > KEPT_SIZE) this.octets = Buffer.alloc(0);
  }

  /** Copies until `size` octets are here or the chunk is used up. */
  private take(chunk: Buffer, at: number, size: number): number {
    const end = Math.min(chunk.length, at + size - this.length);
    if (end <= at) return at;
    this.reserve(this.length + end - at);
    this.length += chunk.copy(this.octets, this.length, at, end);
    return end;
  }

  /** Doubles, so that 64 KiB arriving octet by octet are copied twice at most. */
  private reserve(size: number): void {
    if (size <= this.octets.length) return;
    const grown = Buffer.alloc(Math.max(FIRST_SIZE, size, this.octets.length * 2));
    this.octets.copy(grown, 0, 0, this.length);
    this.octets = grown;
  }
}
