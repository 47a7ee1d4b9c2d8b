import { TYPE } from '@seamark/protocol';
import { type ClaimedBinding, HTTPS_PORT } from '../projection/contract.ts';
import type { Content } from './content.ts';
import { hasAside, NO_BINDINGS, packBinding } from './packed-bindings.ts';

/** HTTPS records that nobody has written (RFC 9460): which of a name's claims make them. */

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
