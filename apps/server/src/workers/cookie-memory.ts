import { COOKIE_SECRET_LENGTH, ServerCookies } from '@seamark/protocol';

/*
 * What the threads need to make and know one another's cookies, in shared memory: the secrets, so that a worker's
 * successor knows its predecessor's cookies; and the time, because reading the clock for each cookie would
 * allocate. Main keeps it, to a second:
 *
 *  word 0             4      8      12     16           17
 *       +-------------+------+------+------+------------+-----------+
 *       | secret that | others, or zeros   | generation | Unix time |
 *       | makes them  |      |      |      |            |           |
 *       +-------------+------+------+------+------------+-----------+
 *
 * The generation is odd while secrets are written, and a thread that sees it goes on with those it has. If the main
 * thread stalls, time stands still, and that harms nobody: cookies stay good for as much longer, and once it goes
 * on, those made meanwhile are as much older than they look, good unless the stall took an hour, renewed if it took
 * half of one. What a bad cookie costs is a fresh one in the reply.
 */
export const MOST_COOKIE_SECRETS = 4;
const SECRET_OCTETS: number = MOST_COOKIE_SECRETS * COOKIE_SECRET_LENGTH;
const GENERATION = SECRET_OCTETS / 4;
const CLOCK = GENERATION + 1;

/**
 * RFC 7873 7.1 wants a secret that is made here replaced now and then. A client learns of it by nothing, for a cookie
 * of the secret before is good, and a cookie is good for an hour.
 */
const LIFETIME_MS = 86_400_000;

/** What a worker is given. */
export type CookieMemory = SharedArrayBuffer;

/** The main thread's end: the secrets, and a clock that goes until it is stopped. */
export class CookieKeeper {
  readonly memory: CookieMemory = new SharedArrayBuffer(4 * (CLOCK + 1));
  /** Unix time in seconds, all 32 bits. */
  readonly clock: Int32Array;
  private readonly words = new Int32Array(this.memory);
  private readonly octets = new Uint8Array(this.memory, 0, SECRET_OCTETS);
  private readonly timer: NodeJS.Timeout;
  private rotation: NodeJS.Timeout | undefined;

  /** With a secret of its own. */
  constructor() {
    this.clock = this.words.subarray(CLOCK);
    this.useOwn();
    this.tick();
    this.timer = setInterval(() => this.tick(), 1000).unref();
  }

  /**
   * Cookies are made with the first of these from now on, and known if made with any.
   *
   * @param secrets one to MOST_COOKIE_SECRETS, of 16 octets each; none: those of its own, as at the start.
   */
  use(secrets: readonly Uint8Array[]): void {
    if (secrets.length === 0) {
      // What others share must not be taken on, and ours may be in use already.
      if (this.rotation === undefined) this.useOwn();
      return;
    }
    clearInterval(this.rotation);
    this.rotation = undefined;
    this.write(secrets);
  }

  /** Cookies go on to be made and known, at the time it is now. */
  stop(): void {
    clearInterval(this.timer);
    clearInterval(this.rotation);
    this.rotation = undefined;
  }

  private useOwn(): void {
    let secret = randomSecret();
    this.write([secret]);
    this.rotation = setInterval(() => {
      const before = secret;
      secret = randomSecret();
      this.write([secret, before]);
    }, LIFETIME_MS).unref();
  }

  private write(secrets: readonly Uint8Array[]): void {
    Atomics.add(this.words, GENERATION, 1);
    this.octets.fill(0);
    for (const [i, secret] of secrets.slice(0, MOST_COOKIE_SECRETS).entries()) {
      this.octets.set(secret.subarray(0, COOKIE_SECRET_LENGTH), i * COOKIE_SECRET_LENGTH);
    }
    Atomics.add(this.words, GENERATION, 1);
  }

  private tick(): void {
    // All 32 bits, be they a negative number: they are compared in serial number arithmetic (RFC 9018 4.3).
    Atomics.store(this.words, CLOCK, Math.floor(Date.now() / 1000) | 0);
  }
}

function randomSecret(): Uint8Array {
  // Not imported: the workers, who only read, are spared 4 ms and 0.7 MB each.
  const { randomFillSync } = process.getBuiltinModule('node:crypto');
  return randomFillSync(new Uint8Array(COOKIE_SECRET_LENGTH));
}

/** A responder's end; each needs its own. */
export function readCookies(memory: CookieMemory): ServerCookies {
  const words = new Int32Array(memory);
  const secrets = new Uint8Array(memory, 0, SECRET_OCTETS);
  return new ServerCookies(secrets, words.subarray(CLOCK), words.subarray(GENERATION, CLOCK));
}

/** The clock in it: seconds, kept by whoever made it. */
export function readClock(memory: CookieMemory): Int32Array {
  return new Int32Array(memory).subarray(CLOCK);
}
