import type { Problems } from '../corefile/errors.ts';
import { formatPosition, type Notice } from '../corefile/token.ts';
import { type DetourDirectives, detourOf } from './detours.ts';
import type { BlockDraft, FileDraft, HostsDraft, KeyDraft } from './draft.ts';
import { type GatewayDraft, gatewayConfig } from './gateway-draft.ts';
import { agree, listenerSettings, type Member } from './listener-settings.ts';
import type { Placed } from './placed.ts';
import type {
  FileZoneConfig,
  GatewayConfig,
  HostsConfig,
  ListenerConfig,
  ListenerTransport,
  ServerConfig,
  ViewConfig,
  ZoneFileConfig,
} from './server-config.ts';
import type { Context } from './vocabulary.ts';
import { isWithin } from './zone.ts';

/** Where no `bind` says otherwise: both families at once. */
export const ANY_ADDRESS = '::';

/** The server blocks behind one address and port; their keys all have this port and transport. */
interface Door {
  readonly address: string;
  readonly port: number;
  readonly transport: ListenerTransport;
  readonly members: Member[];
}

/** Brings server blocks together by the address and port they share, and gives each what it serves. */
export function arrangeListeners(
  blocks: readonly BlockDraft[],
  { problems, notices }: Pick<Context, 'problems' | 'notices'>,
): Pick<
  ServerConfig,
  'listeners' | 'views' | 'gateways' | 'fileZones' | 'hosts' | 'forwards' | 'templates'
> {
  const doors = findDoors(blocks);
  reportSharedKeys(doors, problems);
  reportSharedPorts(doors, problems);
  problems.throwIfAny();
  for (const block of blocks) reportUnreachedFiles(block, notices);
  const hosts = new HostsList();
  const gateways = new GatewayList(hosts);
  const fileZones = new FileZoneList(hosts);
  const views: ViewConfig[] = [];
  const listeners: ListenerConfig[] = [];
  const directives: DetourDirectives = { forwards: [], templates: [], hosts };
  for (const door of doors) {
    reportHiddenZones(door, problems);
    const seen: Record<keyof ViewConfig, Set<number>> = {
      ...{ gateways: new Set(), fileZones: new Set(), hosts: new Set() },
    };
    const zones = new Map<string, Placed<string>>();
    /** Of files whose zone a gateway has. */
    const zonesBeside = new Map<string, Placed<string>>();
    for (const { block, keys } of door.members) {
      const isServed = (zone: Placed<string>): boolean =>
        keys.some((key) => isWithin(zone.value, key.zone));
      for (const gateway of block.gateways) {
        const served = gateway.zones.filter(isServed);
        for (const zone of served) reportRepeatedZone(zone, zones, problems);
        if (served.length > 0) seen.gateways.add(gateways.indexOf(gateway, served, block));
      }
      for (const file of block.files) {
        for (const zone of file.zones.filter(isServed)) {
          const isBeside = gatewayOf(block, zone) !== undefined;
          reportRepeatedZone(zone, isBeside ? zonesBeside : zones, problems);
          if (isBeside) continue;
          seen.fileZones.add(fileZones.indexOf(file, zone, block));
        }
      }
      if (block.hosts !== undefined) seen.hosts.add(hosts.indexOf(block.hosts));
    }
    const [first] = door.members;
    const [key] = first?.keys ?? [];
    if (key === undefined) continue;
    const detour = detourOf(door, directives);
    listeners.push({
      address: door.address,
      port: door.port,
      ...security(door, problems),
      view: indexOfView(views, {
        gateways: ascending(seen.gateways),
        fileZones: ascending(seen.fileZones),
        hosts: ascending(seen.hosts),
      }),
      ...listenerSettings(door.members, problems),
      errors: door.members.some(({ block }) => block.errors),
      ...(detour === undefined ? {} : { detour }),
      position: key.token.position,
    });
  }
  return {
    ...{ listeners, views, ...directives },
    ...{ gateways: gateways.configs, fileZones: fileZones.configs, hosts: hosts.configs },
  };
}

function ascending(indices: ReadonlySet<number>): number[] {
  return [...indices].sort((a, b) => a - b);
}

/** The `k8s_gateway` of a server block that has a zone, beside which a file of that zone has the last word. */
function gatewayOf({ gateways }: BlockDraft, zone: Placed<string>): GatewayDraft | undefined {
  return gateways.find(({ zones }) => zones.some(({ value }) => value === zone.value));
}

/** Whether some name of a zone falls through. */
function fallsThrough({ fallthrough = [] }: GatewayDraft, zone: string): boolean {
  return fallthrough.some((wide) => isWithin(zone, wide) || isWithin(wide, zone));
}

/** As in CoreDNS: what `k8s_gateway` answers does not come to `file`, which stands behind it. */
function reportUnreachedFiles(block: BlockDraft, notices: Notice[]): void {
  for (const { token, zones } of block.files) {
    for (const zone of zones) {
      const gateway = gatewayOf(block, zone);
      if (gateway === undefined || fallsThrough(gateway, zone.value)) continue;
      const place = formatPosition(gateway.token.position);
      const text = `nothing of this file is served in "${zone.value}": the k8s_gateway at ${place} has the zone; give that "fallthrough", and the file has the names that no object has`;
      notices.push({ position: token.position, text });
    }
  }
}

