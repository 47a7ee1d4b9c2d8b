import { formatRdata, TYPE, typeMnemonic, typeNumber } from '@seamark/protocol';
import { listOf, type Shape, textOf } from '../../sources/shape.ts';
import { mostFaults, quoted } from '../faults.ts';
import { readTarget } from './target.ts';

/** What one endpoint of a DNSEndpoint says (external-dns, `endpoint.Endpoint`). */
export interface Endpoint {
  /** As written. */
  readonly name: string;
  /** Undefined where it is none that can be served. */
  readonly type: number | undefined;
  /** Seconds, 1 to 2^31 - 1; undefined where the endpoint leaves it open. */
  readonly ttl: number | undefined;
  /** None twice; none at all where no target can be used. */
  readonly records: readonly EndpointRecord[];
  /** What can't be used, a line each, for people. */
  readonly faults: readonly string[];
}

/** RDATA in both forms. */
export interface EndpointRecord {
  readonly text: string;
  readonly octets: Uint8Array;
}

/** RFC 2181 8. */
const LONGEST_TTL = 2 ** 31 - 1;

/**
 * Reads an endpoint of any shape. A target that can't be used takes no other along, and whatever is wrong, the
 * name is claimed: it is meant to exist.
 *
 * @param index its place among the endpoints of its object, for people
 * @returns a reason, for people, where there is no name
 */
export function readEndpoint(endpoint: Shape, index: number): Endpoint | string {
  const place = `spec.endpoints[${index}]`;
  const name = textOf(endpoint['dnsName']);
  if (name === '') return `${place} has no dnsName and is ignored`;
  const type = readType(endpoint['recordType']);
  const faults: string[] = [];
  const ttl = readTtl(endpoint['recordTTL'], faults);
  const records = typeof type === 'number' ? readTargets(type, endpoint['targets'], faults) : [];
  if (typeof type === 'string') faults.unshift(`${type}: its targets are ignored`);
  const what = typeof type === 'number' ? ` ${typeMnemonic(type)}` : '';
  return {
    name,
    type: typeof type === 'number' ? type : undefined,
    ttl,
    records,
    faults: faults.slice(0, mostFaults).map((fault) => `${place} ${quoted(name)}${what}: ${fault}`),
  };
}

/** The number of a type that can be served, or why there is none. */
function readType(recordType: unknown): number | string {
  const text = textOf(recordType);
  if (text === '') return 'it has no recordType';
  const type = typeNumber(text);
  if (type === undefined) return `${quoted(text)} is no record type`;
  if (type === 0 || type === TYPE.OPT || (type >= 128 && type <= TYPE.ANY)) {
    return `${quoted(text)} is no type of data`; // RFC 6895 3.1
  }
  return UNSERVED[typeMnemonic(type)] ?? type;
}

const SIGNED = 'only who signs a zone can have';

/** Types that would say something else of a zone than what it is. */
const UNSERVED: Readonly<Record<string, string>> = {
  SOA: 'a zone has a SOA of its own',
  DNAME: 'a DNAME redirects names, which is not done here',
  RRSIG: `${SIGNED} RRSIG`,
  NSEC: `${SIGNED} NSEC`,
  NSEC3: `${SIGNED} NSEC3`,
  NSEC3PARAM: `${SIGNED} NSEC3PARAM`,
};

/** With external-dns, too, what is not above zero leaves the TTL open. */
function readTtl(ttl: unknown, faults: string[]): number | undefined {
  if (ttl === undefined || ttl === null || ttl === 0) return undefined;
  const what = `its recordTTL ${shown(ttl)}`;
  if (typeof ttl !== 'number' || !Number.isInteger(ttl)) {
    faults.push(`${what} is no whole number of seconds and is ignored`);
    return undefined;
  }
  if (ttl < 0) faults.push(`${what} is less than nothing and is ignored`);
  if (ttl > LONGEST_TTL) faults.push(`${what} is more than ${LONGEST_TTL} and counts as that`);
  return ttl > 0 ? Math.min(ttl, LONGEST_TTL) : undefined;
}

/** A value that is not what it should be. */
function shown(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return '(a list)';
  return typeof value === 'object' && value !== null ? '(an object)' : String(value);
}

function readTargets(type: number, value: unknown, faults: string[]): readonly EndpointRecord[] {
  const targets = listOf(value);
  if (value !== undefined && value !== null && !Array.isArray(value)) {
    faults.push(`its targets ${shown(value)} are no list and are ignored`);
  } else if (targets.length === 0) faults.push('it has no targets');
  const records = new Map<string, EndpointRecord>();
  for (const target of targets) {
    if (typeof target !== 'string') {
      faults.push(`a target that is no text, ${shown(target)}, is ignored`);
      continue;
    }
    const octets = readTarget(type, target);
    if (typeof octets === 'string') {
      faults.push(`${quoted(target)} is ignored: ${octets}`);
      continue;
    }
    // RFC 2181 5: no record twice; names that are all of the RDATA are one whatever their case.
    const text = formatRdata(type, octets);
    const identity = NAMES.has(type) ? text.toLowerCase() : text;
    if (!records.has(identity)) records.set(identity, { text, octets });
  }
  if (type === TYPE.CNAME && records.size > 1) {
    faults.push(`a CNAME has one target, not ${records.size}: all are ignored`);
    return [];
  }
  return [...records.values()];
}

const NAMES: ReadonlySet<number> = new Set([TYPE.CNAME, TYPE.NS, TYPE.PTR]);
