import {
  composeSvcParams,
  type FoldedName,
  readSvcParams,
  SVC_KEYS,
  TYPE,
} from '@seamark/protocol';
import { type ClaimedBinding, type ClaimedHttps, HTTPS_PORT } from '../projection/contract.ts';
import type { AddressSet } from './address-set.ts';
import type { Content } from './content.ts';

/**
 * HTTPS records that nobody has written (RFC 9460): which of a name's claims make one, and what it says. Their hints
 * are made of the addresses that the name is answered with, in the same node: never is one older than the other.
 */

export const NO_BINDINGS: readonly ClaimedBinding[] = [];

/** What is to be composed at a name, or why there is nothing though some claim has something to say. */
export interface ChosenBindings {
  readonly bindings: readonly ClaimedBinding[];
  readonly refusal?: HttpsRefusal;
}

export type HttpsRefusal =
  /** Somebody's HTTPS record is the name's. */
  | 'written'
  /** An object with the name's addresses wants none. */
  | 'off'
  /** The name has addresses of objects of which nobody says that TLS ends there. */
  | 'uncovered';

const NOTHING: ChosenBindings = { bindings: NO_BINDINGS };

/**
 * Chooses among what is said of a name. A record that is written counts before any that is composed, wherever its
 * kind stands in `resources`: who writes one means it. What is composed is TLS at the name's addresses, so it is theirs
 * to say whose addresses those are, and all of them have to be covered.
 *
 * @param levels what is said, in the order of kinds
 * @param reached whose addresses and host names are the name's
 */
export function chooseBindings(
  levels: readonly (readonly Content[])[],
  reached: readonly Content[],
): ChosenBindings {
  const own = reached.filter(({ https }) => https.length > 0);
  const aside = levels
    .find((level) => level.some(hasAside))
    ?.flatMap(bindingsOf)
    .filter(({ isAside }) => isAside);
  if (own.length === 0 && aside === undefined) return NOTHING;
  if (levels.some((level) => level.some(hasHttps))) {
    return { bindings: NO_BINDINGS, refusal: 'written' };
  }
  const chosen = chooseOwn(own, reached);
  if (aside === undefined) return chosen;
  return { bindings: [...chosen.bindings, ...distinct(aside)] };
}

function chooseOwn(own: readonly Content[], reached: readonly Content[]): ChosenBindings {
  if (own.some(({ https }) => https === 'off')) return { bindings: NO_BINDINGS, refusal: 'off' };
  const bindings = own.flatMap(bindingsOf).filter(({ isAside }) => !isAside);
  if (bindings.length === 0) return NOTHING;
  const covered = new Set(own.flatMap(placesOf));
  if (!reached.flatMap(placesOf).every((place) => covered.has(place))) {
    return { bindings: NO_BINDINGS, refusal: 'uncovered' };
  }
  const asked = bindings.filter(({ isAsked }) => isAsked);
  const preferred = asked.length > 0 ? asked : bindings;
  // The port of a URL that names none is the one to be at, if it is one of them.
  const usual = preferred.filter(({ port }) => port === HTTPS_PORT);
  return { bindings: distinct(usual.length > 0 ? usual : preferred) };
}

function bindingsOf({ https }: Content): readonly ClaimedBinding[] {
  return https === 'off' ? NO_BINDINGS : https;
}

export function hasAside(content: Pick<Content, 'https'>): boolean {
  const { https } = content;
  return https !== 'off' && https.some(({ isAside }) => isAside);
}

function hasHttps({ rrsets }: Content): boolean {
  return rrsets.some(({ type }) => type === TYPE.HTTPS);
}

function placesOf({ addresses, targets }: Content): string[] {
  return [...addresses.v4, ...addresses.v6, ...targets].map((octets) => octets.join());
}