function findDoors(blocks: readonly BlockDraft[]): Door[] {
  const doors = new Map<string, Door>();
  for (const block of blocks) {
    const addresses = block.addresses.size === 0 ? [ANY_ADDRESS] : block.addresses;
    const places = Map.groupBy(block.keys, ({ transport, port }) => `${transport} ${port}`);
    for (const [place, keys] of places) {
      const [{ transport, port } = { transport: 'dns' as const, port: 0 }] = keys;
      for (const address of addresses) {
        const name = `${address} ${place}`;
        const door = doors.get(name) ?? { address, port, transport, members: [] };
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
  for (const { address, port, transport, members } of doors) {
    for (const key of members.flatMap((member) => member.keys)) {
      const name = `${transport} ${key.zone} ${port}`;
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

/** Who connects to a port must find one protocol there, whatever the zone. */
function reportSharedPorts(doors: readonly Door[], problems: Problems): void {
  for (const [i, { address, port, transport, members }] of doors.entries()) {
    const other = doors
      .slice(0, i)
      .find(
        (door) =>
          door.port === port &&
          port !== 0 &&
          door.transport !== transport &&
          (door.address === address || [door.address, address].includes(ANY_ADDRESS)),
      );
    const key = members[0]?.keys[0];
    const otherKey = other?.members[0]?.keys[0];
    if (key === undefined || otherKey === undefined) continue;
    const place = formatPosition(otherKey.token.position);
    problems.report(
      key.token,
      `port ${port} has "${otherKey.transport}://" at ${place}, and can't have "${transport}://" as well; write another port`,
    );
  }
}

/** What a listener that encrypts has beside another; whoever lacks a certificate is reported. */
function security(
  { transport, members }: Door,
  problems: Problems,
): Pick<ListenerConfig, 'transport' | 'tls'> {
  if (transport === 'dns') return {};
  const tls = agree(members, 'tls', problems);
  if (tls !== undefined) return { transport, tls };
  const key = members[0]?.keys[0];
  if (key !== undefined) {
    problems.report(
      key.token,
      `"${transport}://" has no certificate: add "tls CERT KEY" to this server block, or write "dns://" where something before this server has the certificate`,
    );
  }
  return { transport };
}

/** As in CoreDNS, a question goes to the block with the longest key that it lies in. */
function reportHiddenZones({ members }: Door, problems: Problems): void {
  const allKeys = members.flatMap(({ keys }) => keys);
  for (const { block, keys } of members) {
    for (const zone of [...block.gateways, ...block.files].flatMap(({ zones }) => zones)) {
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
    `the zone "${zone.value}" is served by the directive at ${place} already`,
  );
}

function indexOfView(views: ViewConfig[], view: ViewConfig): number {
  const name = JSON.stringify(view);
  const index = views.findIndex((known) => JSON.stringify(known) === name);
  return index === -1 ? views.push(view) - 1 : index;
}

/** Gateways by directive and set of zones, in the order in which listeners first need them. */
class GatewayList {
  readonly configs: GatewayConfig[] = [];
  readonly #hosts: HostsList;
  readonly #indices = new Map<GatewayDraft, Map<string, number>>();

  constructor(hosts: HostsList) {
    this.#hosts = hosts;
  }

  indexOf(draft: GatewayDraft, served: readonly Placed<string>[], block: BlockDraft): number {
    const zones = served.map((zone) => zone.value);
    const known = this.#indices.get(draft) ?? new Map<string, number>();
    this.#indices.set(draft, known);
    const name = zones.join(' ');
    const files = block.files.flatMap((file) =>
      file.zones
        .filter(({ value }) => zones.includes(value) && fallsThrough(draft, value))
        .map(({ value }) => zoneFileConfig(file, value)),
    );
    const beside = {
      ...(files.length > 0 && { files }),
      ...(block.hosts !== undefined && { hosts: this.#hosts.indexOf(block.hosts) }),
    };
    const index = known.get(name) ?? this.configs.push(gatewayConfig(draft, zones, beside)) - 1;
    known.set(name, index);
    return index;
  }
}

/** Zones that files have alone, by directive and zone. */
class FileZoneList {
  readonly configs: FileZoneConfig[] = [];
  readonly #hosts: HostsList;
  readonly #indices = new Map<FileDraft, Map<string, number>>();

  constructor(hosts: HostsList) {
    this.#hosts = hosts;
  }

  indexOf(draft: FileDraft, { value }: Placed<string>, block: BlockDraft): number {
    const known = this.#indices.get(draft) ?? new Map<string, number>();
    this.#indices.set(draft, known);
    const hosts = block.hosts === undefined ? {} : { hosts: this.#hosts.indexOf(block.hosts) };
    const config = { ...zoneFileConfig(draft, value), ...hosts };
    const index = known.get(value) ?? this.configs.push(config) - 1;
    known.set(value, index);
    return index;
  }
}

class HostsList {
  readonly configs: HostsConfig[] = [];
  readonly #indices = new Map<HostsDraft, number>();

  indexOf(draft: HostsDraft): number {
    const index = this.#indices.get(draft) ?? this.configs.push(hostsConfig(draft)) - 1;
    this.#indices.set(draft, index);
    return index;
  }
}

function zoneFileConfig(
  { file, reloadMs, fallthrough, token }: FileDraft,
  zone: string,
): ZoneFileConfig {
  return {
    ...{ zone, file, reloadMs },
    ...(fallthrough !== undefined && { fallthrough }),
    position: token.position,
  };
}

function hostsConfig(draft: HostsDraft): HostsConfig {
  const { file, inline, zones, ttl, reverse, reloadMs, fallthrough, token } = draft;
  return {
    ...{ file, ttl, reverse, reloadMs },
    zones: zones.map(({ value }) => value),
    inline: inline.map(({ name, arguments: words }) => ({
      text: [name, ...words].map(({ text }) => text).join(' '),
      position: name.position,
    })),
    ...(fallthrough !== undefined && { fallthrough }),
    position: token.position,
  };
}
