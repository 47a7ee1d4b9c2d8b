import type { Problems } from '../corefile/errors.ts';
import { formatPosition } from '../corefile/token.ts';
import { type DetourDirectives, detourOf } from './detours.ts';
import type { BlockDraft, KeyDraft } from './draft.ts';
import { type GatewayDraft, gatewayConfig } from './gateway-draft.ts';
import type { Placed } from './placed.ts';
import type { GatewayConfig, ListenerConfig, ServerConfig, ViewConfig } from './server-config.ts';
import { isWithin } from './zone.ts';

/** Where no `bind` says otherwise: both families at once. */
export const ANY_ADDRESS = '::';

/** The server blocks behind one address and port; their keys all have this port. */
interface Door {
  readonly address: string;
  readonly port: number;
  readonly members: { readonly block: BlockDraft; readonly keys: readonly KeyDraft[] }[];
}

/** Brings server blocks together by the address and port they share, and gives each its gateways. */
export function arrangeListeners(
  blocks: readonly BlockDraft[],
  problems: Problems,
): Pick<ServerConfig, 'listeners' | 'views' | 'gateways' | 'forwards' | 'templates'> {
  const doors = findDoors(blocks);
  reportSharedKeys(doors, problems);
  problems.throwIfAny();
  const gateways = new GatewayList();
  const views: ViewConfig[] = [];
  const listeners: ListenerConfig[] = [];
  const directives: DetourDirectives = { forwards: [], templates: [] };
  for (const door of doors) {
    reportHiddenZones(door, problems);
    const indices = new Set<number>();
    const zones = new Map<string, Placed<string>>();
    for (const { block, keys } of door.members) {
      for (const gateway of block.gateways) {
        const served = gateway.zones.filter((zone) =>
          keys.some((key) => isWithin(zone.value, key.zone)),
        );
        for (const zone of served) reportRepeatedZone(zone, zones, problems);
        if (served.length > 0) indices.add(gateways.indexOf(gateway, served));
      }
    }
    const [first] = door.members;
    const [key] = first?.keys ?? [];
    if (key === undefined) continue;
    const detour = detourOf(door, directives);
    listeners.push({
      address: door.address,
      port: door.port,
      view: indexOfView(
        views,
        [...indices].sort((a, b) => a - b),
      ),
      log: door.members.some(({ block }) => block.log),
      errors: door.members.some(({ block }) => block.errors),
      ...(detour === undefined ? {} : { detour }),
      position: key.token.position,
    });
  }
  return { listeners, views, gateways: gateways.configs, ...directives };
}

function findDoors(blocks: readonly BlockDraft[]): Door[] {
  const doors = new Map<string, Door>();
  for (const block of blocks) {
    const addresses = block.addresses.size === 0 ? [ANY_ADDRESS] : block.addresses;
    for (const port of new Set(block.keys.map((key) => key.port))) {
      const keys = block.keys.filter((key) => key.port === port);
      for (const address of addresses) {
        const name = `${address} ${port}`;
        const door = doors.get(name) ?? { address, port, members: [] };
        door.members.push({ block, keys });
        doors.set(name, door);
      }
    }
  }
  return [...doors.values()];
}

/** A key belongs to one block; where one has no `bind`, it has the key on every address. */
function reportSharedKeys(doors: readonly Door[], problems: Problems): void {
  const owners = new Map<string, { readonly address: string; readonly key: KeyDraft }[]>();
  for (const { address, port, members } of doors) {
    for (const key of members.flatMap((member) => member.keys)) {
      const name = `${key.zone} ${port}`;
      const others = owners.get(name) ?? [];
      const other = others.find(
        (owner) =>
          owner.address === address ||
          ((owner.address === ANY_ADDRESS || address === ANY_ADDRESS) && owner.key !== key),
      );
      if (other === undefined) owners.set(name, [...others, { address, key }]);
      else {
        const place = formatPosition(other.key.token.position);
        problems.report(
          key.token,
          `the key "${key.zone}" on port ${port} is taken at ${place}; put both in one block`,
        );
      }
    }
  }
}

/** As in CoreDNS, a question goes to the block with the longest key that it lies in. */
function reportHiddenZones({ members }: Door, problems: Problems): void {
  const allKeys = members.flatMap(({ keys }) => keys);
  for (const { block, keys } of members) {
    for (const zone of block.gateways.flatMap((gateway) => gateway.zones)) {
      const own = longestKey(zone.value, keys);
      const best = longestKey(zone.value, allKeys);
      if (own === undefined || best === undefined || best.zone === own.zone) continue;
      problems.report(
        zone.token,
        `the zone "${zone.value}" would never be asked: questions for it go to the server block ` +
          `of the key "${best.zone}" at ${formatPosition(best.token.position)}`,
      );
    }
  }
}

function longestKey(zone: string, keys: readonly KeyDraft[]): KeyDraft | undefined {
  return keys
    .filter((key) => isWithin(zone, key.zone))
    .reduce<KeyDraft | undefined>(
      (best, key) => (best === undefined || key.zone.length > best.zone.length ? key : best),
      undefined,
    );
}

function reportRepeatedZone(
  zone: Placed<string>,
  seen: Map<string, Placed<string>>,
  problems: Problems,
): void {
  const first = seen.get(zone.value);
  if (first === undefined) {
    seen.set(zone.value, zone);
    return;
  }
  const place = formatPosition(first.token.position);
  problems.report(
    zone.token,
    `the zone "${zone.value}" is served by the k8s_gateway at ${place} already`,
  );
}

function indexOfView(views: ViewConfig[], gateways: readonly number[]): number {
  const name = gateways.join();
  const index = views.findIndex((view) => view.gateways.join() === name);
  return index === -1 ? views.push({ gateways }) - 1 : index;
}

/** Gateways by directive and set of zones, in the order in which listeners first need them. */
class GatewayList {
  readonly configs: GatewayConfig[] = [];
  readonly #indices = new Map<GatewayDraft, Map<string, number>>();

  indexOf(draft: GatewayDraft, served: readonly Placed<string>[]): number {
    const zones = served.map((zone) => zone.value);
    const known = this.#indices.get(draft) ?? new Map<string, number>();
    this.#indices.set(draft, known);
    const name = zones.join(' ');
    const index = known.get(name) ?? this.configs.push(gatewayConfig(draft, zones)) - 1;
    known.set(name, index);
    return index;
  }
}
