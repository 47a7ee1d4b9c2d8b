// Tables of objects of the Gateway API and what is claimed of them.

import { expect, it } from 'vitest';
import type { ProjectionOptions } from '../src/projection/contract.ts';
import type { Shape } from '../src/sources/shape.ts';
import {
  claimsOfAll,
  type GatewayWords,
  gateway,
  listener,
  type Objects,
  type RouteWords,
  route,
} from './gateway-api.ts';

export interface RouteCase {
  readonly why: string;
  readonly objects: Objects;
  readonly options?: Partial<ProjectionOptions>;
  /** By name: addresses, targets, ttl. */
  readonly expect: Readonly<Record<string, string>>;
  /** Of names that are claimed by nobody; default: nothing is left. */
  readonly reasons?: Readonly<Record<string, string>>;
}

/** A test for each. */
export function check(cases: readonly RouteCase[]): void {
  it.each(cases)('$why', ({ objects, options, expect: names, reasons = {} }) => {
    const table = claimsOfAll(objects, options);
    expect(table.names).toEqual(names);
    expect(Object.fromEntries(table.reasons)).toEqual(reasons);
  });
}

/** One Gateway ns/gw of these listeners, and one HTTPRoute ns/r. */
export function pair(
  listeners: readonly Shape[],
  words: RouteWords,
  of: GatewayWords = {},
): Objects {
  return {
    Gateway: { 'ns/gw': gateway({ listeners, ...of }) },
    HTTPRoute: { 'ns/r': route(words) },
  };
}

/** A listener `http` of port 80; an empty hostname is none. */
export function http(hostname: string, more: Shape = {}): Shape {
  return listener(`http=${hostname}`, more);
}

export const UNMATCHED = 'no listener of Gateway ns/gw that takes it matches its hostname';
