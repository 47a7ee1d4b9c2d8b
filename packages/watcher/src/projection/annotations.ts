import { isAddress, NameError, parseName, toALabels } from '@seamark/protocol';
import { type Shape, shapeOf, textOf } from '../sources/shape.ts';
import { mostFaults, quoted } from './faults.ts';

/**
 * What objects say of their DNS in annotations: `hostname`, `target` and `ttl` below one of several prefixes,
 * as external-dns has them, and `https` beside them.
 */

/** An object's annotations, by their whole names. */
export function annotationsOf(object: Shape): Shape {
  return shapeOf(shapeOf(object['metadata'])['annotations']);
}

/** The value of the annotation `PREFIX/name` of the first prefix under which it is there, be it empty. */
export function annotation(
  object: Shape,
  prefixes: readonly string[],
  name: AnnotationName,
): string | undefined {
  const annotations = annotationsOf(object);
  for (const key of keysOf(prefixes)[name]) {
    const value = annotations[key];
    if (typeof value === 'string') return value;
  }
  return undefined;
}

/** Whether there may be one of the annotations at all. Few objects have one, and this is asked of every one. */
export function isAnnotated(object: Shape, prefixes: readonly string[]): boolean {
  const annotations = shapeOf(object['metadata'])['annotations'];
  if (typeof annotations !== 'object' || annotations === null) return false;
  for (const key of keysOf(prefixes).all) {
    if ((annotations as Shape)[key] !== undefined) return true;
  }
  return false;
}

export type AnnotationName = 'hostname' | 'target' | 'ttl' | 'https';

interface Keys extends Readonly<Record<AnnotationName, readonly string[]>> {
  readonly all: readonly string[];
}

// Three names below three prefixes were 1.8 us of the 2.2 that it took to read an Ingress when each was put
// together anew.
const known = new WeakMap<readonly string[], Keys>();

function keysOf(prefixes: readonly string[]): Keys {
  let keys = known.get(prefixes);
  if (keys === undefined) {
    const below = (name: AnnotationName) => prefixes.map((prefix) => `${prefix}/${name}`);
    const [hostname, target, ttl] = [below('hostname'), below('target'), below('ttl')];
    const https = below('https');
    keys = { hostname, target, ttl, https, all: [...hostname, ...target, ...ttl, ...https] };
    known.set(prefixes, keys);
  }
  return keys;
}

/** Names that a text gives, and what of it gives none. */
export interface Hostnames {
  /** In lower case, an IDN as written; without repetitions. */
  readonly names: readonly string[];
  readonly faults: readonly string[];
}

/** A hostname annotation: domain names between commas, `*` as the first label of some. */
export function readHostnames(text: string): Hostnames {
  const names = new Set<string>();
  const faults = new Set<string>();
  for (const name of itemsOf(text)) {
    if (isHostname(name)) names.add(name);
    else faults.add(`${quoted(name)} in its hostname annotation is no domain name and is ignored`);
  }
  return { names: [...names], faults: [...faults].slice(0, mostFaults) };
}

/** Where names are to lead, and what of a text says it of nowhere. */
export interface Targets {
  readonly addresses: readonly string[];
  /** Host names in lower case, an IDN as written. */
  readonly targets: readonly string[];
  readonly faults: readonly string[];
}

/** A target annotation: IP addresses and host names between commas. */
export function readTargets(text: string): Targets {
  const addresses = new Set<string>();
  const targets = new Set<string>();
  const faults = new Set<string>();
  for (const item of itemsOf(text)) {
    if (isAddress(item)) addresses.add(item);
    else if (isTarget(item)) targets.add(item);
    else {
      const fault = 'in its target annotation is neither an IP address nor a host name';
      faults.add(`${quoted(item)} ${fault} and is ignored`);
    }
  }
  return {
    addresses: [...addresses],
    targets: [...targets],
    faults: [...faults].slice(0, mostFaults),
  };
}

const longestTtl = 64;
const largestTtl = 2 ** 31 - 1;
const integer = /^[+-]?\d+$/;
const duration = /^[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
const parts = /([\d.]+)([a-zµμ]+)/g;
const nanoseconds: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/**
 * A ttl annotation: seconds, or a duration as Go writes it (`5m`, `1h30m`), whose fraction of a second is cut
 * off. As with external-dns less than one second is none, and the object has the TTL that is configured.
 *
 * @returns seconds, or the fault as a text
 */
export function readTtl(text: string): number | string {
  const seconds = secondsOf(text);
  if (seconds === undefined) {
    return `${quoted(text)} in its ttl annotation is neither seconds nor a duration and is ignored`;
  }
  if (seconds < 1 || seconds > largestTtl) {
    return `${quoted(text)} in its ttl annotation is not from 1 to ${largestTtl} seconds and is ignored`;
  }
  return seconds;
}

function secondsOf(text: string): number | undefined {
  if (text.length > longestTtl) return undefined;
  if (integer.test(text)) return Number(text);
  if (!duration.test(text)) return undefined;
  let sum = 0;
  for (const [, count, unit] of text.matchAll(parts)) {
    // Each part to the nanosecond, as Go does: 0.57 h in seconds is a little less than 2052.
    sum += Math.round(Number(count) * (nanoseconds[textOf(unit)] as number));
  }
  return Math.trunc(text.startsWith('-') ? -sum / 1e9 : sum / 1e9);
}

/** As the plugin reads them: spaces count for nothing. Neither do empty items, as after a last comma. */
function itemsOf(text: string): string[] {
  return text
    .toLowerCase()
    .replaceAll(/\s/g, '')
    .split(',')
    .filter((item) => item !== '');
}

const plain = /^[a-z0-9_.-]+$/;

/** A domain name of letters, digits, hyphens and underscores, in lower case; `*` may be its first label. */
function isHostname(text: string): boolean {
  const name = toALabels(text.startsWith('*.') ? text.slice(2) : text);
  // The root is a name, but nobody's host.
  if (!plain.test(name) || name === '.') return false;
  try {
    parseName(name);
    return true;
  } catch (error) {
    if (error instanceof NameError) return false;
    throw error;
  }
}

/** No wildcard; and of no digits alone at its end, or it is an address with a fault (RFC 1123 2.1). */
function isTarget(text: string): boolean {
  return !text.startsWith('*') && isHostname(text) && !/(?:^|\.)\d+\.?$/.test(text);
}
