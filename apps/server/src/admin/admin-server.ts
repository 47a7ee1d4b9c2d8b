import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { ListenError } from '../stream/listen-error.ts';

// An import would read every property of node:http, and WebSocket among them loads undici: 4 MB.
const { createServer } = process.getBuiltinModule('node:http');

export interface Reply {
  readonly status: number;
  readonly body: string;
  /** Default `text/plain; charset=utf-8`. */
  readonly contentType?: string;
}

/** One of CoreDNS's endpoints: a path on an address, which others may share. */
export interface Endpoint {
  /** For messages: `health`, `ready`, `prometheus`. */
  readonly name: string;
  /** An IP address, `localhost`, or '' for all addresses of both families. */
  readonly address: string;
  /** 0 lets the system choose; endpoints with the same address and 0 share the port it chooses. */
  readonly port: number;
  readonly path: string;
  /** Asked at each GET and HEAD. If it throws, the client gets 500. */
  reply(): Reply | Promise<Reply>;
}

export interface AdminServer {
  /** The port of each endpoint, in the order given. */
  readonly ports: readonly number[];
  /**
   * Opens what these endpoints need and is not open yet; what is open is served on as it is until `commit`. Of two that
   * can't be open at the same time, since they share a port, the old one pauses.
   *
   * @throws ListenError for the first address that can't be had; all is as it was then.
   */
  prepare(endpoints: readonly Endpoint[]): Promise<AdminChange>;
  /** Stops accepting, gives requests in progress half a second, ends. May be called again. */
  close(): Promise<void>;
}

/** Endpoints that are open beside others, and have to take their place or go. */
export interface AdminChange {
  /** Resolves when what is no longer served has been closed. */
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** CoreDNS's own limit for reading a request, writing a reply and an idle connection. */
const TIMEOUT_MS = 5_000;
const GRACE_MS = 500;
const HEADER_OCTETS = 8 * 1024;
/** Kubelets, scrapers and an operator or two; a connection too many is closed at once. */
const CONNECTIONS = 64;

/** @throws ListenError for the first address that can't be had; the others are closed again. */
export async function openAdmin(endpoints: readonly Endpoint[]): Promise<AdminServer> {
  const admin = new Admin();
  const change = await admin.prepare(endpoints);
  await change.commit();
  return admin;
}

/** A server that listens, and what it serves. */
interface Place {
  readonly server: Server;
  /** Those that share it. */
  endpoints: readonly Endpoint[];
}

class Admin implements AdminServer {
  private readonly places = new Map<string, Place>();
  private endpoints: readonly Endpoint[] = [];

  get ports(): readonly number[] {
    return this.endpoints.map((endpoint) => portOf(this.places.get(placeOf(endpoint))?.server));
  }

  async prepare(endpoints: readonly Endpoint[]): Promise<AdminChange> {
    const opened = new Map<string, Place>();
    const paused: Place[] = [];
    const wanted = new Set(endpoints.map(placeOf));
    const rollback = async (): Promise<void> => {
      await closeAll(opened.values());
      for (const { server, endpoints: its } of paused) await listen(server, its);
    };
    try {
      for (const endpoint of endpoints) {
        const name = placeOf(endpoint);
        if (this.places.has(name) || opened.has(name)) continue;
        const sharing = endpoints.filter((other) => placeOf(other) === name);
        for (const [other, place] of this.places) {
          const isInTheWay = place.server.listening && portOf(place.server) === endpoint.port;
          if (wanted.has(other) || !isInTheWay) continue;
          // Only the listening ends at once; requests in progress go on.
          place.server.close();
          paused.push(place);
        }
        const place = newPlace(sharing);
        await listen(place.server, sharing);
        opened.set(name, place);
      }
    } catch (error) {
      await rollback();
      throw error;
    }
    return { rollback, commit: () => this.commit(endpoints, opened) };
  }

  close(): Promise<void> {
    return closeAll(this.places.values());
  }

