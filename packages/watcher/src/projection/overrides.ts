import type { Shape } from '../sources/shape.ts';
import { annotation, readTargets, readTtl } from './annotations.ts';
import type { Claim } from './contract.ts';
import type { Reached } from './load-balancer.ts';

/** What an object's annotations say in the place of its status, and of the configuration. */
export interface Overrides {
  /** Where its names lead. A target annotation that says nothing, like an empty one, is none. */
  readonly reached?: Reached;
  /** Seconds. */
  readonly ttl?: number;
  readonly faults: readonly string[];
}

/** The annotations target and ttl; undefined for an object that has neither. */
export function readOverrides(object: Shape, prefixes: readonly string[]): Overrides | undefined {
  const target = annotation(object, prefixes, 'target');
  const ttl = annotation(object, prefixes, 'ttl');
  if (target === undefined && ttl === undefined) return undefined;
  const { addresses, targets, faults } = readTargets(target ?? '');
  const seconds = ttl === undefined ? undefined : readTtl(ttl);
  // Of targets that are none nothing is left: the names exist, and lead nowhere that nobody asked for.
  const isSaid = addresses.length + targets.length + faults.length > 0;
  return {
    ...(isSaid && { reached: { addresses, ...(targets.length > 0 && { targets }) } }),
    ...(typeof seconds === 'number' && { ttl: seconds }),
    faults: typeof seconds === 'string' ? [...faults, seconds] : faults,
  };
}

/**
 * What a claim has besides names.
 *
 * @param reach where its names lead if no annotation says so
 * @param faults of what else the claim was made from
 */
export function claimed(
  overrides: Overrides | undefined,
  reach: () => Reached,
  faults: readonly string[] = [],
): Omit<Claim, 'names'> {
  if (overrides === undefined && faults.length === 0) return reach();
  const reached = overrides?.reached ?? reach();
  const all = [...faults, ...(overrides?.faults ?? []), ...(reached.faults ?? [])];
  return {
    addresses: reached.addresses,
    ...(reached.targets !== undefined && { targets: reached.targets }),
    ...(reached.noAddress !== undefined && { noAddress: reached.noAddress }),
    ...(overrides?.ttl !== undefined && { ttl: overrides.ttl }),
    ...(all.length > 0 && { faults: all }),
  };
}
