// What each object says: its names and its records, as the plugin reads it and as Seamark does. By the
// objects as the API server was given them and the documentation of both servers; no code of either is used.

import type { KubeObject } from '../support/kube/objects.ts';
import { Cluster } from './cluster.ts';
import type { Data } from './data.ts';
import type { Does, Habit } from './habits.ts';
import type { Kind } from './objects.ts';
import { dnsEndpoint } from './read-dns-endpoint.ts';
import { ingress, node, service } from './read-object.ts';
import { route } from './read-route.ts';
import type { Settings } from './settings.ts';

/** A name that an object has, or wants, and its records. */
export interface Said {
  /** In lower case, without a final dot. */
  readonly key: string;
  /** How the key is meant: a whole name; one below each zone; or whichever of the two it can be. */
  readonly meant: 'whole' | 'relative' | 'either';
  readonly data: Data;
}

export interface Claim extends Said {
  readonly kind: Kind;
  /** `namespace/name` */
  readonly object: string;
  /** Habits that the server has to have or not to have, one list of them or another; absent: none. */
  readonly when?: readonly Assumed[];
}

type Assumed = ReadonlyMap<Habit, boolean>;

/** What an object says to a server with these habits. */
export type Read = (
  object: KubeObject,
  context: { readonly cluster: Cluster; readonly settings: Settings; readonly does: Does },
) => readonly Said[];

export const isMeant = ({ when }: Claim, does: Does): boolean =>
  when === undefined ||
  when.some((assumed) => [...assumed].every(([habit, has]) => does(habit) === has));

export const claimsOf = (objects: readonly KubeObject[], settings: Settings): Claim[] => {
  const cluster = new Cluster(objects);
  return objects.flatMap((object) => {
    const kind = object.kind as Kind;
    const read = READERS[kind];
    const { name, namespace, labels = {} } = object.metadata;
    const isIgnored = labels['k8s-gateway.dns/ignore'] === 'true';
    if (read === undefined || isIgnored || !settings.resources.includes(kind)) return [];
    const path = namespace === undefined ? name : `${namespace}/${name}`;
    return readAll((does) => read(object, { cluster, settings, does })).map((said) => ({
      ...{ kind, object: path },
      ...said,
    }));
  });
};

/** Reads with every combination of the habits that make a difference to the object. */
const readAll = (read: (does: Does) => readonly Said[]): Omit<Claim, 'kind' | 'object'>[] => {
  const found = new Map<string, { said: Said; when: Assumed[] }>();
  const open: Assumed[] = [new Map()];
  for (let assumed = open.pop(); assumed !== undefined; assumed = open.pop()) {
    const known = assumed;
    let asked: Habit | undefined;
    const all = read((habit) => {
      const has = known.get(habit);
      if (has === undefined) asked ??= habit;
      return has ?? false;
    });
    if (asked !== undefined) {
      open.push(new Map([...known, [asked, true]]), new Map([...known, [asked, false]]));
      continue;
    }
    if (known.size === 0) return all.map((said) => said);
    for (const said of all) {
      const text = `${said.key} ${said.meant} ${JSON.stringify([...said.data].map(([type, { ttl, rdata }]) => [type, ttl, [...rdata]]))}`;
      const before = found.get(text);
      if (before === undefined) found.set(text, { said, when: [known] });
      else before.when.push(known);
    }
  }
  return [...found.values()].map(({ said, when }) => ({ ...said, when }));
};

const READERS: Readonly<Record<Kind, Read>> = {
  ...{ Ingress: ingress, Service: service, DNSEndpoint: dnsEndpoint, Node: node },
  ...{ HTTPRoute: route, TLSRoute: route, GRPCRoute: route, TCPRoute: route, UDPRoute: route },
};
