import type { Resource } from '../sources/resource.ts';
import { resources } from '../sources/resources.ts';
import { listOf, type Shape, shapeOf, textOf } from '../sources/shape.ts';
import type { ApiConnection } from './connection.ts';
import { ApiError, ProtocolError } from './failure.ts';
import { getObject } from './get-object.ts';

/** Groups, versions and resources in one answer (Kubernetes 1.26; by default since 1.27), else groups alone. */
const accept = [
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList',
  'application/json',
].join(',');

/** `group/version/plural` of whatever somebody may ask for: nothing else of an answer is kept. */
const known: ReadonlySet<string> = new Set(
  Object.values(resources).flatMap((resource) =>
    resource.versions.map((version) => placeOf(resource, version)),
  ),
);

export interface DiscoveryParts {
  readonly connection: ApiConnection;
  /** Ends whatever is under way: an answer is for all who wait, whoever asked. */
  readonly signal: AbortSignal;
  /** Milliseconds for which an answer is good for others as well. */
  readonly shareMs: number;
}

/**
 * Which resources an API server serves, outside the core group. Every account may ask, by the ClusterRole
 * system:discovery. One answer is for all kinds: 18 kB of a bare cluster (1.36), some 500 kB with hundreds of
 * CRDs; asked again with its ETag, a server that serves what it did says so in a line.
 */
export class Discovery {
  readonly #parts: DiscoveryParts;
  #served: ReadonlySet<string> | undefined;
  #etag: string | undefined;
  #answeredAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<ReadonlySet<string>> | undefined;

  constructor(parts: DiscoveryParts) {
    this.#parts = parts;
  }

  /**
   * The first of the resource's versions that is served; undefined: none of them is.
   *
   * @throws ApiError, ConnectionError, ProtocolError: the server doesn't tell
   */
  async versionOf(resource: Resource): Promise<string | undefined> {
    const served = await this.#current();
    return resource.versions.find((version) => served.has(placeOf(resource, version)));
  }

  async #current(): Promise<ReadonlySet<string>> {
    const age = performance.now() - this.#answeredAt;
    if (this.#served !== undefined && age < this.#parts.shareMs) return this.#served;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #ask(): Promise<ReadonlySet<string>> {
    const etag = this.#etag;
    const headers = { Accept: accept, ...(etag === undefined ? {} : { 'If-None-Match': etag }) };
    try {
      let next: string | undefined;
      const list = await this.#get('/apis', headers, (answered) => {
        next = answered;
      });
      this.#served = await this.#read(list);
      // The groups alone say nothing of their resources, which may change while they don't.
      this.#etag = list['kind'] === 'APIGroupDiscoveryList' ? next : undefined;
    } catch (error) {
      const isUnchanged = error instanceof ApiError && error.status === 304;
      if (!isUnchanged || this.#served === undefined) throw error;
    }
    this.#answeredAt = performance.now();
    return this.#served;
  }

  async #read(list: Shape): Promise<ReadonlySet<string>> {
    const places = await this.#places(list);
    return new Set(places.filter((place) => known.has(place)));
  }

  async #places(list: Shape): Promise<readonly string[]> {
    switch (list['kind']) {
      case 'APIGroupDiscoveryList':
        return [...readAggregated(list)];
      case 'APIGroupList':
        return (await Promise.all(this.#wanted(list).map((path) => this.#list(path)))).flat();
      default: {
        const { server } = this.#parts.connection;
        throw new ProtocolError(
          `${server} answered /apis with something that is no list of groups`,
        );
      }
    }
  }

  /** `group/version` of what the server has and somebody may want. */
  #wanted(list: Shape): readonly string[] {
    const groups = new Set(Object.values(resources).map(({ group }) => group));
    return listOf(list['groups'])
      .map(shapeOf)
      .filter((group) => groups.has(textOf(group['name'])))
      .flatMap((group) => listOf(group['versions']))
      .map((version) => textOf(shapeOf(version)['groupVersion']));
  }

  async #list(groupVersion: string): Promise<readonly string[]> {
    try {
      const list = await this.#get(`/apis/${groupVersion}`, { Accept: 'application/json' });
      return listOf(list['resources']).map((entry) => {
        return `${groupVersion}/${textOf(shapeOf(entry)['name'])}`;
      });
    } catch (error) {
      // Gone since the groups were listed.
      if (error instanceof ApiError && error.status === 404) return [];
      throw error;
    }
  }

  #get(
    path: string,
    headers: Readonly<Record<string, string>>,
    onEtag?: (etag: string | undefined) => void,
  ): Promise<Shape> {
    const { connection, signal } = this.#parts;
    const open = ({ etag }: { etag: string | undefined }): void => onEtag?.(etag);
    return getObject(connection, path, new URLSearchParams(), signal, open, headers);
  }
}

function placeOf({ group, plural }: Resource, version: string): string {
  return `${group}/${version}/${plural}`;
}

function* readAggregated(list: Shape): Generator<string, void, undefined> {
  for (const group of listOf(list['items']).map(shapeOf)) {
    const name = textOf(shapeOf(group['metadata'])['name']);
    for (const version of listOf(group['versions']).map(shapeOf)) {
      for (const entry of listOf(version['resources']).map(shapeOf)) {
        yield `${name}/${textOf(version['version'])}/${textOf(entry['resource'])}`;
      }
    }
  }
}
