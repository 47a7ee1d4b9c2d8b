import { LIMIT } from '@seamark/protocol';

/** Where DNS is asked for (RFC 8484 3 leaves it to us; CoreDNS and most others have this). */
export const PATH = '/dns-query';

export const MEDIA_TYPE = 'application/dns-message';

/** What a request asks for, or the status that refuses it, and a line for people. */
export type Asked =
  | { readonly kind: 'message'; readonly octets: Buffer }
  /** The message is the body. */
  | { readonly kind: 'body' }
  | Refused;

export interface Refused {
  readonly kind: 'refused';
  readonly status: 400 | 404 | 405 | 413 | 415;
  readonly reason: string;
}

/** Judges a request by its head. */
export function readHead(
  method: string | undefined,
  target: string | undefined,
  headers: Readonly<Record<string, unknown>>,
): Asked {
  const [path = '', query = ''] = splitTarget(target ?? '');
  if (path !== PATH) return refused(404, `DNS is asked for at ${PATH}`);
  if (method === 'GET') return readQuery(query);
  if (method !== 'POST') return refused(405, 'DNS is asked for with GET or POST');
  const type = String(headers['content-type'] ?? '')
    .split(';', 1)[0]
    ?.trim()
    .toLowerCase();
  if (type !== MEDIA_TYPE) return refused(415, `the body must be ${MEDIA_TYPE}`);
  const length = Number(headers['content-length'] ?? 0);
  return length > LIMIT.STREAM ? tooLong() : { kind: 'body' };
}

/** Judges a message: what is none is an error of HTTP; whatever DNS finds wrong with it is an answer. */
export function readMessage(octets: Buffer): Asked {
  if (octets.length > LIMIT.STREAM) return tooLong();
  if (octets.length < LIMIT.HEADER) return refused(400, 'that is too short for a DNS message');
  if (((octets[2] ?? 0) & 0x80) !== 0) return refused(400, 'that is a DNS response');
  return { kind: 'message', octets };
}

export function tooLong(): Refused {
  return refused(413, `a DNS message has ${LIMIT.STREAM} octets at most`);
}

function readQuery(query: string): Asked {
  const given = query.split('&').filter((part) => part === 'dns' || part.startsWith('dns='));
  const [dns] = given;
  if (dns === undefined || given.length > 1) {
    return refused(400, 'there must be one "dns" in the query of the URL');
  }
  const text = dns.slice('dns='.length);
  // RFC 8484 6: padding must not be there. A length of 1 more than fours is of no octets.
  if (!/^[A-Za-z0-9_-]+$/.test(text) || text.length % 4 === 1) {
    return refused(400, '"dns" is no base64url without padding');
  }
  return readMessage(Buffer.from(text, 'base64url'));
}

function splitTarget(target: string): [string, string] {
  const at = target.indexOf('?');
  return at < 0 ? [target, ''] : [target.slice(0, at), target.slice(at + 1)];
}

function refused(status: Refused['status'], reason: string): Refused {
  return { kind: 'refused', status, reason };
}
