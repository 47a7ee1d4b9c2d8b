import type { ClaimedBinding, ClaimedHttps } from '../projection/contract.ts';

export const NO_BINDINGS: readonly ClaimedBinding[] = [];

/** Whether some of it is about another name than its owner. */
export function hasAside(content: { readonly https: ClaimedHttps }): boolean {
  const { https } = content;
  return https !== 'off' && https.some(({ isAside }) => isAside);
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

/** A binding as one of these records. */
export function packBinding({ params, port, hints, isAsked, isAside }: ClaimedBinding): Uint8Array {
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
