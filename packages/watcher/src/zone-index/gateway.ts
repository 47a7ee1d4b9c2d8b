import { NameError } from '@seamark/protocol';
import { NODE } from '@seamark/snapshot';
import type { Kind, Logger, Projection } from '../sources/contract.ts';
import { addressSet } from './address-set.ts';
import type { NameTree } from './name-tree.ts';
import type { ObjectTable, StoredObject } from './object-table.ts';
import { below, wireName } from './wire-name.ts';
import type { Zone } from './zone.ts';

/** One `k8s_gateway` of the configuration, as far as names and records go. */
export interface GatewayOptions {
  /** Zone apexes, presentation format. */
  readonly zones: readonly string[];
  /** In order of precedence. */
  readonly resources: readonly Kind[];
  /** Of address records, in seconds. */
  readonly ttl: number;
  /** The primary name server, zone-relative or absolute with a trailing dot. */
  readonly apex: string;
  readonly secondary?: string;
}

/** An object in the index's terms. */
interface Understood extends StoredObject {
  /** Of its names that are none. */
  readonly errors: readonly NameError[];
}

/** Where the list of a kind stands. */
interface Listing {
  /** `ObjectTable.nextList` counts them. */
  number: number;
  underWay: boolean;
}

/** A gateway's zones and the objects that have, or want, a name in them. */
export class Gateway {
  readonly options: GatewayOptions;
  readonly zones: readonly Zone[];
  readonly objects: ObjectTable;
  /** The wait for the kinds that are missing was given up: what is missing is denied. */
  waited = false;
  private readonly synced = new Set<Kind>();
  private readonly lists = new Map<Kind, Listing>();
  private readonly numbers: ReadonlySet<number>;
  private readonly tree: NameTree;
  private readonly log: Logger;

  constructor(
    options: GatewayOptions,
    zones: readonly Zone[],
    parts: { readonly objects: ObjectTable; readonly tree: NameTree; readonly log: Logger },
  ) {
    this.options = options;
    this.zones = zones;
    this.numbers = new Set(zones.map(({ number }) => number));
    this.objects = parts.objects;
    this.tree = parts.tree;
    this.log = parts.log;
  }

  listOf(kind: Kind): Listing {
    let list = this.lists.get(kind);
    if (list === undefined) {
      list = { number: 0, underWay: false };
      this.lists.set(kind, list);
    }
    return list;
  }

  /** Whether the first list of the kind is complete. */
  isKindSynced(kind: Kind): boolean {
    return this.synced.has(kind);
  }

  /** Whether what is known of the kind is to be answered: not a list that is under way, while it is waited for. */
  counts(kind: Kind): boolean {
    return this.waited || this.synced.has(kind);
  }

  kindSynced(kind: Kind): void {
    this.synced.add(kind);
  }

  /** Every kind has been read. */
  get isSynced(): boolean {
    return this.options.resources.every((kind) => this.synced.has(kind));
  }

  /** What the apexes tell readers about what is missing: NODE.* or 0. */
  get stateFlags(): number {
    if (this.synced.size === 0) return NODE.ZONE_UNSYNCED;
    return this.isSynced || this.waited ? 0 : NODE.ZONE_PARTIAL;
  }

  /**
   * Reads an object in the index's terms: its names become entries of the tree. Those in no zone of this
   * gateway are nobody's business here.
   *
   * @returns what to keep, and the errors of names that are none.
   */
  understand(object: Projection): Understood {
    const names = new Set<number>();
    const errors: NameError[] = [];
    for (const { name, relative } of object.names) {
      // A name that is too long below one zone may yet do below another.
      for (const zone of relative ? this.zones : [undefined]) {
        try {
          const wire = zone === undefined ? wireName(name) : below(name, zone.apexName);
          const entry = this.tree.ensure(wire, this.numbers);
          if (entry !== 0) names.add(entry);
        } catch (error) {
          if (!(error instanceof NameError)) throw error;
          errors.push(error);
        }
      }
    }
    return {
      names: [...names],
      addresses: addressSet(object.addresses),
      refused: fingerprint(errors),
      errors,
    };
  }

  /** One line for each name that is none, and one for addresses that are too many. */
  complain(kind: Kind, key: string, { errors, addresses }: Understood): void {
    const object = `${kind} ${key}`;
    for (const { message } of errors) {
      this.log.warn({ event: 'name-ignored', object }, `${object}: ${message}`);
    }
    this.complainOfExcess(object, addresses.excess);
  }

  /** @param object that claims them, or one of several. */
  complainOfExcess(object: string, excess: number): void {
    if (excess === 0) return;
    this.log.warn(
      { event: 'addresses-left-out', object, excess },
      `${object}: ${excess} addresses are left out: a node of the snapshot has room for some 1,500 of IPv4 and 870 of IPv6`,
    );
  }
}

/** FNV-1a of the messages: tells one set of complaints from another, so that none is logged twice. */
function fingerprint(errors: readonly NameError[]): number {
  if (errors.length === 0) return 0;
  let hash = 0x811c9dc5;
  for (const { message } of errors) {
    for (let i = 0; i < message.length; i++) {
      hash = Math.imul(hash ^ message.charCodeAt(i), 0x01000193);
    }
  }
  return hash | 1;
}
