// Cookies that come in: judged as a slow SipHash-2-4 judges them, and none that was not made is good.

import { COOKIE_LENGTH, composeOpt, ServerCookies } from '@seamark/protocol';
import { hold, type Target } from '../engine/target.ts';

const SECRET = Uint8Array.from({ length: 16 }, (_, i) => 16 * i + 1);
const MASK = (1n << 64n) - 1n;
const NOW = 1_700_000_000;

/** SipHash-2-4 (Aumasson and Bernstein 2012) as it stands in the paper, in whole 64-bit words. */
function sipHash(octets: Buffer): bigint {
  const key = Buffer.from(SECRET);
  const [k0, k1] = [key.readBigUInt64LE(0), key.readBigUInt64LE(8)];
  let [v0, v1] = [k0 ^ 0x736f6d6570736575n, k1 ^ 0x646f72616e646f6dn];
  let [v2, v3] = [k0 ^ 0x6c7967656e657261n, k1 ^ 0x7465646279746573n];
  const turn = (word: bigint, by: bigint): bigint => ((word << by) | (word >> (64n - by))) & MASK;
  const round = (): void => {
    v0 = (v0 + v1) & MASK;
    v2 = (v2 + v3) & MASK;
    v1 = turn(v1, 13n) ^ v0;
    v3 = turn(v3, 16n) ^ v2;
    v0 = turn(v0, 32n);
    v2 = (v2 + v1) & MASK;
    v0 = (v0 + v3) & MASK;
    v1 = turn(v1, 17n) ^ v2;
    v3 = turn(v3, 21n) ^ v0;
    v2 = turn(v2, 32n);
  };
  const padded = Buffer.alloc((octets.length & ~7) + 8);
  octets.copy(padded);
  padded[padded.length - 1] = octets.length;
  for (let at = 0; at < padded.length; at += 8) {
    const word = padded.readBigUInt64LE(at);
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }
  v2 ^= 0xffn;
  for (let i = 0; i < 4; i++) round();
  return v0 ^ v1 ^ v2 ^ v3;
}

/** RFC 9018 4.3. */
function isGood(option: Buffer, address: Buffer, now: number): boolean {
  if (option.length !== 24 || option[8] !== 1) return false;
  const age = (now - option.readInt32BE(12)) | 0;
  if (age > 3600 || age < -300) return false;
  return option.readBigUInt64LE(16) === sipHash(Buffer.concat([option.subarray(0, 16), address]));
}

const clock = new Int32Array(1);
const cookies = new ServerCookies(SECRET, clock);
const FIXED = 24;

/*
 * An input:  0 family (odd: 6)   1..16 address   17 clock, in minutes around NOW   18 how the cookie is made
 *            19..23 for that     24.. the octets of the option, of which there are 8 to 40
 */
function run(input: Uint8Array): void {
  if (input.length < FIXED + 8) return;
  const isIpv6 = ((input[0] as number) & 1) === 1;
  const address = Buffer.from(input.subarray(isIpv6 ? 1 : 13, 17));
  const peer = Buffer.alloc(20);
  peer[0] = isIpv6 ? 6 : 4;
  peer.fill(0xff, 14, 16);
  address.copy(peer, 20 - address.length);
  const now = (NOW + 60 * ((input[17] as number) - 128)) | 0;
  const option = optionOf(Buffer.from(input.subarray(FIXED, FIXED + 40)), input, address);

  clock[0] = now;
  const reply = new Uint8Array(3 + option.length + 200);
  reply.set(option, 3);
  const view = new DataView(reply.buffer);
  const expected = isGood(option, address, now);
  const said = cookies.receive(view, 3, option.length, peer);
  hold(said === expected, `${option.toString('hex')} is ${expected ? '' : 'not '}good`);

  // What is given in return is good at once, for the same client at the same place alone.
  const at = 100;
  const end = composeOpt(reply, view, at, 1232, 0, false);
  hold(cookies.append(view, at, end) === end + COOKIE_LENGTH, 'a cookie of another length');
  const given = Buffer.from(reply.slice(end + 4, end + COOKIE_LENGTH));
  hold(Buffer.compare(given.subarray(0, 8), option.subarray(0, 8)) === 0, 'another client cookie');
  hold(isGood(given, address, now), `${given.toString('hex')} was given and is not good`);
  const other = Buffer.from(peer);
  other[19] = (other[19] as number) ^ 1;
  reply.set(given, 3);
  hold(!cookies.receive(view, 3, given.length, other), 'good for another client');
  hold(cookies.receive(view, 3, given.length, peer), 'given and refused');
}

/** As it stands in the input, or with a hash that is right, perhaps but for one bit. */
function optionOf(octets: Buffer, input: Uint8Array, address: Buffer): Buffer {
  const option = octets.length < 16 ? octets.subarray(0, 8) : octets;
  const how = input[18] as number;
  if (option.length !== 24 || (how & 1) === 0) return option;
  option[8] = how & 2 ? 1 : (option[8] as number);
  if (how & 4) option.writeInt32BE((NOW + 60 * ((input[19] as number) - 128)) | 0, 12);
  option.writeBigUInt64LE(sipHash(Buffer.concat([option.subarray(0, 16), address])), 16);
  if (how & 8) {
    const bit = (input[20] as number) % 192;
    option[bit >> 3] = (option[bit >> 3] as number) ^ (1 << (bit & 7));
  }
  return option;
}

const seed = (family: number, minutes: number, how: number, stamp: number, length: number) =>
  Uint8Array.of(
    ...[family, ...Array(12).fill(0), 192, 0, 2, 1, minutes, how, stamp, 0, 0, 0, 0],
    ...Array.from({ length }, (_, i) => i),
  );

export const target: Target = {
  name: 'cookie',
  shape: 'octets',
  watched: ['packages/protocol/src/server-cookies.ts', 'packages/protocol/src/siphash.ts'],
  dictionary: [],
  seeds: [
    seed(0, 128, 0, 0, 8),
    seed(1, 128, 0, 0, 16),
    seed(0, 128, 7, 128, 24),
    seed(1, 128, 7, 128, 24),
    seed(0, 128, 7, 90, 24),
    seed(0, 128, 15, 128, 24),
    seed(0, 128, 7, 60, 24),
    seed(0, 128, 7, 134, 24),
    seed(0, 128, 0, 0, 40),
  ],
  takesMessages: false,
  run,
};
