import { formatPosition } from '../../../corefile/token.ts';
import type { Directive } from '../../../corefile/tree.ts';
import type { KeyDraft } from '../../draft.ts';
import type { Placed } from '../../placed.ts';
import type { Context } from '../../vocabulary.ts';
import { isWithin, readZones, splitLocation } from '../../zone.ts';

/** The zones of a `k8s_gateway`: those that it names, else those of the keys of its server block. */
export function readGatewayZones(
  directive: Directive,
  keys: readonly KeyDraft[],
  context: Context,
): Placed<string>[] {
  if (directive.arguments.length === 0) {
    const zones = new Set(keys.map((key) => key.zone));
    return [...zones].map((value) => ({ value, token: directive.name }));
  }
  const zones = new Map<string, Placed<string>>();
  for (const token of directive.arguments) {
    const { scheme, host, port } = splitLocation(token.text);
    const read = readZones(host);
    if ('reason' in read) {
      context.problems.report(token, `"${token.text}" is no zone: ${read.reason}`);
      continue;
    }
    if (scheme !== undefined || port !== undefined) {
      const text = `a zone has no scheme and no port: "${token.text}" is read as "${host}"`;
      context.notices.push({ position: token.position, text });
    }
    for (const value of read.value) {
      const first = zones.get(value);
      if (first !== undefined) {
        const place = formatPosition(first.token.position);
        context.problems.report(token, `the zone "${value}" stands at ${place} already`);
      } else if (isReachable({ value, token }, keys, context)) {
        zones.set(value, { value, token });
      }
    }
  }
  return [...zones.values()];
}

/** A server block is asked for what lies in its keys and for nothing else. */
function isReachable(zone: Placed<string>, keys: readonly KeyDraft[], context: Context): boolean {
  // Keys that could not be read are reported already.
  if (keys.length === 0 || keys.some((key) => isWithin(zone.value, key.zone))) return true;
  const below = keys.find((key) => isWithin(key.zone, zone.value));
  const listed = [...new Set(keys.map((key) => key.zone))].join(', ');
  context.problems.report(
    zone.token,
    below === undefined
      ? `the zone "${zone.value}" lies in no key of its server block (${listed}) and would ` +
          'never be asked: add it to the keys'
      : `the zone "${zone.value}" is larger than the key "${below.zone}" of its server block, so ` +
          'most of it, its apex included, would never be asked: make the key as large',
  );
  return false;
}
