// Query path: writing neither allocates nor waits.
import { PEER_OCTETS, WAY_BACK_OCTETS } from '@seamark/udp';

/** A query of more octets is unheard of: a name has 255 at most, and padding (RFC 8467) goes by 128. */
const MOST_OCTETS = 1232;
/** A burst as long as the reader is busy with something else, in 0.7 MB a worker. */
const DEFAULT_RECORDS = 512;

/*
 *   0  how many records were ever written (Int32, wraps)      written by the worker
 *  64  how many were ever read (Int32, wraps)                 written by the reader
 * 128  records:   0  octets of the query (16)    2  listener (16)
 *                 4  peer (20)
 *                24  way back (88)
 *               112  the query
 *
 * Each count has a cache line of its own, as the two threads write at the same time.
 */
const WRITTEN = 0;
const READ = 64 / 4;
const RECORDS = 128;
const LENGTH = 0;
const LISTENER = 2;
const PEER = 4;
const WAY_BACK: number = PEER + PEER_OCTETS;
const QUERY: number = WAY_BACK + WAY_BACK_OCTETS;
const RECORD_OCTETS: number = Math.ceil((QUERY + MOST_OCTETS) / 64) * 64;

/** Memory for what one UDP worker hands on. @param records a power of two */
export function allocateDetourRing(records: number = DEFAULT_RECORDS): SharedArrayBuffer {
  if (!Number.isInteger(Math.log2(records))) throw new RangeError(`${records} is no power of two`);
  return new SharedArrayBuffer(RECORDS + records * RECORD_OCTETS);
}

class Ring {
  protected readonly counts: Int32Array;
  protected readonly shorts: Uint16Array;
  protected readonly octets: Uint8Array;
  protected readonly capacity: number;

  constructor(memory: SharedArrayBuffer) {
    this.counts = new Int32Array(memory, 0, RECORDS / 4);
    this.shorts = new Uint16Array(memory);
    this.octets = new Uint8Array(memory);
    this.capacity = (memory.byteLength - RECORDS) / RECORD_OCTETS;
  }

  /** Counts wrap at 2^32, which a power of two divides: so the low bits never jump. */
  protected offsetOf(count: number): number {
    return RECORDS + (count & (this.capacity - 1)) * RECORD_OCTETS;
  }
}

/** The worker's end: one writer, one reader. A worker's successor goes on where it stopped. */
export class DetourRingWriter extends Ring {
  private written: number;

  constructor(memory: SharedArrayBuffer) {
    super(memory);
    this.written = Atomics.load(this.counts, WRITTEN);
  }

  /** Copies a query and where it is from. @returns false if the ring is full, or the query too long. */
  write(
    memory: Uint8Array,
    offset: number,
    length: number,
    listener: number,
    peer: Uint8Array,
    wayBack: Uint8Array,
  ): boolean {
    const { counts, shorts, octets, written } = this;
    if (length > MOST_OCTETS) return false;
    if (((written - Atomics.load(counts, READ)) | 0) >= this.capacity) return false;
    const at = this.offsetOf(written);
    shorts[(at + LENGTH) >> 1] = length;
    shorts[(at + LISTENER) >> 1] = listener;
    for (let i = 0; i < PEER_OCTETS; i++) octets[at + PEER + i] = peer[i] as number;
    for (let i = 0; i < WAY_BACK_OCTETS; i++) octets[at + WAY_BACK + i] = wayBack[i] as number;
    for (let i = 0; i < length; i++) octets[at + QUERY + i] = memory[offset + i] as number;
    this.written = (written + 1) | 0;
    Atomics.store(counts, WRITTEN, this.written);
    return true;
  }
}

/** What came out of a ring; its arrays belong to whoever took it. */
export interface RingRecord {
  readonly octets: Uint8Array;
  readonly listener: number;
  readonly peer: Uint8Array;
  readonly wayBack: Uint8Array;
}

/** The other end; a reader's successor goes on where it stopped. */
export class DetourRingReader extends Ring {
  get isEmpty(): boolean {
    return Atomics.load(this.counts, WRITTEN) === Atomics.load(this.counts, READ);
  }

  /** @returns the oldest record, whose place is free again; undefined where there is none. */
  take(): RingRecord | undefined {
    const { counts, shorts, octets } = this;
    const read = Atomics.load(counts, READ);
    if (Atomics.load(counts, WRITTEN) === read) return undefined;
    const at = this.offsetOf(read);
    const length = shorts[(at + LENGTH) >> 1] as number;
    const record = {
      octets: octets.slice(at + QUERY, at + QUERY + length),
      listener: shorts[(at + LISTENER) >> 1] as number,
      peer: octets.slice(at + PEER, at + PEER + PEER_OCTETS),
      wayBack: octets.slice(at + WAY_BACK, at + WAY_BACK + WAY_BACK_OCTETS),
    };
    Atomics.store(counts, READ, (read + 1) | 0);
    return record;
  }
}
