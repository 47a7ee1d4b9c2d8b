// Query path: answering allocates nothing; one buffer is made per batch of replies, for the socket to keep.

/**
 * Answers the message of `length` octets at `offset`, composing the reply over it in up to `capacity`
 * octets from `offset` on. `view` covers the same octets as `memory`; both are the caller's and valid for
 * the call only.
 *
 * @returns the reply's length in octets, 0 for no reply
 */
export type Answer = (
  memory: Uint8Array,
  view: DataView,
  offset: number,
  length: number,
  capacity: number,
) => number;

const PREFIX = 2;
const MESSAGE = 65_535;
/** Room for one reply of any size behind a good many small ones. */
const SIZE = 128 * 1024;

/**
 * Where the replies to one read are composed, one behind the other, each behind its length: they leave
 * in a single write, and no length ever travels apart from its message (RFC 7766 8). Answering never
 * waits, so that all connections of a thread share one.
 */
export class ReplyBatch {
  private readonly memory: Buffer = Buffer.alloc(SIZE);
  private readonly view: DataView = new DataView(
    this.memory.buffer,
    this.memory.byteOffset,
    this.memory.length,
  );
  private readonly answer: Answer;
  private end = 0;

  constructor(answer: Answer) {
    this.answer = answer;
  }

  get isEmpty(): boolean {
    return this.end === 0;
  }

  /** Whether another reply, of whatever size, would find room. */
  get hasRoom(): boolean {
    return this.end + PREFIX + MESSAGE <= SIZE;
  }

  /**
   * Answers the message at `from` of `source`, which is copied first and left as it is. Needs
   * {@link hasRoom}.
   *
   * @returns whether there was a reply
   * @throws RangeError if the answer's length is not an integer in 0..65535, and whatever `answer` throws
   */
  add(source: Buffer, from: number, length: number): boolean {
    const at = this.end + PREFIX;
    source.copy(this.memory, at, from, from + length);
    const reply = this.answer(this.memory, this.view, at, length, MESSAGE);
    if (!Number.isInteger(reply) || reply < 0 || reply > MESSAGE) {
      throw new RangeError(`a reply of ${reply} octets; 0..${MESSAGE} were allowed`);
    }
    if (reply === 0) return false;
    this.view.setUint16(this.end, reply);
    this.end = at + reply;
    return true;
  }

  /** The replies so far, in a buffer of the caller's own; the batch is empty again. */
  take(): Buffer {
    const octets = Buffer.from(this.memory.subarray(0, this.end));
    this.end = 0;
    return octets;
  }

  /** Forgets what an exception left behind. */
  clear(): void {
    this.end = 0;
  }
}
