// RFC 9018 4: server cookies that every server with the same secret makes and knows. Which ones it knows shows
// in the cookie that it sends in turn.

import { query, RCODE } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { cookieOf, isWhole, learn, withCookie } from '../harness/cookie.ts';
import type { Probe } from '../harness/probe.ts';
import { fail, parseReply } from '../harness/reply.ts';

const CLIENT = Buffer.from('24a5ac48b1d20c6f', 'hex');
const OTHER_CLIENT = Buffer.from('24a5ac48b1d20c6e', 'hex');

/** How far apart the clocks of two servers may be (4.3). */
const SKEW_SECONDS = 300;

/** Brings the cookie along in an ordinary question over UDP. @returns the one in the reply, and its RCODE */
const bring = async (probe: Probe, brought: Buffer): Promise<{ cookie: Buffer; rcode: number }> => {
  const sent = query('v4only.example.com. A', { edns: withCookie(brought) });
  const got = await probe.ask('udp', sent);
  const reply = parseReply(sent, got);
  const cookie = cookieOf(reply);
  return cookie !== undefined && isWhole(cookie, brought.subarray(0, 8))
    ? { cookie, rcode: reply.rcode }
    : fail('not a whole cookie', sent, got);
};

/** A good cookie comes back, or another in its place that is not older (4.3). */
const isAccepted = async (probe: Probe, brought: Buffer): Promise<void> => {
  const { cookie, rcode } = await bring(probe, brought);
  if (rcode !== RCODE.NOERROR) throw new Error(`RCODE ${rcode}`);
  if (cookie.equals(brought) || timeOf(cookie) > timeOf(brought)) return;
  throw new Error(`replaced by ${cookie.toString('hex')}, at the same time or before`);
};

/** One that is not is replaced. */
const isReplaced = async (probe: Probe, brought: Buffer): Promise<void> => {
  const { cookie } = await bring(probe, brought);
  if (cookie.equals(brought)) throw new Error(`it came back: ${brought.toString('hex')}`);
};

const timeOf = (cookie: Buffer): number => cookie.readUInt32BE(12);

const changed = (cookie: Buffer, at: number, octets: Uint8Array): Buffer => {
  const other = Buffer.from(cookie);
  other.set(octets, at);
  return other;
};

const layout: Case = {
  section: 'RFC 9018 4',
  title: 'a server cookie has 16 octets: version 1, three of zero, the time, a hash',
  run: async (probe) => {
    for (const transport of ['udp', 'tcp'] as const) {
      const cookie = await learn(probe, transport, CLIENT);
      const shown = cookie.toString('hex');
      if (cookie.length !== 24) throw new Error(`${cookie.length} octets: ${shown}`);
      if (cookie.readUInt32BE(8) !== 0x01000000) throw new Error(`version or reserved: ${shown}`);
      const away = Math.abs(timeOf(cookie) - Date.now() / 1000);
      if (away > SKEW_SECONDS) throw new Error(`the timestamp is ${away} seconds away: ${shown}`);
    }
  },
};

const sharedByAll: Case = {
  section: 'RFC 9018 5',
  title: 'what was given over TCP is good over UDP',
  run: async (probe) => {
    const cookie = await learn(probe, 'tcp', CLIENT);
    await isAccepted(probe, cookie);
  },
};

const ofTheClient: Case = {
  section: 'RFC 9018 4.4',
  title: 'a server cookie goes with one client cookie',
  run: async (probe) => {
    const cookie = await learn(probe, 'udp', CLIENT);
    await isReplaced(probe, changed(cookie, 0, OTHER_CLIENT));
    await isAccepted(probe, cookie);
  },
};

const hashed = (section: string, what: string, at: number): Case => ({
  section,
  title: `a cookie with another ${what} is replaced`,
  run: async (probe) => {
    const cookie = await learn(probe, 'udp', CLIENT);
    await isReplaced(probe, changed(cookie, at, Buffer.of(cookie.readUInt8(at) ^ 1)));
  },
});

export const cases: readonly Case[] = [
  layout,
  sharedByAll,
  ofTheClient,
  hashed('RFC 9018 4.1', 'version', 8),
  hashed('RFC 9018 4.2', 'reserved octet', 11),
  hashed('RFC 9018 4.3', 'time', 15),
  hashed('RFC 9018 4.4', 'first octet of the hash', 16),
  hashed('RFC 9018 4.4', 'last octet of the hash', 23),
];
