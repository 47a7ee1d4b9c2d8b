// Query path: nothing here allocates, throws or waits. Bench: bench/micro/answer.ts.
import { EDNS_OPTION } from './constants.ts';
import { RDLENGTH_AT } from './edns.ts';
import { SipHash24 } from './siphash.ts';

/** Octets of a COOKIE option with both parts: code, length, client cookie, server cookie. */
export const COOKIE_LENGTH = 28;

/** Octets of a client cookie with a server cookie of RFC 9018 behind it, and how many are hashed. */
const WHOLE = 24;
const HASHED = 16;
const VERSION = 1;
/** Octets of a secret. */
export const COOKIE_SECRET_LENGTH = 16;

/** RFC 9018 4.3, in seconds: what is older or later is not ours to believe, what is old is renewed. */
const LATEST = 300;
const OLDEST = 3600;
const RENEWED_AFTER = 1800;

/**
 * Server cookies that every server with the same secret makes alike (RFC 9018 4):
 *
 * ```
 *  octet 0               8         9          12          16                24
 *        +---------------+---------+----------+-----------+-----------------+
 *        | client cookie | version | reserved | timestamp | SipHash-2-4 of  |
 *        | (RFC 7873)    |    1    |          | (seconds) | all this, and of|
 *        +---------------+---------+----------+-----------+ the address     |
 *                                                         +-----------------+
 * ```
 *
 * One for a thread. `receive` looks at what a client sent, before the reply is written over it;
 * `append` writes what it is to send next time.
 */
export class ServerCookies {
  /** The first one's: cookies are made with it. */
  private readonly sip: SipHash24;
  /** The others': a cookie that was made with one of them is good, and replaced. */
  private readonly others: readonly SipHash24[];
  private otherCount = 0;
  private readonly secrets: Uint8Array;
  private readonly clock: Int32Array;
  private readonly generation: Int32Array | undefined;
  private seen = 0;
  /** The first 16 octets of the cookie to send, and the client's address: what is hashed. */
  private readonly input = new DataView(new ArrayBuffer(HASHED + 16));

  /**
   * @param secrets one or several of 16 octets, the one first that cookies are made with (RFC 9018 5); the others end
   *   with one of zeros.
   * @param clock its first word is the Unix time in seconds; whoever keeps it may be in another thread.
   * @param generation absent: the secrets are read once. Else they are read anew when its first word is another; it
   *   is odd while somebody writes them.
   */
  constructor(secrets: Uint8Array, clock: Int32Array, generation?: Int32Array) {
    this.secrets = secrets;
    this.sip = new SipHash24(new Uint8Array(COOKIE_SECRET_LENGTH));
    const others = Math.floor(secrets.length / COOKIE_SECRET_LENGTH) - 1;
    this.others = Array.from({ length: others }, () => new SipHash24(secrets));
    this.clock = clock;
    this.generation = generation;
    this.readSecrets();
  }

  /**
   * Takes in the octets of a COOKIE option: `length` of them, 8 or 16 to 40, at `at` of `view`.
   *
   * @param peer where they came from, 20 octets as @seamark/udp has them: the family (4 or 6) first, from
   *   octet 4 on the address, an IPv4 one as ::ffff:a.b.c.d.
   * @returns whether a server cookie came along that is ours, for this client at this address, and neither
   *   too old nor of the future.
   */
  receive(view: DataView, at: number, length: number, peer: Uint8Array): boolean {
    const { input, sip, generation } = this;
    if (generation !== undefined && Atomics.load(generation, 0) !== this.seen) this.readSecrets();
    const now = Atomics.load(this.clock, 0);
    input.setInt32(0, view.getInt32(at));
    input.setInt32(4, view.getInt32(at + 4));
    // RFC 9018 4.4: four octets of an IPv4 address, 16 of an IPv6 one.
    const addressAt = peer[0] === 4 ? 16 : 4;
    for (let i = addressAt; i < 20; i++) {
      input.setUint8(HASHED + i - addressAt, peer[i] as number);
    }
    const hashed = HASHED + 20 - addressAt;

    let isGood = false;
    if (length === WHOLE && view.getUint8(at + 8) === VERSION) {
      const timestamp = view.getInt32(at + 12);
      // Serial number arithmetic (RFC 1982): the difference of 32 bits is right across 2038 and 2106.
      const age = (now - timestamp) | 0;
      if (age <= OLDEST && age >= -LATEST) {
        // The reserved octets count as they came (RFC 9018 4.2, appendix A.3).
        input.setInt32(8, view.getInt32(at + 8));
        input.setInt32(12, timestamp);
        isGood = this.isMadeWith(sip, view, at, hashed);
        // RFC 7873 5.2.5: the whole option is copied. The hash is still in its place.
        if (isGood && age <= RENEWED_AFTER) return true;
        for (let i = 0; i < this.otherCount && !isGood; i++) {
          isGood = this.isMadeWith(this.others[i] as SipHash24, view, at, hashed);
        }
      }
    }
    input.setInt32(8, VERSION << 24);
    input.setInt32(12, now);
    sip.hash(input, 0, hashed);
    return isGood;
  }

  private isMadeWith(sip: SipHash24, view: DataView, at: number, hashed: number): boolean {
    sip.hash(this.input, 0, hashed);
    const low = sip.low ^ view.getInt32(at + 16, true);
    return (low | (sip.high ^ view.getInt32(at + 20, true))) === 0;
  }

  /** As often as secrets change; allocates. While they are written those of before are as good. */
  private readSecrets(): void {
    const { generation } = this;
    const before = generation === undefined ? 0 : Atomics.load(generation, 0);
    if ((before & 1) !== 0) return;
    const copy = this.secrets.slice();
    if (generation !== undefined && Atomics.load(generation, 0) !== before) return;
    this.seen = before;
    this.sip.setKey(copy.subarray(0, COOKIE_SECRET_LENGTH));
    this.otherCount = 0;
    for (const other of this.others) {
      const start = (this.otherCount + 1) * COOKIE_SECRET_LENGTH;
      const secret = copy.subarray(start, start + COOKIE_SECRET_LENGTH);
      if (secret.every((octet) => octet === 0)) break;
      other.setKey(secret);
      this.otherCount += 1;
    }
  }

  /**
   * Appends a COOKIE option, for the client that `receive` heard last, to the OPT record that lies from `opt`
   * to `end`. The caller has seen to it that COOKIE_LENGTH octets are free there. (Composing it within
   * `composeOpt` cost replies without one some 10 ns.)
   *
   * @returns the offset behind it.
   */
  append(view: DataView, opt: number, end: number): number {
    const { input, sip } = this;
    view.setUint16(opt + RDLENGTH_AT, view.getUint16(opt + RDLENGTH_AT) + COOKIE_LENGTH);
    view.setUint16(end, EDNS_OPTION.COOKIE);
    view.setUint16(end + 2, WHOLE);
    for (let i = 0; i < HASHED; i += 4) view.setInt32(end + 4 + i, input.getInt32(i));
    view.setInt32(end + 20, sip.low, true);
    view.setInt32(end + 24, sip.high, true);
    return end + COOKIE_LENGTH;
  }
}
