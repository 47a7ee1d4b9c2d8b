import {
  composeSvcParams,
  parseRdata,
  RdataError,
  readSvcParams,
  SVC_KEYS,
  TYPE,
} from '@seamark/protocol';
import type { Shape } from '../../sources/shape.ts';
import { annotation } from '../annotations.ts';
import type { ProjectionOptions } from '../contract.ts';
import { quoted } from '../faults.ts';

/**
 * What the annotation `https` of an object asks for: HTTPS records of its names (RFC 9460), in the words of a zone
 * file. `on`, `always` or `hints=off` may stand in front of the parameters, and `off` for none at all.
 */
export type HttpsWish = 'off' | HttpsService;

/** What its HTTPS records say, but for what its names say: where they lead. */
export interface HttpsService {
  /** Parameters in wire format (RFC 9460 2.2) but for the port and hints. The memory is its own. */
  readonly params: Uint8Array;
  /** In the place of those that it listens on. */
  readonly port?: number;
  /** Whether the addresses of a name go into its record. */
  readonly hints: boolean;
  /** Whether TLS ends for all of its names, be it in front of what is seen of it here. */
  readonly always: boolean;
}

/** Octets at most of the parameters: with hints the record fits a datagram, ECH keys and all. */
const MOST_OCTETS = 1024;

/** Priority and target, which are not the annotation's to say: it speaks of the names that have it. */
const IN_FRONT = '1 . ';

const WORD = /^\s*(?:(on|always)|(hints=off))(?=\s|$)/i;

/**
 * HTTP/2, in front of the HTTP/1.1 that goes without saying (RFC 9460 7.1.1). Over TCP the two are settled by the TLS
 * handshake, in which a client offers all that it knows whatever the record says (7.1.2); HTTP/3 is not, and stands
 * in a record only where somebody says so.
 */
export const DEFAULT_PARAMS: Uint8Array = parameters('alpn=h2');

/** What is composed where nothing is asked for and everything is known. */
export const DEFAULT_SERVICE: HttpsService = {
  params: DEFAULT_PARAMS,
  hints: true,
  always: false,
};

/**
 * The object's annotation; undefined where there is none, or none counts.
 *
 * @param faults gets a line if it can't be used. Then there is no record: who mistypes `off` wants none.
 */
export function readHttpsWish(
  object: Shape,
  { annotationPrefixes, httpsRecords }: ProjectionOptions,
  faults: string[],
): HttpsWish | undefined {
  if (httpsRecords === 'none') return undefined;
  const text = annotation(object, annotationPrefixes, 'https');
  if (text === undefined || text.trim() === '') return undefined;
  const wish = readHttps(text);
  if (!('reason' in Object(wish))) return wish as HttpsWish;
  const { reason } = wish as Unusable;
  faults.push(
    `${quoted(text)} in its https annotation can't be used: ${reason}. There is no HTTPS record of it until it is on, off, always, or parameters as in "alpn=h2,h3 port=8443"`,
  );
  return 'off';
}

interface Unusable {
  /** A clause. */
  readonly reason: string;
}

/** Reads the value of an annotation that is not empty. */
export function readHttps(text: string): HttpsWish | Unusable {
  if (text.trim().toLowerCase() === 'off') return 'off';
  let at = 0;
  let always = false;
  let hints = true;
  for (let word = WORD.exec(text); word !== null; word = WORD.exec(text.slice(at))) {
    at += word[0].length;
    if (word[1]?.toLowerCase() === 'always') always = true;
    if (word[2] !== undefined) hints = false;
  }
  let params: Map<number, Uint8Array>;
  try {
    params = readSvcParams(parameters(text.slice(at)));
  } catch (error) {
    if (!(error instanceof RdataError)) throw error;
    const index = Math.max(0, error.index - IN_FRONT.length) + at;
    return { reason: `${error.reason}, at character ${Math.min(index, text.length) + 1}` };
  }
  const fault = faultOf(params);
  if (fault !== undefined) return { reason: fault };
  return { ...serviceOf(params), hints, always };
}

/** @throws RdataError */
function parameters(text: string): Uint8Array {
  return parseRdata(TYPE.HTTPS, IN_FRONT + text).octets.slice(3);
}

function faultOf(params: ReadonlyMap<number, Uint8Array>): string | undefined {
  if (params.has(SVC_KEYS.ipv4hint) || params.has(SVC_KEYS.ipv6hint)) {
    return 'hints are the addresses of each name, as they are at the time; hints=off leaves them out';
  }
  const mandatory = params.get(SVC_KEYS.mandatory) ?? [];
  // RFC 9460 8: what is mandatory by itself should not be listed; and the port is not in every record.
  for (let at = 0; at < mandatory.length; at += 2) {
    if (mandatory[at] === 0 && mandatory[at + 1] === SVC_KEYS.port) {
      return 'port is mandatory without being listed (RFC 9460 8)';
    }
  }
  const port = portOf(params);
  if (port === 0) return 'no service has the port 0';
  let octets = 0;
  for (const value of params.values()) octets += 4 + value.length;
  return octets > MOST_OCTETS ? `its parameters have more than ${MOST_OCTETS} octets` : undefined;
}

function portOf(params: ReadonlyMap<number, Uint8Array>): number | undefined {
  const [high = 0, low = 0] = params.get(SVC_KEYS.port) ?? [];
  return params.has(SVC_KEYS.port) ? 256 * high + low : undefined;
}

function serviceOf(read: ReadonlyMap<number, Uint8Array>): Pick<HttpsService, 'params' | 'port'> {
  const port = portOf(read);
  const params = new Map(read);
  params.delete(SVC_KEYS.port);
  if (!params.has(SVC_KEYS.alpn)) params.set(SVC_KEYS.alpn, Uint8Array.of(...H2));
  return {
    params: Uint8Array.from(composeSvcParams(params)),
    ...(port !== undefined && { port }),
  };
}

/** The value of `alpn=h2`. */
const H2: readonly number[] = [2, 0x68, 0x32];