/** In an order of their own, so that replicas of a server compose the same octets. */
function distinct(bindings: readonly ClaimedBinding[]): readonly ClaimedBinding[] {
  if (bindings.length === 1) return bindings;
  // Thousands of objects may share a host and each want something else.
  const byOctets = new Map(
    bindings.map((binding) => [Buffer.from(packBinding(binding)).toString('hex'), binding]),
  );
  const sorted = [...byOctets].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.slice(0, MAX_RECORDS).map(([, binding]) => binding);
}

/** Of a name. */
const MAX_RECORDS = 8;

/** Whether two are one record. */
export function isSameBinding(a: ClaimedBinding, b: ClaimedBinding): boolean {
  return Buffer.compare(packBinding(a), packBinding(b)) === 0;
}

/** Addresses of a family that a record names at the most: so it fits a datagram, ECH keys and all. */
const MAX_HINTS = 8;

const PRIORITY = 1;
const ROOT = Uint8Array.of(0);

/**
 * RDATA of a record in ServiceMode (RFC 9460 2.2, 2.4.3).
 *
 * @param name its owner's
 * @param addresses those that the owner is answered with
 */
export function bindingRdata(
  { params, port, hints, isAside }: ClaimedBinding,
  name: FoldedName,
  addresses: AddressSet,
): Uint8Array {
  const all = readSvcParams(params);
  // At `_PORT._https.HOST` the port is the one that was asked for (RFC 9460 7.2).
  if (port !== HTTPS_PORT && !isAside) {
    all.set(SVC_KEYS.port, Uint8Array.of(port >> 8, port & 0xff));
  }
  const { v4, v6 } = addresses;
  // More than that have no hints: a part of them would draw all clients to that part.
  if (hints && v4.length > 0 && v4.length <= MAX_HINTS) all.set(SVC_KEYS.ipv4hint, joined(v4));
  if (hints && v6.length > 0 && v6.length <= MAX_HINTS) all.set(SVC_KEYS.ipv6hint, joined(v6));
  const target = isAside ? hostOf(name) : ROOT;
  return Uint8Array.from([0, PRIORITY, ...target, ...composeSvcParams(all)]);
}

function joined(addresses: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(addresses);
}

/** HOST of `_PORT._https.HOST`. */
function hostOf(name: FoldedName): Uint8Array {
  const second = 1 + (name[0] as number);
  return name.subarray(second + 1 + (name[second] as number));
}

/*
 * As one of the records of a content: nothing at all for `off`, or
 *
 *   flags (8) | port (16, little-endian) | parameters
 */
const HINTS = 1;
const ASKED = 2;
const ASIDE = 4;
const NO_OCTETS: Uint8Array = new Uint8Array(0);

/** What the several of a claim are packed as, a record each. */
export function packHttps(https: ClaimedHttps): readonly Uint8Array[] {
  return https === 'off' ? [NO_OCTETS] : https.map(packBinding);
}

function packBinding({ params, port, hints, isAsked, isAside }: ClaimedBinding): Uint8Array {
  const octets = new Uint8Array(3 + params.length);
  octets[0] = (hints ? HINTS : 0) | (isAsked ? ASKED : 0) | (isAside ? ASIDE : 0);
  octets[1] = port;
  octets[2] = port >> 8;
  octets.set(params, 3);
  return octets;
}

/** Octets that {@link packHttps} packs them in. */
export function packedBindingLength({ params }: ClaimedBinding): number {
  return 3 + params.length;
}

/** The record after those that were unpacked before. */
export function unpackHttps(octets: Uint8Array, before: ClaimedHttps): ClaimedHttps {
  if (octets.length === 0) return 'off';
  const [flags = 0, low = 0, high = 0] = octets;
  const binding: ClaimedBinding = {
    params: octets.subarray(3),
    port: low | (high << 8),
    hints: (flags & HINTS) !== 0,
    isAsked: (flags & ASKED) !== 0,
    isAside: (flags & ASIDE) !== 0,
  };
  return before === 'off' ? before : [...before, binding];
}
