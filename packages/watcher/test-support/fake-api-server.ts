import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a request gets: a handler of the test's own. */
export type Reply = (exchange: Exchange) => void;

/** One request, with what a test needs to answer it as an API server would, or as a broken one. */
export class Exchange {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse) {
    const url = new URL(request.url ?? '/', 'http://server.example');
    this.path = url.pathname;
    this.query = url.searchParams;
    this.request = request;
    this.response = response;
  }

  get isStreamedList(): boolean {
    return this.query.get('sendInitialEvents') === 'true';
  }

  /** Asked for in one piece, as protobuf and nothing else. */
  get isWholeList(): boolean {
    return this.request.headers.accept === 'application/vnd.kubernetes.protobuf';
  }

  get isWatch(): boolean {
    return this.query.has('watch');
  }

  /** Sends events in one write, so that they arrive together. */
  events(...events: readonly object[]): this {
    return this.raw(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  }

  raw(text: string): this {
    this.response.write(text);
    return this;
  }

  /** The server's ordinary end of a watch. */
  end(): void {
    this.response.end();
  }

  /** The connection breaks. */
  cut(): void {
    // After what was written has left: destroy() alone would drop it.
    this.response.write('', () => this.response.destroy());
  }

  json(body: object): void {
    this.response.setHeader('Content-Type', 'application/json');
    this.response.end(JSON.stringify(body));
  }

  refuse(
    code: number,
    reason: string,
    message: string,
    headers: Record<string, string> = {},
  ): void {
    this.response.writeHead(code, { 'Content-Type': 'application/json', ...headers });
    this.response.end(JSON.stringify({ kind: 'Status', code, reason, message }));
  }
}

/**
 * An API server on loopback that does what `reply` says, and remembers what it was asked. It has no protobuf, and
 * refuses what is asked for in that alone without a word of it, unless `wholeList` replies.
 */
export class FakeApiServer {
  readonly exchanges: Exchange[] = [];
  reply: Reply;
  wholeList: Reply | undefined;
  readonly #server = createServer((request, response) => {
    const exchange = new Exchange(request, response);
    const reply = exchange.isWholeList ? this.wholeList : this.reply;
    if (reply === undefined) return exchange.refuse(406, 'NotAcceptable', 'JSON alone');
    this.exchanges.push(exchange);
    reply(exchange);
  });

  constructor(reply: Reply) {
    this.reply = reply;
  }

  /** On a port of the system's choosing, or on the one it had before. */
  async listen(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get connections(): Promise<number> {
    return new Promise((resolve) => this.#server.getConnections((_, count) => resolve(count)));
  }

  /** A kubeconfig for this server. */
  kubeconfig(user: object = { token: 'secret' }, ofCluster: object = {}): string {
    const cluster = { server: this.url, 'insecure-skip-tls-verify': true, ...ofCluster };
    return JSON.stringify({
      'current-context': 'fake',
      clusters: [{ name: 'fake', cluster }],
      users: [{ name: 'fake', user }],
      contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'fake' } }],
    });
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** An Ingress, with as much of the rest as a real one has. */
export function ingressObject(
  name: string,
  host: string,
  ip: string,
  resourceVersion = '1',
): object {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name,
      namespace: 'default',
      resourceVersion,
      annotations: { note: 'n'.repeat(200) },
    },
    spec: { rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix' }] } }] },
    status: { loadBalancer: { ingress: [{ ip, ipMode: 'VIP' }] } },
  };
}

export function event(type: string, object: object): object {
  return { type, object };
}

export function bookmark(resourceVersion: string, isEndOfList = false): object {
  const annotations = isEndOfList ? { 'k8s.io/initial-events-end': 'true' } : undefined;
  return event('BOOKMARK', { kind: 'Ingress', metadata: { resourceVersion, annotations } });
}
