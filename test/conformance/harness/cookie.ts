// COOKIE options (RFC 7873 4), for the RFCs that each have a word on them.

import { type EdnsSpec, type Message, query } from '../../support/dns/index.ts';
import type { Probe, Transport } from './probe.ts';
import { fail, parseReply } from './reply.ts';

export const COOKIE = 10;

export const withCookie = (data: Uint8Array): EdnsSpec => ({ options: [{ code: COOKIE, data }] });

/** The octets of the first COOKIE. */
export const cookieOf = ({ edns }: Message): Buffer | undefined => {
  const data = edns?.options.find(({ code }) => code === COOKIE)?.data;
  return data === undefined ? undefined : Buffer.from(data);
};

/** RFC 7873 4: the client's eight octets come first, then eight to 32 octets of the server's. */
export const isWhole = (cookie: Buffer | undefined, client: Uint8Array): boolean =>
  cookie !== undefined &&
  cookie.length >= 16 &&
  cookie.length <= 40 &&
  cookie.subarray(0, 8).equals(client);

/** Asks with a client cookie, and resolves to what the server made of it, be it with BADCOOKIE. */
export const learn = async (
  probe: Probe,
  transport: Transport,
  client: Uint8Array,
): Promise<Buffer> => {
  const sent = query('example.com. SOA', { edns: withCookie(client) });
  const got = await probe.ask(transport, sent);
  const cookie = cookieOf(parseReply(sent, got));
  return cookie !== undefined && isWhole(cookie, client)
    ? cookie
    : fail('not a whole cookie for that client', sent, got);
};
