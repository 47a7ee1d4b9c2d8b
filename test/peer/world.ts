// Which names there are, by the objects: the tree of RFC 1034 over what they claim.

import { type Claim, isMeant } from './claims.ts';
import { type Does, likePlugin, likeSeamark } from './habits.ts';
import type { Settings } from './settings.ts';

/** Objects of one name in a report. */
const SHOWN = 5;

export class World {
  readonly settings: Settings;
  /** Addresses of Ingress rules without a host. */
  readonly hostless: readonly Claim[];
  private readonly claims = new Map<string, Claim[]>();
  /** Names that only the plugin has: a host that lies in a zone, below each zone once more. */
  private readonly repeated = new Map<string, Claim[]>();
  /** Those with a claim, the name servers', the apexes, and every name above one of these. */
  private readonly existing = new Set<string>();
  private readonly servers = new Set<string>();

  constructor(claims: readonly Claim[], settings: Settings) {
    this.settings = settings;
    this.hostless = claims.filter(({ key }) => key === '');
    for (const claim of claims) if (claim.key !== '') this.add(claim);
    const { zones, apex, secondary } = settings;
    const servers = [apex, ...(secondary === undefined ? [] : [secondary])];
    for (const zone of zones) {
      this.grow(zone);
      for (const server of servers.map((relative) => `${relative.toLowerCase()}.${zone}`)) {
        this.servers.add(server);
        this.grow(server);
      }
    }
  }

  /** The longest zone that a name lies in. */
  zoneOf(name: string): string | undefined {
    let longest: string | undefined;
    for (const zone of this.settings.zones) {
      if (isWithin(name, zone) && zone.length > (longest?.length ?? -1)) longest = zone;
    }
    return longest;
  }

  /** What is claimed for exactly this name. */
  at(name: string, does: Does): readonly Claim[] {
    const claims = this.claims.get(name) ?? [];
    const repeated = this.repeated.get(name);
    const all =
      repeated !== undefined && does('repeat hosts below zones')
        ? [...claims, ...repeated]
        : claims;
    return all.every(({ when }) => when === undefined)
      ? all
      : all.filter((claim) => isMeant(claim, does));
  }

  isServer(name: string): boolean {
    return this.servers.has(name);
  }

  exists(name: string): boolean {
    return this.existing.has(name);
  }

  /** RFC 4592 3.3.1, of a name in a zone. */
  closestEncloser(name: string): string {
    let encloser = parentOf(name);
    while (!this.existing.has(encloser)) encloser = parentOf(encloser);
    return encloser;
  }

  /** Names that objects claim, each with whether it is one of several by the same relative name. */
  *names(): IterableIterator<{ readonly name: string; readonly isCopy: boolean }> {
    for (const [name, claims] of this.claims) {
      const isCopy = claims.every(
        ({ key }) => name !== key && !name.endsWith(`.${this.zoneFor(key)}`),
      );
      yield { name, isCopy };
    }
  }

  /** Some of the objects that have to do with a name or one above it, for the report of a failure. */
  around(name: string): string[] {
    const lines: string[] = [];
    for (let at = name; this.zoneOf(at) !== undefined; at = parentOf(at)) {
      for (const near of [at, `*.${at}`]) {
        for (const { kind, object, data } of this.at(near, likePlugin).slice(0, SHOWN)) {
          const records = [...data.values()].flatMap(({ rdata }) => [...rdata]).join(' ');
          lines.push(`${near}: ${kind} ${object}: ${records || 'no address'}`);
        }
      }
    }
    return lines;
  }

  /** Of the zones below which a relative name stands, one: each has its turn. */
  private zoneFor(key: string): string {
    const { zones } = this.settings;
    let sum = 0;
    for (const character of key) sum += character.charCodeAt(0);
    return zones[sum % zones.length] ?? '';
  }

  private add(claim: Claim): void {
    const { key, meant } = claim;
    const zone = meant === 'relative' ? undefined : this.zoneOf(key);
    if (zone !== undefined) this.put(this.claims, key, claim);
    if (meant === 'whole') return;
    for (const below of this.settings.zones) {
      const name = `${key}.${below}`;
      // A name that falls into the zone of another by this is not that zone's.
      if (this.zoneOf(name) === below) {
        this.put(zone === undefined ? this.claims : this.repeated, name, claim);
      }
    }
  }

  private put(map: Map<string, Claim[]>, name: string, claim: Claim): void {
    const known = map.get(name);
    if (known === undefined) map.set(name, [claim]);
    else if (!known.includes(claim)) known.push(claim);
    if (map === this.claims && isMeant(claim, likeSeamark)) this.grow(name);
  }

  /** The name exists, and so do those above it. */
  private grow(name: string): void {
    for (let at = name; this.zoneOf(at) !== undefined; at = parentOf(at)) {
      if (this.existing.has(at)) return;
      this.existing.add(at);
    }
  }
}

export const parentOf = (name: string): string => name.slice(name.indexOf('.') + 1);

/** Below the name, or the name itself. */
export const isWithin = (name: string, above: string): boolean =>
  name === above || name.endsWith(`.${above}`);
