// DNS over HTTPS (RFC 8484): requests as a test puts them together, over either version of HTTP.

import { once } from 'node:events';
import { type ClientHttp2Session, connect } from 'node:http2';
import { request as requestHttp1 } from 'node:https';
import { isIPv6 } from 'node:net';
import type { Readable } from 'node:stream';
import { type Endpoint, NoReply } from './udp.ts';

const PATIENCE_MS = 5_000;
const MEDIA_TYPE = 'application/dns-message';

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

/** The request of RFC 8484 4.1 that has the message in its URL. */
export const getOf = (message: Uint8Array): HttpRequest => ({
  method: 'GET',
  path: `/dns-query?dns=${Buffer.from(message).toString('base64url')}`,
  headers: { accept: MEDIA_TYPE },
});

/** The one that has it in its body. */
export const postOf = (message: Uint8Array): HttpRequest => ({
  method: 'POST',
  path: '/dns-query',
  headers: { accept: MEDIA_TYPE, 'content-type': MEDIA_TYPE },
  body: message,
});

/** An HTTP/2 connection to one server, whatever its certificate. */
export class HttpsClient implements AsyncDisposable {
  readonly #session: ClientHttp2Session;

  private constructor(session: ClientHttp2Session) {
    this.#session = session;
    session.on('error', () => {});
  }

  static async open(endpoint: Endpoint): Promise<HttpsClient> {
    const session = connect(urlOf(endpoint), { rejectUnauthorized: false });
    await once(session, 'connect');
    return new HttpsClient(session);
  }

  /** Rejects with NoReply when no whole response comes in time. */
  async request(
    { method, path, headers = {}, body }: HttpRequest,
    patienceMs: number = PATIENCE_MS,
  ): Promise<HttpResponse> {
    const signal = AbortSignal.timeout(patienceMs);
    const stream = this.#session.request({ ':method': method, ':path': path, ...headers });
    stream.on('error', () => {});
    stream.end(body);
    try {
      const [head] = await once(stream, 'response', { signal });
      return { status: head[':status'], headers: head, body: await bodyOf(stream, signal) };
    } catch (error) {
      throw new NoReply(`no response to ${method} ${path}: ${error}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#session.destroyed) return;
    const closed = once(this.#session, 'close');
    this.#session.destroy();
    await closed;
  }
}

/** Asks over HTTP/1.1, on a connection that is closed then. */
export const overHttp1 = async (
  endpoint: Endpoint,
  { method, path, headers = {}, body }: HttpRequest,
): Promise<HttpResponse> => {
  const request = requestHttp1(`${urlOf(endpoint)}${path}`, {
    ...{
      method,
      rejectUnauthorized: false,
      agent: false,
      signal: AbortSignal.timeout(PATIENCE_MS),
    },
    headers: { ...headers, ...(body === undefined ? {} : { 'content-length': body.length }) },
  });
  request.end(body);
  const [response] = await once(request, 'response');
  return { status: response.statusCode, headers: response.headers, body: await bodyOf(response) };
};

const urlOf = ({ host, port }: Endpoint): string =>
  `https://${isIPv6(host) ? `[${host}]` : host}:${port}`;

const bodyOf = async (stream: Readable, signal?: AbortSignal): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(stream, 'end', signal === undefined ? {} : { signal });
  return Buffer.concat(chunks);
};
