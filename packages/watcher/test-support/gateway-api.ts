// Objects of the Gateway API in few words, and somebody who keeps what a projector claims of them.

import type {
  Claim,
  ClaimedName,
  ClaimingKind,
  ClaimSink,
  ProjectionOptions,
} from '../src/projection/contract.ts';
import { createProjectors } from '../src/projection/projectors.ts';
import type { Kind, ObjectKind } from '../src/sources/contract.ts';
import { prune } from '../src/sources/message-fields.ts';
import { resources } from '../src/sources/resources.ts';
import type { Shape } from '../src/sources/shape.ts';

export const OPTIONS: ProjectionOptions = {
  nodeAddressType: 'InternalIP',
  annotationPrefixes: ['external-dns.kubernetes.io', 'external-dns.alpha.kubernetes.io'],
  services: false,
  nameServers: [],
};

export interface Described {
  readonly labels?: Shape;
  readonly annotations?: Shape;
}

function metadataOf({ labels, annotations }: Described): Shape {
  return {
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
  };
}

/** A listener: `name`, `name=hostname`, `name=hostname:port`. */
export function listener(written: string, more: Shape = {}): Shape {
  const [, name, hostname, port = '80'] = /^([^=:]*)=?([^:]*):?(.*)$/.exec(written) as string[];
  return {
    name,
    protocol: 'HTTP',
    port: Number(port || '80'),
    ...(hostname === '' ? {} : { hostname }),
    ...more,
  };
}

export interface GatewayWords extends Described {
  readonly class?: string;
  readonly listeners?: readonly Shape[];
  /** Words: an address, or a host name. */
  readonly addresses?: string;
  /** `allowedListeners.namespaces.from` */
  readonly sets?: string;
}

export function gateway(words: GatewayWords): Shape {
  const { class: gatewayClassName = 'public', listeners, addresses = '192.0.2.1' } = words;
  const isAddress = (value: string): boolean => /^[\d.]+$|:/.test(value);
  return {
    metadata: metadataOf(words),
    spec: {
      gatewayClassName,
      ...(listeners === undefined ? {} : { listeners }),
      ...(words.sets === undefined
        ? {}
        : { allowedListeners: { namespaces: { from: words.sets } } }),
    },
    status: {
      addresses: addresses
        .split(' ')
        .filter((value) => value !== '')
        .map((value) => ({ type: isAddress(value) ? 'IPAddress' : 'Hostname', value })),
    },
  };
}

export interface ListenerSetWords extends Described {
  readonly parent?: Shape;
  readonly listeners: readonly Shape[];
  readonly accepted?: string;
}

export function listenerSet(words: ListenerSetWords): Shape {
  const { parent = { name: 'gw' }, listeners, accepted } = words;
  const conditions = [{ type: 'Accepted', status: accepted }];
  return {
    metadata: metadataOf(words),
    spec: { parentRef: parent, listeners },
    ...(accepted === undefined ? {} : { status: { conditions } }),
  };
}

export interface RouteWords extends Described {
  readonly parents?: readonly Shape[];
  /** Words. */
  readonly hostnames?: string;
  /** Of each parent that is spoken of: what it says of Accepted. */
  readonly accepted?: readonly { readonly parent: Shape; readonly status: string }[];
}

export function route(words: RouteWords): Shape {
  const { parents = [{ name: 'gw' }], hostnames, accepted = [] } = words;
  return {
    metadata: metadataOf(words),
    spec: {
      parentRefs: parents,
      ...(hostnames === undefined ? {} : { hostnames: hostnames.split(' ') }),
    },
    status: {
      parents: accepted.map(({ parent, status }) => ({
        parentRef: parent,
        conditions: [
          { type: 'ResolvedRefs', status: 'True' },
          { type: 'Accepted', status },
        ],
      })),
    },
  };
}

/** Objects by kind and key. */
export type Objects = Readonly<Partial<Record<Kind, Readonly<Record<string, Shape>>>>>;

/** Whom claims are made to, and nobody else: what is not claimed in a list is gone after it. */
export class ClaimTable implements ClaimSink {
  /** By `Kind namespace/name`. */
  readonly claims: Map<string, readonly Claim[]> = new Map();
  readonly reasons: Map<string, string> = new Map();
  /** Kinds whose first list is complete. */
  readonly synced: Set<Kind> = new Set();
  /** Calls of claim. */
  calls = 0;
  private readonly lists = new Map<Kind, Set<string>>();

  beginList(kind: ClaimingKind): void {
    this.lists.set(kind, new Set());
  }

  claim(kind: ClaimingKind, key: string, claims: readonly Claim[]): void {
    this.calls++;
    const id = `${kind} ${key}`;
    this.lists.get(kind)?.add(id);
    if (claims.length === 0) this.claims.delete(id);
    else this.claims.set(id, claims);
  }

  endList(kind: ClaimingKind): void {
    const seen = this.lists.get(kind);
    if (seen === undefined) throw new Error(`no list of ${kind} began`);
    this.lists.delete(kind);
    this.synced.add(kind);
    for (const id of this.claims.keys()) {
      if (id.startsWith(`${kind} `) && !seen.has(id)) this.claims.delete(id);
    }
  }

  passedOver(_: ClaimingKind, __: string, names: readonly ClaimedName[], reason: string): void {
    for (const { name } of names) this.reasons.set(name, reason);
  }

  /** Of objects that claim nothing, by `Kind namespace/name`. */
  readonly others: Map<string, readonly string[]> = new Map();

  fault(kind: Kind, key: string, faults: readonly string[]): void {
    if (faults.length === 0) this.others.delete(`${kind} ${key}`);
    else this.others.set(`${kind} ${key}`, faults);
  }

  get faults(): readonly string[] {
    return [...this.claims.values()].flat().flatMap(({ faults = [] }) => faults);
  }

  /** What all claim of each name, in words: addresses, targets, `ttl`. */
  get names(): Readonly<Record<string, string>> {
    const said: Record<string, string> = {};
    for (const { names, addresses, targets = [], ttl } of [...this.claims.values()].flat()) {
      const words = [...addresses, ...targets, ...(ttl === undefined ? [] : [`ttl=${ttl}`])];
      for (const { name } of names) {
        said[name] = [said[name] ?? [], words.join(' ')].flat().join(' and ');
      }
    }
    return said;
  }
}

/** What is claimed of objects that are all there from the start. */
export function claimsOfAll(
  objects: Objects,
  options: Partial<ProjectionOptions> = {},
): ClaimTable {
  const claims = new ClaimTable();
  const kinds = ['HTTPRoute', 'TLSRoute', 'GRPCRoute', 'TCPRoute', 'UDPRoute'] as const;
  const parts = { options: { ...OPTIONS, ...options }, claims, demand: (): void => {} };
  for (const projector of createProjectors(kinds, parts)) {
    for (const kind of projector.kinds) {
      projector.beginList(kind);
      for (const [key, object] of Object.entries(objects[kind] ?? {})) {
        // What the kind's fields do not name, no source delivers.
        projector.upsert(kind, key, prune(object, resources[kind as ObjectKind].fields));
      }
      projector.endList(kind);
    }
  }
  return claims;
}
