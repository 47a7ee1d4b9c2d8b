/**
 * How many connections there may be, in all and of one client, how much memory they may hold together, and who goes
 * when there is no room: of the client that has the most connections the one that has been of no use for the longest
 * (RFC 7766 6.2.3, RFC 9210 4.3). So a client with few never makes room for one with many, and one that opens as many as it
 * may, idle or octet by octet, takes places from itself. Knows no sockets: TCP, TLS and HTTPS share one.
 */

export interface Limits {
  /** Connections in all. */
  readonly maxConnections: number;
  /** Connections of one client, see `clientKey`. */
  readonly maxConnectionsPerClient: number;
  /** Octets that all of them may hold together: queries that have not come whole, and replies that nobody takes. */
  readonly maxOctets: number;
}

/** Why somebody had to go. */
export type Eviction = 'places' | 'memory';

/** Whoever has a place. */
export interface Tenant {
  /** Ends the connection at once: its place is another's already. */
  evict(why: Eviction): void;
}

/** What one client has. */
class Client {
  /** In the order of their last use: a Set keeps the order of insertion. */
  readonly places = new Set<Place>();
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  get octets(): number {
    let sum = 0;
    for (const { octets } of this.places) sum += octets;
    return sum;
  }
}

export class ConnectionLimits {
  limits: Limits;
  private readonly clients = new Map<string, Client>();
  /**
   * By how many places they have; the most stands last. Within a set, in the order of their last use: of several with the
   * most, the one that has been silent the longest goes first.
   */
  private readonly byCount: Set<Client>[] = [];
  private taken = 0;
  private held = 0;

  constructor(limits: Limits) {
    this.limits = limits;
  }

  /** Places that are taken. */
  get size(): number {
    return this.taken;
  }

  /** Octets held by all of them. */
  get octets(): number {
    return this.held;
  }

  /** How much of the places is taken, 0 to 1. */
  get use(): number {
    return Math.min(1, this.taken / this.limits.maxConnections);
  }

  /**
   * @param client whose place it is; undefined while that is not known, which is nobody's in particular.
   * @returns undefined where the client has as many as it may
   */
  take(client: string | undefined, tenant: Tenant): Place | undefined {
    if (client !== undefined && !this.admits(client)) return undefined;
    this.makeRoom();
    // One that has not said whose it is counts by itself: nobody else may pay for it.
    const place = new Place(this, client ?? `?${nextStranger++}`, tenant);
    this.enter(place);
    return place;
  }

  /** For {@link Place}. */
  hasShare({ client }: Place): boolean {
    const count = this.clients.get(client)?.places.size ?? 0;
    return count * this.clients.size >= this.taken;
  }

  /** For {@link Place}. */
  rename(place: Place, client: string): boolean {
    if (!this.admits(client)) return false;
    this.leave(place);
    place.client = client;
    this.enter(place);
    return true;
  }

  /** For {@link Place}. */
  used(place: Place): void {
    const client = this.clients.get(place.client);
    if (client === undefined) return;
    client.places.delete(place);
    client.places.add(place);
    const peers = this.byCount[client.places.size] as Set<Client>;
    peers.delete(client);
    peers.add(client);
  }

  /** For {@link Place}. */
  changed(octets: number): void {
    this.held += octets;
    while (octets > 0 && this.held > this.limits.maxOctets) {
      const heaviest = this.heaviest();
      if (heaviest === undefined) return;
      this.evict(heaviest, 'memory');
    }
  }

  /** For {@link Place}. */
  leave(place: Place): void {
    const client = this.clients.get(place.client);
    if (client?.places.delete(place) !== true) return;
    this.taken -= 1;
    this.move(client, client.places.size + 1, client.places.size);
    if (client.places.size === 0) this.clients.delete(client.name);
  }

  private enter(place: Place): void {
    const client = this.clients.get(place.client) ?? new Client(place.client);
    this.clients.set(client.name, client);
    client.places.add(place);
    this.taken += 1;
    this.move(client, client.places.size - 1, client.places.size);
  }

  private admits(client: string): boolean {
    const count = this.clients.get(client)?.places.size ?? 0;
    return count < this.limits.maxConnectionsPerClient;
  }

  private makeRoom(): void {
    while (this.taken > 0 && this.taken >= this.limits.maxConnections) {
      const [client] = this.byCount.at(-1) ?? [];
      const [place] = client?.places ?? [];
      if (place === undefined) return;
      this.evict(place, 'places');
    }
  }

  /** What holds the most of the client that holds the most. Looked for only where there is no room. */
  private heaviest(): Place | undefined {
    let most = 0;
    let worst: Client | undefined;
    for (const client of this.clients.values()) {
      const { octets } = client;
      if (octets <= most) continue;
      most = octets;
      worst = client;
    }
    let heaviest: Place | undefined;
    for (const place of worst?.places ?? []) {
      if (place.octets > (heaviest?.octets ?? 0)) heaviest = place;
    }
    return heaviest;
  }

  /** The place is free before its tenant hears of it: the end of a connection is reported only later. */
  private evict(place: Place, why: Eviction): void {
    place.release();
    place.tenant.evict(why);
  }

  private move(client: Client, from: number, to: number): void {
    const { byCount } = this;
    byCount[from]?.delete(client);
    while (byCount.length <= to) byCount.push(new Set());
    if (to > 0) byCount[to]?.add(client);
    while (byCount.length > 0 && byCount.at(-1)?.size === 0) byCount.pop();
  }
}

let nextStranger = 0;

/** The place of one connection, from its first octet to its last. */
export class Place {
  /** For {@link ConnectionLimits}, as is what follows. */
  client: string;
  octets = 0;
  readonly tenant: Tenant;
  private readonly limits: ConnectionLimits;
  private isFree = false;

  constructor(limits: ConnectionLimits, client: string, tenant: Tenant) {
    this.limits = limits;
    this.client = client;
    this.tenant = tenant;
  }

  /** It is known now whose it is. @returns false where that client has as many as it may; nothing has changed then. */
  belongsTo(client: string): boolean {
    return !this.isFree && this.limits.rename(this, client);
  }

  /**
   * Whether its client has as many places as one has on average, or more: those are the ones of whom fewer are wished for
   * when places are short.
   */
  get isOfMany(): boolean {
    return this.limits.hasShare(this);
  }

  /** It has been of use: a whole message came, and was answered. */
  used(): void {
    if (!this.isFree) this.limits.used(this);
  }

  /** What the connection holds now. May evict: others, or itself. */
  holds(octets: number): void {
    if (this.isFree || octets === this.octets) return;
    const more = octets - this.octets;
    this.octets = octets;
    this.limits.changed(more);
  }

  /** Gives it back. May be called again. */
  release(): void {
    if (this.isFree) return;
    this.isFree = true;
    this.limits.leave(this);
    const { octets } = this;
    this.octets = 0;
    this.limits.changed(-octets);
  }
}
