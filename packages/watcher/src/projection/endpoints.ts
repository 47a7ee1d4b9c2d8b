import { isAddress } from '@seamark/protocol';
import { listOf, type Shape, shapeOf, textOf } from '../sources/shape.ts';

/** Where a Service's endpoints are. */
export interface Endpoints {
  /** Of those that are ready, without repetitions. */
  readonly addresses: readonly string[];
  /** Of each hostname; none while nobody who has it is ready. */
  readonly pods: ReadonlyMap<string, readonly string[]>;
}

/** What is kept of an EndpointSlice. */
interface Slice {
  readonly service: string;
  readonly endpoints: readonly Endpoint[];
}

interface Endpoint {
  /** Empty for one that is not ready. */
  readonly addresses: readonly string[];
  /** In lower case; absent: it has no name of its own. */
  readonly hostname?: string;
}

const none: Endpoints = { addresses: [], pods: new Map() };

/** `namespace/name` of the Service whose slice it is; undefined for one that stands for itself. */
export function serviceOf(object: Shape, key: string): string | undefined {
  const labels = shapeOf(shapeOf(object['metadata'])['labels']);
  const name = textOf(labels['kubernetes.io/service-name']);
  return name === '' ? undefined : `${key.slice(0, key.indexOf('/'))}/${name}`;
}

/** The slices of Services whose endpoints somebody asks for. */
export class EndpointTable {
  readonly #slices = new Map<string, Slice>();
  readonly #keysOf = new Map<string, Set<string>>();

  /** The Service of a slice that is kept. */
  ownerOf(key: string): string | undefined {
    return this.#slices.get(key)?.service;
  }

  /** Keys of all slices that are kept. */
  keys(): Iterable<string> {
    return this.#slices.keys();
  }

  /** Keeps of a slice what DNS needs. @returns whether that says anything new. */
  put(service: string, key: string, object: Shape): boolean {
    const endpoints = readEndpoints(object);
    const known = this.#slices.get(key);
    if (known?.service === service && sameEndpoints(known.endpoints, endpoints)) return false;
    if (known !== undefined) this.remove(key);
    this.#slices.set(key, { service, endpoints });
    const keys = this.#keysOf.get(service);
    if (keys === undefined) this.#keysOf.set(service, new Set([key]));
    else keys.add(key);
    return true;
  }

  remove(key: string): void {
    const slice = this.#slices.get(key);
    if (slice === undefined) return;
    this.#slices.delete(key);
    const keys = this.#keysOf.get(slice.service);
    keys?.delete(key);
    if (keys?.size === 0) this.#keysOf.delete(slice.service);
  }

  /** Drops the slices of a Service. @returns whether there were any. */
  drop(service: string): boolean {
    const keys = this.#keysOf.get(service) ?? [];
    for (const key of keys) this.#slices.delete(key);
    return this.#keysOf.delete(service);
  }

  /** The slices of a Service as one. */
  of(service: string): Endpoints {
    const keys = this.#keysOf.get(service);
    if (keys === undefined) return none;
    const addresses = new Set<string>();
    const pods = new Map<string, Set<string>>();
    for (const key of keys) {
      for (const endpoint of this.#slices.get(key)?.endpoints ?? []) {
        for (const address of endpoint.addresses) addresses.add(address);
        if (endpoint.hostname !== undefined) addTo(pods, endpoint.hostname, endpoint.addresses);
      }
    }
    return {
      addresses: [...addresses],
      pods: new Map([...pods].map(([hostname, own]) => [hostname, [...own]])),
    };
  }
}

function addTo(pods: Map<string, Set<string>>, hostname: string, addresses: readonly string[]) {
  const known = pods.get(hostname);
  if (known === undefined) pods.set(hostname, new Set(addresses));
  else for (const address of addresses) known.add(address);
}

const label = /^[a-z0-9_-]{1,63}$/;

function readEndpoints(object: Shape): readonly Endpoint[] {
  return listOf(object['endpoints']).map((item) => {
    const { addresses, conditions, hostname } = shapeOf(item);
    // What nobody has looked at counts as ready; so says the API.
    const isReady = shapeOf(conditions)['ready'] !== false;
    const name = textOf(hostname).toLowerCase();
    return {
      // Of the address type FQDN they are names, whose addresses are not known here.
      addresses: isReady ? listOf(addresses).map(textOf).filter(isAddress) : [],
      ...(label.test(name) && { hostname: name }),
    };
  });
}

function sameEndpoints(one: readonly Endpoint[], other: readonly Endpoint[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ addresses, hostname }, i) => {
      const twin = other[i] as Endpoint;
      return hostname === twin.hostname && sameTexts(addresses, twin.addresses);
    })
  );
}

function sameTexts(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text, i) => text === other[i]);
}
