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
  /** Stops accepting, gives requests in progress half a second, ends. May be called again. */
  close(): Promise<void>;
}

/** CoreDNS's own limit for reading a request, writing a reply and an idle connection. */
const TIMEOUT_MS = 5_000;
const GRACE_MS = 500;
const HEADER_OCTETS = 8 * 1024;
/** Kubelets, scrapers and an operator or two; a connection too many is closed at once. */
const CONNECTIONS = 64;

/** @throws ListenError for the first address that can't be had; the others are closed again. */
export async function openAdmin(endpoints: readonly Endpoint[]): Promise<AdminServer> {
  const servers = new Map<string, Server>();
  try {
    for (const endpoint of endpoints) {
      if (servers.has(placeOf(endpoint))) continue;
      const sharing = endpoints.filter((other) => placeOf(other) === placeOf(endpoint));
      servers.set(placeOf(endpoint), await listen(endpoint, sharing));
    }
  } catch (error) {
    await closeAll(servers.values());
    throw error;
  }
  return {
    ports: endpoints.map((endpoint) => portOf(servers.get(placeOf(endpoint)))),
    close: () => closeAll(servers.values()),
  };
}

async function listen(first: Endpoint, sharing: readonly Endpoint[]): Promise<Server> {
  const server = createServer(
    {
      // Headers and body together must be here in time, however slowly their octets drip in.
      headersTimeout: TIMEOUT_MS,
      requestTimeout: TIMEOUT_MS,
      keepAliveTimeout: TIMEOUT_MS,
      connectionsCheckingInterval: 1_000,
      maxHeaderSize: HEADER_OCTETS,
    },
    (request, response) => void respond(sharing, request, response),
  );
  server.maxConnections = CONNECTIONS;
  // The limits above don't see a client that doesn't read its reply, nor one that never asks.
  server.setTimeout(TIMEOUT_MS, (socket) => socket.destroy());
  const names = sharing.map((endpoint) => endpoint.name).join(', ');
  const { address, port } = first;
  try {
    server.listen(address === '' ? { port } : { host: address, port });
    await once(server, 'listening');
  } catch (error) {
    throw new ListenError(names, address === '' ? '::' : address, port, error as Error);
  }
  // What can still go wrong is an accept, for want of file descriptors. A probe that fails says so.
  server.on('error', () => {});
  return server;
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

async function closeAll(servers: Iterable<Server>): Promise<void> {
  await Promise.all(
    Array.from(servers, async (server) => {
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
