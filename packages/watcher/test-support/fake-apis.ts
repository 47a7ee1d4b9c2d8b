import { bookmark, type Exchange, event } from './fake-api-server.ts';

/** What a resource is served as, `group/version/plural`. */
type Place = string;

/**
 * Replies as a cluster that serves some resources, holds some objects, and says which resources those are. Watches
 * stay open.
 */
export class FakeApis {
  readonly served: Set<Place>;
  /** By the plural and the namespace: `httproutes default`. */
  readonly objects: Map<string, object[]> = new Map();
  /** Ends of paths that are forbidden: `default/httproutes`, `/apis`. */
  readonly forbidden: Set<string> = new Set();
  /** The same of paths that can't be answered at the moment. */
  readonly broken: Set<string> = new Set();
  /** Namespaces that don't exist; all others do. */
  readonly missing: Set<string> = new Set();
  /** No aggregated discovery, as before Kubernetes 1.26. */
  isOld = false;
  /** The watches that are open, by path. */
  readonly watches: Map<string, Exchange> = new Map();

  constructor(...served: readonly Place[]) {
    this.served = new Set(served);
  }

  readonly reply = (exchange: Exchange): void => {
    const { path } = exchange;
    const [root, ...rest] = path.split('/').slice(1);
    const groupVersion = [root === 'api' ? '' : rest.shift(), rest.shift()].join('/');
    const [first, namespace = '', plural = first ?? ''] = rest;
    if ([...this.forbidden].some((end) => path.endsWith(end))) {
      exchange.refuse(403, 'Forbidden', `${path} is forbidden`);
    } else if ([...this.broken].some((end) => path.endsWith(end))) {
      exchange.refuse(503, 'ServiceUnavailable', `${path} is broken`);
    } else if (path === '/apis') this.#groups(exchange);
    else if (first === undefined) this.#resources(exchange, groupVersion);
    else if (rest.length === 2) this.#namespace(exchange, namespace);
    else if (this.served.has(`${groupVersion}/${plural}`)) this.#list(exchange, plural, namespace);
    else notFound(exchange);
  };

  /** The watch of this path, which must be there, ends in good order. */
  end(path: string): void {
    const watch = this.watches.get(path);
    if (watch === undefined) throw new RangeError(`no watch of ${path}`);
    watch.end();
  }

  #namespace(exchange: Exchange, name: string): void {
    if (this.missing.has(name)) exchange.refuse(404, 'NotFound', `namespaces "${name}" not found`);
    else exchange.json({ kind: 'Namespace', metadata: { name } });
  }

  /** Of one namespace, or of all: ''. */
  #list(exchange: Exchange, plural: string, namespace: string): void {
    this.watches.set(exchange.path, exchange);
    exchange.response.flushHeaders();
    if (!exchange.isStreamedList) return;
    const keys = [...this.objects.keys()].filter((key) => {
      return namespace === '' ? key.startsWith(`${plural} `) : key === `${plural} ${namespace}`;
    });
    const name = /^metadata.name=(.+)$/.exec(exchange.query.get('fieldSelector') ?? '')?.[1];
    const objects = keys
      .flatMap((key) => this.objects.get(key) ?? [])
      .filter((object) => {
        const { metadata } = object as { metadata: { name: string } };
        return name === undefined || metadata.name === name;
      });
    exchange.events(...objects.map((object) => event('ADDED', object)), bookmark('10', true));
    // A second one makes it a healthy watch: its end is no failure.
    exchange.events(bookmark('11'));
  }

  #groups(exchange: Exchange): void {
    const places = [...this.served].filter((place) => !place.startsWith('/'));
    const etag = JSON.stringify(places.join(' '));
    const { headers } = exchange.request;
    if (this.isOld || !headers.accept?.includes('as=APIGroupDiscoveryList')) {
      const versions = places.map((place) => place.slice(0, place.lastIndexOf('/')));
      exchange.json({
        kind: 'APIGroupList',
        groups: [...new Set(versions)].map((groupVersion) => {
          const [name] = groupVersion.split('/');
          return { name, versions: [{ groupVersion }] };
        }),
      });
      return;
    }
    if (headers['if-none-match'] === etag) {
      exchange.response.writeHead(304).end();
      return;
    }
    exchange.response.setHeader('ETag', etag);
    exchange.json({
      kind: 'APIGroupDiscoveryList',
      items: places.map((place) => {
        const [name, version, resource] = place.split('/');
        return { metadata: { name }, versions: [{ version, resources: [{ resource }] }] };
      }),
    });
  }

  #resources(exchange: Exchange, groupVersion: string): void {
    const places = [...this.served].filter((place) => place.startsWith(`${groupVersion}/`));
    const resources = places.map((place) => ({ name: place.slice(groupVersion.length + 1) }));
    if (places.length === 0) notFound(exchange);
    else exchange.json({ kind: 'APIResourceList', groupVersion, resources });
  }
}

/** As of a path that no API server knows: no Status. */
function notFound({ response }: Exchange): void {
  response.writeHead(404, { 'Content-Type': 'text/plain' }).end('404 page not found\n');
}

/** An object of any kind. */
export function plainObject(namespace: string, name: string, resourceVersion = '5'): object {
  return { metadata: { name, namespace, resourceVersion } };
}
