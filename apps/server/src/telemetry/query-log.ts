// Query path: writing neither allocates nor waits. Bench: bench/micro/telemetry.ts.
import { MARK, PEER_LENGTH, type QueryRecord, RECORD, RECORD_OCTETS } from './query-record.ts';

/** A name of 255 octets and what goes with it take 304, so 4,096 records are 1.2 MB a worker. */
const DEFAULT_RECORDS = 4096;

/*
 *   0  how many records were ever written (Int32, wraps)      written by the worker
 *  64  how many were ever read (Int32, wraps)                 written by the reader
 * 128  how many were lost (Float64)                           written by the worker
 * 192  records
 *
 * Each word has a cache line of its own, as the two threads write at the same time.
 */
const WRITTEN = 0;
const READ = 64 / 4;
const DROPPED = 128 / 8;
const RECORDS = 192;

/** Memory for one worker's log. @param records a power of two */
export function allocateQueryLog(records: number = DEFAULT_RECORDS): SharedArrayBuffer {
  if (!Number.isInteger(Math.log2(records))) throw new RangeError(`${records} is no power of two`);
  return new SharedArrayBuffer(RECORDS + records * RECORD_OCTETS);
}

class Ring {
  protected readonly words: Int32Array;
  protected readonly doubles: Float64Array;
  protected readonly shorts: Uint16Array;
  protected readonly octets: Uint8Array;
  protected readonly capacity: number;

  constructor(memory: SharedArrayBuffer) {
    this.words = new Int32Array(memory);
    this.doubles = new Float64Array(memory);
    this.shorts = new Uint16Array(memory);
    this.octets = new Uint8Array(memory);
    this.capacity = (memory.byteLength - RECORDS) / RECORD_OCTETS;
  }

  /** Counts wrap at 2^32, which a power of two divides: so the low bits never jump. */
  protected offsetOf(count: number): number {
    return RECORDS + (count & (this.capacity - 1)) * RECORD_OCTETS;
  }
}

/**
 * The worker's end of a query log: a ring with one writer and one reader. A full ring loses the new record
 * and counts it. Overwriting the oldest instead would race with the reader, and waiting for room would make
 * answers depend on whoever reads the log.
 */
export class QueryLogWriter extends Ring {
  private written: number;

  constructor(memory: SharedArrayBuffer) {
    super(memory);
    this.written = Atomics.load(this.words, WRITTEN);
  }

  /**
   * Notes one query. Nothing given is kept.
   *
   * @param name QNAME folded, in wire format, in its first `nameLength` octets (0: no question)
   * @param flags the second word of the reply's header
   * @param duration seconds, negative for "not measured"
   * @returns false if the ring was full
   */
  write(
    peer: Uint8Array,
    isStream: boolean,
    id: number,
    type: number,
    klass: number,
    name: Uint8Array,
    nameLength: number,
    dnssecOk: boolean,
    udpSize: number,
    requestSize: number,
    replySize: number,
    flags: number,
    rcode: number,
    duration: number,
  ): boolean {
    const { words, doubles, shorts, octets, written } = this;
    if (((written - Atomics.load(words, READ)) | 0) >= this.capacity) {
      doubles[DROPPED] = (doubles[DROPPED] ?? 0) + 1;
      return false;
    }
    const at = this.offsetOf(written);
    doubles[(at + RECORD.DURATION) >> 3] = duration;
    shorts[(at + RECORD.TYPE) >> 1] = type;
    shorts[(at + RECORD.CLASS) >> 1] = klass;
    shorts[(at + RECORD.ID) >> 1] = id;
    shorts[(at + RECORD.UDP_SIZE) >> 1] = udpSize;
    shorts[(at + RECORD.REQUEST_SIZE) >> 1] = requestSize;
    shorts[(at + RECORD.REPLY_SIZE) >> 1] = replySize;
    shorts[(at + RECORD.RCODE) >> 1] = rcode;
    shorts[(at + RECORD.REPLY_FLAGS) >> 1] = flags;
    octets[at + RECORD.MARKS] = (isStream ? MARK.STREAM : 0) | (dnssecOk ? MARK.DNSSEC_OK : 0);
    octets[at + RECORD.NAME_LENGTH] = nameLength;
    for (let i = 0; i < PEER_LENGTH; i++) octets[at + RECORD.PEER + i] = peer[i] as number;
    for (let i = 0; i < nameLength; i++) octets[at + RECORD.NAME + i] = name[i] as number;
    this.written = (written + 1) | 0;
    // The release that makes the record visible: the reader looks at it only behind this count.
    // It is not woken (Atomics.notify costs more than all of the above): it comes by on a timer.
    Atomics.store(words, WRITTEN, this.written);
    return true;
  }
}

/** The main thread's end. One for each ring, or records would be read twice. */
export class QueryLogReader extends Ring {
  /** How many records the worker could not place. Grows only. */
  get dropped(): number {
    return this.doubles[DROPPED] ?? 0;
  }

  /**
   * Reads up to `limit` records, oldest first.
   *
   * @param visit called with a record of its own for each, which it may keep. If it throws, that record
   *   is gone and those behind it stay.
   * @returns how many there were
   */
  drain(visit: (record: QueryRecord) => void, limit: number = this.capacity): number {
    const { words } = this;
    let read = Atomics.load(words, READ);
    const waiting = (Atomics.load(words, WRITTEN) - read) | 0;
    const count = Math.min(limit, waiting);
    for (let i = 0; i < count; i++) {
      const record = this.recordAt(this.offsetOf(read));
      read = (read + 1) | 0;
      // Gives the place back; from here on the worker may write over it.
      Atomics.store(words, READ, read);
      visit(record);
    }
    return count;
  }

  private recordAt(at: number): QueryRecord {
    const { doubles, octets } = this;
    const marks = octets[at + RECORD.MARKS] ?? 0;
    const nameLength = octets[at + RECORD.NAME_LENGTH] ?? 0;
    const duration = doubles[(at + RECORD.DURATION) >> 3] ?? -1;
    return {
      peer: octets.slice(at + RECORD.PEER, at + RECORD.PEER + PEER_LENGTH),
      isStream: (marks & MARK.STREAM) !== 0,
      id: this.short(at + RECORD.ID),
      type: this.short(at + RECORD.TYPE),
      class: this.short(at + RECORD.CLASS),
      name: octets.slice(at + RECORD.NAME, at + RECORD.NAME + nameLength),
      dnssecOk: (marks & MARK.DNSSEC_OK) !== 0,
      udpSize: this.short(at + RECORD.UDP_SIZE),
      requestSize: this.short(at + RECORD.REQUEST_SIZE),
      replySize: this.short(at + RECORD.REPLY_SIZE),
      flags: this.short(at + RECORD.REPLY_FLAGS),
      rcode: this.short(at + RECORD.RCODE),
      duration: duration < 0 ? undefined : duration,
    };
  }

  private short(at: number): number {
    return this.shorts[at >> 1] ?? 0;
  }
}
