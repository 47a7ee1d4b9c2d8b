import type { FoldedName } from '@seamark/protocol';
import type { AddressSet } from '../zone-index/address-set.ts';

/**
 * The contract between whoever finds out which addresses host names have (this folder) and whoever answers
 * with them (the zone index). Nothing here knows zones, or who asks.
 *
 *   index ──want, release──▶ targets ──A and AAAA──▶ resolvers
 *         ◀──── changed ────
 */

/** Whom to ask. */
export interface ResolverAddress {
  /** An IP literal, perhaps with a scope. */
  readonly address: string;
  readonly port: number;
}

/** What is known of a target. */
export interface Resolution {
  readonly addresses: AddressSet;
  /** Seconds that the addresses may be kept. */
  readonly ttl: number;
  readonly state: ResolutionState;
}

/**
 * `asking`: not all of the first answers are here, and what is missing can't be denied. `unknown`: nobody could
 * tell an address, nor that there is none. `known`: the addresses are those that there are, or last were.
 */
export type ResolutionState = 'asking' | 'unknown' | 'known';

/** Told of a target whose resolution is another; not within `want` and `release`. */
export type TargetListener = (target: FoldedName) => void;

/** Host names to addresses, kept up to date as long as somebody wants them. */
export interface TargetSource {
  /**
   * What is known now, which at first is nothing. Asked again by the same listener, it only tells. The target
   * is asked for until all who want it have released it.
   */
  want(target: FoldedName, listener: TargetListener): Resolution;
  release(target: FoldedName, listener: TargetListener): void;
}

/** Has something happen in so many milliseconds, and gives what calls it off. */
export type After = (milliseconds: number, run: () => void) => () => void;
