import { ServerCookies } from '@seamark/protocol';

/*
 * What the threads need to make and know one another's cookies, in shared memory: the secret, written once
 * at the start, so that a worker's successor knows its predecessor's cookies; and the time, because reading
 * the clock for each cookie would allocate. Main keeps it, to a second:
 *
 *  word 0              4
 *       +--------------+-----------+
 *       | secret       | Unix time |
 *       +--------------+-----------+
 *
 * If the main thread stalls, time stands still, and that harms nobody: cookies stay good for as much longer,
 * and once it goes on, those made meanwhile are as much older than they look, good unless the stall took an
 * hour, renewed if it took half of one. What a bad cookie costs is a fresh one in the reply.
 */
const CLOCK = 4;

/** What a worker is given. */
export type CookieMemory = SharedArrayBuffer;

/** The main thread's end: the secret of a server's life, and a clock that goes until it is stopped. */
export class CookieKeeper {
  readonly memory: CookieMemory = new SharedArrayBuffer(4 * (CLOCK + 1));
  private readonly words = new Int32Array(this.memory);
  private readonly timer: NodeJS.Timeout;

  constructor() {
    // Not imported: the workers, who only read, are spared 4 ms and 0.7 MB each.
    const { randomFillSync } = process.getBuiltinModule('node:crypto');
    randomFillSync(this.words.subarray(0, CLOCK));
    this.tick();
    this.timer = setInterval(() => this.tick(), 1000).unref();
  }

  /** Cookies go on to be made and known, at the time it is now. */
  stop(): void {
    clearInterval(this.timer);
  }

  private tick(): void {
    // All 32 bits, be they a negative number: they are compared in serial number arithmetic (RFC 9018 4.3).
    Atomics.store(this.words, CLOCK, Math.floor(Date.now() / 1000) | 0);
  }
}

/** A responder's end; each needs its own. */
export function readCookies(memory: CookieMemory): ServerCookies {
  const words = new Int32Array(memory);
  return new ServerCookies(new Uint8Array(memory, 0, 4 * CLOCK), words.subarray(CLOCK));
}