  private async commit(
    endpoints: readonly Endpoint[],
    opened: ReadonlyMap<string, Place>,
  ): Promise<void> {
    const wanted = new Set(endpoints.map(placeOf));
    const old = [...this.places].filter(([name]) => !wanted.has(name));
    for (const [name] of old) this.places.delete(name);
    for (const [name, place] of opened) this.places.set(name, place);
    for (const [name, place] of this.places) {
      place.endpoints = endpoints.filter((endpoint) => placeOf(endpoint) === name);
    }
    this.endpoints = endpoints;
    await closeAll(old.map(([, place]) => place));
  }
}

function newPlace(endpoints: readonly Endpoint[]): Place {
  const server = createServer(
    {
      // Headers and body together must be here in time, however slowly their octets drip in.
      headersTimeout: TIMEOUT_MS,
      requestTimeout: TIMEOUT_MS,
      keepAliveTimeout: TIMEOUT_MS,
      connectionsCheckingInterval: 1_000,
      maxHeaderSize: HEADER_OCTETS,
    },
    (request, response) => void respond(place.endpoints, request, response),
  );
  server.maxConnections = CONNECTIONS;
  // The limits above don't see a client that doesn't read its reply, nor one that never asks.
  server.setTimeout(TIMEOUT_MS, (socket) => socket.destroy());
  // What can still go wrong is an accept, for want of file descriptors. A probe that fails says so.
  server.on('error', () => {});
  const place: Place = { server, endpoints };
  return place;
}

async function listen(server: Server, endpoints: readonly Endpoint[]): Promise<void> {
  const names = endpoints.map((endpoint) => endpoint.name).join(', ');
  const { address = '', port = 0 } = endpoints[0] ?? {};
  try {
    server.listen(address === '' ? { port } : { host: address, port });
    await once(server, 'listening');
  } catch (error) {
    throw new ListenError(names, address === '' ? '::' : address, port, error as Error);
  }
}

async function respond(
  endpoints: readonly Endpoint[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? '').split('?', 1)[0];
  const endpoint = endpoints.find((candidate) => candidate.path === path);
  const reply = endpoint === undefined ? NOT_FOUND : await replyOf(endpoint, request);
  const body = Buffer.from(reply.body);
  response.writeHead(reply.status, {
    'content-type': reply.contentType ?? 'text/plain; charset=utf-8',
    'content-length': body.length,
    'cache-control': 'no-store',
    ...(reply.status === 405 ? { allow: 'GET, HEAD' } : {}),
    // Nobody here wants a body, and a connection is worth less than reading one to its end.
    ...(hasBody(request) ? { connection: 'close' } : {}),
  });
  // Node leaves the body out where the method is HEAD.
  response.end(body);
}

const NOT_FOUND: Reply = { status: 404, body: '404 page not found\n' };

async function replyOf(endpoint: Endpoint, request: IncomingMessage): Promise<Reply> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return { status: 405, body: 'Only GET and HEAD are answered here\n' };
  }
  try {
    return await endpoint.reply();
  } catch (error) {
    return { status: 500, body: `${error instanceof Error ? error.message : String(error)}\n` };
  }
}

function hasBody(request: IncomingMessage): boolean {
  const { headers } = request;
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

async function closeAll(places: Iterable<Place>): Promise<void> {
  await Promise.all(
    Array.from(places, async ({ server }) => {
      // Calls back with an error where it had stopped listening before, but no sooner than all connections have ended.
      const closed = new Promise((done) => server.close(done));
      const grace = setTimeout(() => server.closeAllConnections(), GRACE_MS);
      await closed;
      clearTimeout(grace);
    }),
  );
}

function placeOf(endpoint: Endpoint): string {
  return `${endpoint.address} ${endpoint.port}`;
}

function portOf(server: Server | undefined): number {
  const bound = server?.address();
  return typeof bound === 'object' && bound !== null ? bound.port : 0;
}
