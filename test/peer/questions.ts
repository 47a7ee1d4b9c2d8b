// Every name that an object has or wants, the names around it, and every type.

import { TYPE } from '../support/dns/index.ts';
import type { Draw } from './draw.ts';
import { isWithin, parentOf, type World } from './world.ts';

export interface Question {
  /** QNAME in presentation format, with its final dot and in its case. */
  readonly asked: string;
  /** The same in lower case and without the dot, as the model has names. */
  readonly name: string;
  readonly type: number;
}

const TYPES = [
  ...[TYPE.A, TYPE.AAAA, TYPE.TXT, TYPE.SOA, TYPE.NS, TYPE.MX, TYPE.SRV, TYPE.CNAME, TYPE.PTR],
  ...[TYPE.CAA, TYPE.ANY, TYPE.HTTPS],
] as const;

/**
 * Each name once in each spelling, with each type. Of the objects' names one in `share`. What lies around a
 * relative name is asked for in one of the zones.
 */
export const questionsOf = (world: World, draw: Draw, share: number): Question[] => {
  const names = new Set<string>();
  for (const zone of world.settings.zones) {
    for (const name of [zone, `*.${zone}`, `x.${zone}`, `x.y.${zone}`]) names.add(name);
    for (const name of serversOf(world, zone)) addNear(name, world, draw, names);
    // Neither a zone nor in one, unless the zone lies in another one.
    names.add(parentOf(zone)).add(`no${zone}`);
  }
  for (const { name, isCopy } of world.names()) {
    if (!draw.oneIn(share)) continue;
    if (isCopy) names.add(name);
    else addNear(name, world, draw, names);
  }
  return [...names]
    .filter(isName)
    .flatMap((name) => [name, ...(draw.oneIn(12) ? [otherCase(name, draw)] : [])])
    .flatMap((spelled) =>
      TYPES.map((type) => ({ asked: `${spelled}.`, name: spelled.toLowerCase(), type })),
    );
};

const serversOf = ({ settings: { apex, secondary } }: World, zone: string): string[] =>
  [apex, ...(secondary === undefined ? [] : [secondary])].map(
    (server) => `${server.toLowerCase()}.${zone}`,
  );

/** The name, those above it in its zone, below it, beside it, and where a wildcard may reach. */
const addNear = (name: string, world: World, draw: Draw, names: Set<string>): void => {
  const zone = world.zoneOf(name);
  if (zone === undefined) return;
  for (let at = name; isWithin(at, zone); at = parentOf(at)) names.add(at);
  const parent = parentOf(name);
  const label = draw.label();
  names.add(`${label}.${name}`).add(`${draw.label()}.${draw.label()}.${name}`);
  names.add(`*.${name}`);
  if (name !== zone) names.add(`${label}-near.${parent}`).add(`${label}.x.${parent}`);
  // The same name in another zone, and the zone's name twice.
  const relative = name.slice(0, name.length - zone.length - 1);
  const other = draw.pick(world.settings.zones);
  names.add(relative === '' ? other : `${relative}.${other}`);
  if (draw.oneIn(4)) names.add(`${name}.${other}`);
};

const isName = (name: string): boolean =>
  name.length <= 253 && name.split('.').every((label) => label.length > 0 && label.length <= 63);

const otherCase = (name: string, draw: Draw): string =>
  [...name].map((character) => (draw.oneIn(2) ? character.toUpperCase() : character)).join('');
